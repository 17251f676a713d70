"""What a client may say, without any I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.api.websocket.gate import Anyone, Principal
from chandlery.api.websocket.limits import CLOSES, Code, Limits
from chandlery.api.websocket.protocol import (
    Action,
    Authenticate,
    Beat,
    Close,
    Nothing,
    Pong,
    Protocol,
    Reply,
    Subscribe,
    Unsubscribe,
)
from chandlery.api.websocket.topics import Topic
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution

MINUTE = Resolution.parse("1m")
LIMITS = Limits(most_subscriptions=3, message_burst=50)
CANDLES = {"op": "subscribe", "channel": "candles", "symbol": "A:B", "interval": "1m"}


class Two:
    """Two markets; the second may not be read by some."""

    def known(self, symbol: str) -> int | None:
        return {"A:B": 0, "SECRET:X": 1}.get(symbol.strip().upper())

    def market(self, number: int) -> Market:
        return Market.of(("A:B", "SECRET:X")[number])


class Reader:
    valid = True

    def may_read(self, symbol: str) -> bool:
        return symbol != "SECRET:X"

    def may_write(self) -> bool:
        return False

    def is_valid(self) -> bool:
        return self.valid


def protocol(principal: Principal | None = None, limits: Limits = LIMITS) -> Protocol:
    return Protocol(limits, Two(), principal or Anyone(), 0.0)


def text(message: Mapping[str, Any]) -> str:
    return msgspec.json.encode(message).decode()


def only(actions: list[Action]) -> Action:
    (action,) = actions
    return action


def error_of(actions: list[Action]) -> dict[str, Any]:
    action = only(actions)
    assert isinstance(action, Reply)
    message = msgspec.json.decode(action.payload, type=dict[str, Any])
    assert message["type"] == "error"
    assert message["message"]
    return message


def test_a_subscription_is_read_in_any_spelling() -> None:
    ours = protocol()
    asked = CANDLES | {"symbol": " a:b", "interval": "60", "bars": 7, "since": 9, "id": {"x": 1}}
    action = only(ours.receive(text(asked), 0.0))
    hour = Resolution.parse("1h")
    expected = Topic("candles", 0, hour)
    assert action == Subscribe(expected, msgspec.Raw(b'{"x":1}'), 7, 9)
    assert ours.topics == {expected}


@pytest.mark.parametrize("channel", ["trades", "ticker"])
def test_trades_and_tickers_need_a_symbol_only(channel: Any) -> None:
    asked = {"op": "subscribe", "channel": channel, "symbol": "A:B"}
    action = only(protocol().receive(text(asked), 0.0))
    assert isinstance(action, Subscribe)
    assert action.topic == Topic(channel, 0)


def test_status_needs_nothing() -> None:
    action = only(protocol().receive('{"op":"subscribe","channel":"status"}', 0.0))
    assert isinstance(action, Subscribe)
    assert action.topic == Topic("status")


def test_what_is_subscribed_can_be_left_once() -> None:
    ours = protocol()
    ours.receive(text(CANDLES), 0.0)
    leave = text(CANDLES | {"op": "unsubscribe", "id": 3})
    action = only(ours.receive(leave, 0.0))
    assert action == Unsubscribe(Topic("candles", 0, MINUTE), msgspec.Raw(b"3"))
    assert not ours.topics
    assert error_of(ours.receive(leave, 0.0))["code"] == Code.NOT_SUBSCRIBED


def test_a_ping_is_answered_with_its_id() -> None:
    assert only(protocol().receive('{"op":"ping","id":"7"}', 0.0)) == Pong(msgspec.Raw(b'"7"'))


@pytest.mark.parametrize("op", ["heartbeat", "pong"])
def test_a_sign_of_life_is_not_answered(op: str) -> None:
    assert only(protocol().receive(text({"op": op}), 0.0)) == Nothing()


DEEP = '{"op":"ping","id":' + "[" * 8 + "]" * 8 + "}"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("", Code.NOT_JSON),
        ("{", Code.NOT_JSON),
        ("\ud800", Code.NOT_JSON),
        ('{"op":"\\ud800"}', Code.NOT_JSON),
        ('{"op":"ping"} x', Code.NOT_JSON),
        ("[]", Code.INVALID_MESSAGE),
        ('{"op":7}', Code.INVALID_MESSAGE),
        ("{}", Code.INVALID_MESSAGE),
        ('{"op":"ping","more":1}', Code.INVALID_MESSAGE),
        (text(CANDLES | {"since": "9"}), Code.INVALID_MESSAGE),
        (text(CANDLES | {"bars": 1.5}), Code.INVALID_MESSAGE),
        (text({"op": "subscribe", "channel": "candles", "symbol": "A:B"}), Code.INVALID_MESSAGE),
        (text({"op": "subscribe", "channel": "status", "symbol": "X:Y"}), Code.UNKNOWN_SYMBOL),
        (text({"op": "subscribe", "channel": "status", "bars": 2}), Code.INVALID_MESSAGE),
        ('{"op":"auth"}', Code.INVALID_MESSAGE),
        (DEEP, Code.TOO_DEEP),
        ("[" * 2000, Code.TOO_DEEP),
        ('{"op":"dance"}', Code.UNKNOWN_OP),
        ('{"op":"subscribe","channel":"weather"}', Code.UNKNOWN_CHANNEL),
        ('{"op":"unsubscribe"}', Code.UNKNOWN_CHANNEL),
        (text(CANDLES | {"symbol": "X:Y"}), Code.UNKNOWN_SYMBOL),
        (text(CANDLES | {"symbol": "\u202e" * 300}), Code.UNKNOWN_SYMBOL),
        (text(CANDLES | {"interval": "7q"}), Code.UNKNOWN_INTERVAL),
        (text(CANDLES | {"interval": ""}), Code.UNKNOWN_INTERVAL),
        (text(CANDLES | {"bars": 0}), Code.TOO_MANY_BARS),
        (text(CANDLES | {"bars": 1_001}), Code.TOO_MANY_BARS),
        (text(CANDLES | {"symbol": "secret:x"}), Code.NOT_ALLOWED),
    ],
)
def test_what_cannot_be_taken_has_a_name(message: str, code: Code) -> None:
    ours = protocol(Reader())
    assert error_of(ours.receive(message, 0.0))["code"] == code
    assert not ours.topics


def test_brackets_in_texts_are_not_depth() -> None:
    message = text({"op": "ping", "id": '[[[[[[[[[["{{{{{{'})
    assert isinstance(only(protocol().receive(message, 0.0)), Pong)


def test_an_error_carries_the_id_of_the_message() -> None:
    message = text(CANDLES | {"symbol": "X:Y", "id": [1, None]})
    assert error_of(protocol().receive(message, 0.0))["id"] == [1, None]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"{}", Code.NOT_TEXT),
        ("x" * 4_097, Code.MESSAGE_TOO_BIG),
        ("\u00e9" * 2_049, Code.MESSAGE_TOO_BIG),
        ("x" * 100_000, Code.MESSAGE_TOO_BIG),
    ],
)
def test_what_is_no_message_at_all_ends_the_connection(message: str | bytes, code: Code) -> None:
    action = only(protocol().receive(message, 0.0))
    assert isinstance(action, Close)
    assert action.code == code
    assert code in CLOSES


def test_a_subscription_beyond_the_limit_is_refused_but_not_one_made_again() -> None:
    ours = protocol()
    for minutes in (1, 2, 3):
        ours.receive(text(CANDLES | {"interval": str(minutes)}), 0.0)
    refused = error_of(ours.receive(text(CANDLES | {"interval": "5"}), 0.0))
    assert refused["code"] == Code.TOO_MANY_SUBSCRIPTIONS
    assert isinstance(only(ours.receive(text(CANDLES | {"interval": "3"}), 0.0)), Subscribe)
    assert len(ours.topics) == 3


def test_a_burst_and_then_ten_a_second_are_taken_and_no_more() -> None:
    ours = protocol()
    for _ in range(LIMITS.message_burst):
        assert isinstance(only(ours.receive('{"op":"ping"}', 1.0)), Pong)
    assert isinstance(only(ours.receive('{"op":"ping"}', 1.1)), Pong)
    action = only(ours.receive('{"op":"ping"}', 1.1))
    assert isinstance(action, Close)
    assert action.code == Code.TOO_FAST


def test_who_is_silent_is_asked_and_then_closed() -> None:
    ours = protocol()
    assert ours.tick(19.9) == []
    assert ours.tick(20.0) == [Beat()]
    assert ours.tick(39.9) == []
    action = only(ours.tick(40.0))
    assert isinstance(action, Close)
    assert action.code == Code.HEARTBEAT_MISSED


def test_any_sign_of_life_is_enough() -> None:
    ours = protocol()
    assert ours.tick(20.0) == [Beat()]
    ours.is_alive()
    assert ours.tick(40.0) == [Beat()]
    ours.receive("nonsense", 59.0)
    assert ours.tick(60.0) == [Beat()]


def test_what_was_heard_before_a_heartbeat_is_no_answer_to_it() -> None:
    ours = protocol()
    ours.receive('{"op":"ping"}', 5.0)
    ours.is_alive()
    assert ours.tick(20.0) == [Beat()]
    action = only(ours.tick(40.0))
    assert isinstance(action, Close)
    assert action.code == Code.HEARTBEAT_MISSED


def test_heartbeats_can_be_staggered() -> None:
    ours = protocol()
    ours.stagger(0.5)
    assert ours.tick(10.0) == [Beat()]
    assert ours.tick(29.9) == []


def test_who_must_say_who_they_are_has_seconds_to_do_so() -> None:
    ours = Protocol(LIMITS, Two(), None, 0.0)
    assert error_of(ours.receive(text(CANDLES), 0.0))["code"] == Code.NOT_ALLOWED
    assert isinstance(only(ours.receive('{"op":"ping"}', 0.0)), Pong)
    assert ours.tick(4.9) == []
    action = only(ours.tick(5.0))
    assert isinstance(action, Close)
    assert action.code == Code.AUTHENTICATION_REQUIRED


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_there_is_nothing_to_do_before_it_says_so(share: float, *, is_known: bool) -> None:
    ours = Protocol(LIMITS, Two(), Reader() if is_known else None, 0.0)
    ours.stagger(share)
    moments = []
    for tenth in range(1_000):
        now, due = tenth / 10, ours.due
        if now == 3.0 and not is_known:
            ours.authenticated(Reader(), msgspec.Raw(b"1"))
        ours.is_alive()
        if ours.tick(now):
            assert due <= now
            moments.append(now)
    assert len(moments) == 4 + (share > 0.0)
    assert ours.due == pytest.approx(moments[-1] + LIMITS.heartbeat_s)


def test_who_says_nothing_is_due_when_the_time_to_do_so_is_over() -> None:
    ours = Protocol(LIMITS, Two(), None, 0.0)
    assert ours.due == LIMITS.authenticate_s


def test_a_token_opens_what_it_may_read() -> None:
    ours = Protocol(LIMITS, Two(), None, 0.0)
    action = only(ours.receive('{"op":"auth","token":"t","id":1}', 0.0))
    assert action == Authenticate("t", msgspec.Raw(b"1"))
    answer = ours.authenticated(Reader(), action.id)
    assert isinstance(answer, Reply)
    assert msgspec.json.decode(answer.payload) == {"type": "authenticated", "id": 1}
    assert ours.tick(6.0) == []
    assert isinstance(only(ours.receive(text(CANDLES), 6.0)), Subscribe)


def test_a_wrong_token_ends_the_connection() -> None:
    ours = Protocol(LIMITS, Two(), None, 0.0)
    action = ours.authenticated(None, msgspec.Raw(b"1"))
    assert isinstance(action, Close)
    assert action.code == Code.AUTHENTICATION_FAILED


def test_a_token_that_has_run_out_ends_the_connection() -> None:
    reader = Reader()
    ours = protocol(reader)
    assert ours.tick(20.0) == [Beat()]
    ours.is_alive()
    reader.valid = False
    action = only(ours.tick(40.0))
    assert isinstance(action, Close)
    assert action.code == Code.AUTHENTICATION_FAILED


def test_the_greeting_tells_the_limits() -> None:
    greeting = msgspec.json.decode(protocol().greeting("1.2", 5), type=dict[str, Any])
    assert greeting["limits"]["subscriptions"] == LIMITS.most_subscriptions
    assert (greeting["heartbeat_s"], greeting["time"]) == (20.0, 5)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
FIELDS = st.sampled_from(("op", "channel", "symbol", "interval", "bars", "since", "id", "token"))
VALUES = JSON | st.sampled_from(
    ("subscribe", "unsubscribe", "ping", "auth", "candles", "trades", "status", "A:B", "1m", 3)
)


@given(st.lists(st.dictionaries(FIELDS, VALUES).map(msgspec.json.encode) | st.binary(), max_size=9))
def test_nothing_that_is_said_breaks_it(messages: list[bytes]) -> None:
    ours = protocol(limits=replace(LIMITS, message_burst=5))
    for number, message in enumerate(messages):
        said = message.decode(errors="surrogateescape")
        for action in ours.receive(said, number / 10):
            if isinstance(action, Reply) and action.payload:
                msgspec.json.decode(action.payload)
        assert len(ours.topics) <= LIMITS.most_subscriptions
