"""What Binance's frames and answers say, what says nothing, and what cannot be read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.core.errors import InputError
from chandlery.core.resolution import Resolution
from chandlery.core.trades import BUY, SELL
from chandlery.sources.binance import parse
from chandlery.sources.binance.sites import SPOT, USDM
from chandlery.sources.binance.venue import Binance
from chandlery.sources.live.sound import check_bar, check_trade
from chandlery.sources.live.venue import (
    Acknowledged,
    BarEvent,
    Event,
    Reconnect,
    Rejected,
    TradeEvent,
)

MS = 1_704_067_200_123
TRADE = {"e": "trade", "E": MS, "s": "BTCUSDT", "t": 7, "p": "61837.63", "q": "0.02", "T": MS}
AGG = {"e": "aggTrade", "E": MS, "s": "BTCUSDT", "a": 9, "p": "1.5", "q": "2", "f": 1, "l": 3}
KLINE = {
    "t": 1_704_067_200_000,
    "T": 1_704_067_259_999,
    "s": "BTCUSDT",
    "i": "1m",
    "o": "1.0",
    "c": "2.0",
    "h": "2.5",
    "l": "0.5",
    "v": "10",
    "n": 4,
    "x": True,
    "q": "15.0",
    "V": "5",
    "Q": "7",
    "B": "0",
}


def read(value: Any) -> list[Event]:
    return list(parse.read(json.dumps(value)))


def combined(event: dict[str, Any]) -> dict[str, Any]:
    return {"stream": "btcusdt@x", "data": event}


def test_a_trade_says_who_took() -> None:
    expected = TradeEvent("BTCUSDT", MS * 1_000, 61837.63, 0.02, SELL, 7, 7)
    assert read(combined(TRADE | {"m": True, "M": True})) == [expected]
    assert read(TRADE | {"m": False})[0] == TradeEvent(
        "BTCUSDT", MS * 1_000, 61837.63, 0.02, BUY, 7, 7
    )


def test_an_aggregated_trade_has_an_id_of_its_own() -> None:
    event = AGG | {"T": MS, "m": False, "st": 1, "nq": "2"}
    assert read(combined(event)) == [TradeEvent("BTCUSDT", MS * 1_000, 1.5, 2.0, BUY, 9, 9)]


def test_times_may_be_in_microseconds() -> None:
    event = AGG | {"T": MS * 1_000 + 7, "m": False}
    [trade] = read(event)
    assert isinstance(trade, TradeEvent)
    assert trade.time_us == MS * 1_000 + 7


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_bar_says_whether_it_is_closed(*, is_closed: bool) -> None:
    [bar] = read(combined({"e": "kline", "s": "BTCUSDT", "k": KLINE | {"x": is_closed}}))
    minute = Resolution.parse("1m")
    assert bar == BarEvent(
        "BTCUSDT", minute, 1_704_067_200, 1.0, 2.5, 0.5, 2.0, 10.0, 15.0, 4, 5.0, is_closed
    )


@pytest.mark.parametrize(
    "value",
    [
        combined({"e": "depthUpdate", "s": "BTCUSDT", "b": [["1", "2"]]}),
        combined({"u": 1, "s": "BTCUSDT", "b": "1", "B": "2", "a": "3", "A": "4"}),
        combined({"e": "24hrTicker", "s": "BTCUSDT", "p": "1"}),
        {"e": "something new"},
        {"unknown": 1},
        combined(TRADE | {"m": True, "X": "INSURANCE_FUND"}),
    ],
)
def test_what_is_not_for_us_says_nothing(value: Any) -> None:
    assert read(value) == []


def test_fields_that_are_not_known_are_overlooked() -> None:
    assert len(read(combined(TRADE | {"m": True, "new": {"deep": [1]}}) | {"more": None})) == 1


def test_control_frames() -> None:
    assert read({"result": None, "id": 1}) == [Acknowledged()]
    assert isinstance(read({"e": "serverShutdown", "E": MS})[0], Reconnect)
    assert isinstance(read(combined({"e": "serverShutdown", "E": MS}))[0], Reconnect)
    assert read({"error": {"code": 2, "msg": "no"}, "id": 1}) == [
        Rejected("{'code': 2, 'msg': 'no'}")
    ]
    assert read({"code": 2, "msg": "bad stream"}) == [Rejected("bad stream")]


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "null",
        "[]",
        b"\xff\xfe",
        '{"data":{"e":"trade"}}',
        '{"data":{"e":"aggTrade","s":"A","a":"x","p":"1","q":"1","T":1,"m":true}}',
        '{"data":{"e":"aggTrade","s":"A","a":1,"p":"one","q":"1","T":1,"m":true}}',
        '{"data":{"e":"kline","s":"A","k":{}}}',
        '{"data":{"e":"kline","s":"A","k":' + json.dumps(KLINE | {"i": "1fortnight"}) + "}}",
        '{"a":' * 100_000,
        '{"data":{"e":"aggTrade","s":"A","a":' + "9" * 5_000 + "}}",
    ],
)
def test_what_cannot_be_read_is_an_input_error(frame: str | bytes) -> None:
    with pytest.raises(InputError):
        list(parse.read(frame))


NUMBERS = st.sampled_from(["NaN", "Infinity", "-1", "0", "1e400", "1e-400", "", "1", "x", 1, None])
EVENTS = st.fixed_dictionaries(
    {"e": st.sampled_from(["trade", "aggTrade", "kline", "serverShutdown", 5, None])},
    optional={
        "s": st.text(max_size=5) | st.none(),
        "a": st.integers(-(2**70), 2**70) | st.none(),
        "t": st.integers(-(2**70), 2**70),
        "p": NUMBERS,
        "q": NUMBERS,
        "T": st.integers(-(2**70), 2**70) | st.floats(),
        "m": st.booleans() | st.none(),
        "k": st.dictionaries(st.sampled_from(list(KLINE)), NUMBERS | st.integers()),
    },
)


@given(EVENTS, st.booleans(), st.integers(0, 400))
def test_any_frame_gives_sound_events_or_an_input_error(
    event: dict[str, Any], is_combined: bool, cut: int
) -> None:
    text = json.dumps(combined(event) if is_combined else event)
    for frame in (text, text[:cut], text.encode()[cut:]):
        try:
            for found in parse.read(frame):
                if isinstance(found, TradeEvent):
                    check_trade(found)
                elif isinstance(found, BarEvent):
                    check_bar(found)
        except InputError:
            continue


@given(st.binary(max_size=200))
def test_any_bytes_give_nothing_or_an_input_error(frame: bytes) -> None:
    for reader in (
        lambda: list(parse.read(frame)),
        lambda: parse.agg_trades(frame, "A"),
        lambda: parse.trades(frame, "A"),
        lambda: parse.klines(frame, "A", Resolution.parse("1m")),
        lambda: parse.info(frame),
    ):
        try:
            reader()
        except InputError:
            continue


def test_klines_of_rest_and_their_errors() -> None:
    row = [1_499_040_000_000, "1", "4", "0.5", "2", "10", 1_499_040_059_999, "20", 3, "5", "8", "0"]
    [bar] = parse.klines(json.dumps([row]).encode(), "A", Resolution.parse("1m"))
    assert (bar.t, bar.o, bar.h, bar.l, bar.c) == (1_499_040_000, 1.0, 4.0, 0.5, 2.0)
    assert (bar.v, bar.q, bar.n, bar.bv, bar.is_closed) == (10.0, 20.0, 3, 5.0, True)
    for wrong in (row[:5], [*row[:1], "x", *row[2:]]):
        with pytest.raises(InputError):
            parse.klines(json.dumps([wrong]).encode(), "A", Resolution.parse("1m"))


@pytest.mark.parametrize(
    ("step", "decimals"), [("0.01000000", 2), ("1.00000000", 0), ("0.00000001", 8), ("", 0)]
)
def test_decimals_of_a_step(step: str, decimals: int) -> None:
    assert parse.decimals_of(step) == decimals


def test_streams_are_shared_out_among_connections() -> None:
    venue = Binance(SPOT, "wss://x:9443/", "aggTrade", has_bars=True)
    symbols = [f"S{number}USDT" for number in range(250)]
    plans = venue.plans(symbols)
    assert [len(plan.symbols) for plan in plans] == [100, 100, 50]
    assert plans[0].url.startswith("wss://x:9443/stream?streams=s0usdt@aggTrade/s0usdt@kline_1m/")
    assert sum((plan.symbols for plan in plans), ()) == tuple(symbols)
    assert all(plan.url.count("@") <= 1_024 for plan in plans)


def test_perpetuals_are_markets_of_their_own() -> None:
    assert Binance(SPOT, "").market_of("BTCUSDT") == "BINANCE:BTCUSDT"
    assert Binance(USDM, "").market_of("BTCUSDT") == "BINANCE:BTCUSDT.P"
