"""Hyperliquid: what its frames say, what must say nothing, what it can be asked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from chandlery.core.errors import ConfigError, InputError
from chandlery.core.resolution import Resolution
from chandlery.core.trades import BUY, SELL, UNKNOWN
from chandlery.sources.hyperliquid.rest import HyperliquidRest
from chandlery.sources.hyperliquid.venue import MOST_COINS, Hyperliquid
from chandlery.sources.live.asking import Request
from chandlery.sources.live.recent import PartlyGoneError
from chandlery.sources.live.rest import GoneError, RestError
from chandlery.sources.live.venue import Acknowledged, BarEvent, Pong, Rejected, TradeEvent
from tests.sources.hostile import Canned, StillClock, events, mutations, survives

MS = 1_781_528_065_899
MINUTE = Resolution.parse("1m")


def trade(tid: int = 745_210_434_703_679, ms: int = MS, side: str = "B") -> dict[str, Any]:
    return {
        "coin": "BTC",
        "side": side,
        "px": "66653.0",
        "sz": "0.001",
        "time": ms,
        "hash": "0x" + "0" * 64,
        "tid": tid,
        "users": ["0xbuyer", "0xseller"],
    }


def candle(t: int = MS // 60_000 * 60_000, close: str = "2.5") -> dict[str, Any]:
    return {
        "t": t, "T": t + 59_999, "s": "BTC", "i": "1m",
        "o": "2", "c": close, "h": "3", "l": "1", "v": "10.5", "n": 7,
    }  # fmt: skip


def subscribed(kind: str = "trades") -> dict[str, Any]:
    asked = {"type": kind, "coin": "BTC"} | ({"interval": "1m"} if kind == "candle" else {})
    data = {"method": "subscribe", "subscription": asked}
    return {"channel": "subscriptionResponse", "data": data}


TRADES = {"channel": "trades", "data": [trade(), trade(5, side="A")]}
CANDLE = {"channel": "candle", "data": candle()}
GOOD = [TRADES, CANDLE, subscribed(), {"channel": "pong"}, {"channel": "error", "data": "x"}]


def test_a_trade_is_read_with_the_side_of_the_aggressor() -> None:
    bought, sold = events(Hyperliquid(), TRADES)
    assert bought == TradeEvent("BTC", MS * 1000, 66653.0, 0.001, BUY, 745_210_434_703_679, 0)
    assert isinstance(sold, TradeEvent)
    assert (sold.side, sold.id) == (SELL, 5)


def test_a_side_that_is_not_known_is_unknown() -> None:
    (found,) = events(Hyperliquid(), {"channel": "trades", "data": [trade(side="?")]})
    assert isinstance(found, TradeEvent)
    assert found.side == UNKNOWN


@pytest.mark.parametrize(
    "frame",
    [
        "Websocket connection established.",
        b"Websocket connection established.",
        {"channel": "l2Book", "data": {"coin": "BTC"}},
        {"channel": "trades", "data": []},
        {"something": "else"},
        {"channel": "candle", "data": [candle() | {"i": "7m"}]},
    ],
)
def test_what_is_not_for_us_says_nothing(frame: Any) -> None:
    assert events(Hyperliquid(), frame) == []


def test_fields_that_are_new_are_left_alone() -> None:
    frame = {"channel": "trades", "data": [trade() | {"new": [1]}], "more": {}}
    assert len(events(Hyperliquid(), frame)) == 1


def test_answers_and_refusals() -> None:
    already = {"channel": "error", "data": "Already subscribed: {}"}
    invalid = {"channel": "error", "data": 'Invalid subscription {"coin":"?"}'}
    assert events(Hyperliquid(), subscribed(), {"channel": "pong"}) == [Acknowledged(), Pong()]
    assert events(Hyperliquid(), already) == [Acknowledged("Already subscribed: {}")]
    assert events(Hyperliquid(), invalid) == [Rejected(invalid["data"], is_fatal=True)]
    assert events(Hyperliquid(), {"channel": "error", "data": "busy"}) == [Rejected("busy")]


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        [1],
        [{key: value for key, value in trade().items() if key != "tid"}],
        [trade() | {"px": "much"}],
        [trade() | {"px": None}],
        [trade() | {"time": "soon"}],
        [trade() | {"tid": 1 << 63}],
        [trade() | {"time": 1 << 60}],
    ],
)
def test_a_frame_that_cannot_be_read_is_an_input_error(data: Any) -> None:
    with pytest.raises(InputError, match="Hyperliquid"):
        events(Hyperliquid(), {"channel": "trades", "data": data})


@settings(max_examples=300, deadline=None)
@given(frame=mutations(GOOD))
def test_hostile_frames_raise_nothing_but_input_errors(frame: str | bytes) -> None:
    survives(Hyperliquid(), frame)


def bars(venue: Hyperliquid, *frames: Any) -> list[tuple[int, float, bool]]:
    found = [event for event in events(venue, *frames) if isinstance(event, BarEvent)]
    return [(event.t, event.c, event.is_closed) for event in found]


def test_a_candle_is_closed_by_the_next_one() -> None:
    t = MS // 60_000 * 60
    frames = [
        {"channel": "candle", "data": candle(t * 1000, "2.5")},
        {"channel": "candle", "data": candle(t * 1000, "2.75")},
        {"channel": "candle", "data": candle((t + 60) * 1000, "1.5")},
    ]
    assert bars(Hyperliquid(bar=MINUTE), *frames) == [
        (t, 2.5, False),
        (t, 2.75, False),
        (t, 2.75, True),
        (t + 60, 1.5, False),
    ]


def test_a_candle_of_an_older_connection_is_never_said_to_be_closed() -> None:
    t = MS // 60_000 * 60
    before = {"channel": "candle", "data": candle(t * 1000)}
    after = {"channel": "candle", "data": candle((t + 60) * 1000)}
    found = bars(Hyperliquid(bar=MINUTE), before, subscribed("candle"), after)
    assert found == [(t, 2.5, False), (t + 60, 2.5, False)]


def test_a_message_subscribes_to_one_coin_and_a_connection_to_so_many() -> None:
    coins = [f"C{i}" for i in range(MOST_COINS + 1)]
    first, second = Hyperliquid(bar=MINUTE).plans([*coins, "C0"])
    assert [*first.symbols, *second.symbols] == coins
    assert [json.loads(text) for text in second.subscribe] == [
        {"method": "subscribe", "subscription": {"type": "trades", "coin": coins[-1]}},
        {
            "method": "subscribe",
            "subscription": {"type": "candle", "interval": "1m", "coin": coins[-1]},
        },
    ]
    assert Hyperliquid().market_of("xyz:GOLD") == "HYPERLIQUID:xyz:GOLD"


def test_candles_of_an_interval_it_does_not_have_are_refused() -> None:
    with pytest.raises(ConfigError, match="7m"):
        Hyperliquid(bar=Resolution.parse("7m"))


META = {"universe": [{"name": "BTC", "szDecimals": 5}, {"name": "OLD", "isDelisted": True}]}
SPOT = {
    "tokens": [
        {"name": "USDC", "index": 0},
        {"name": "PURR", "index": 1},
        {"name": "H", "index": 2},
    ],
    "universe": [
        {"name": "PURR/USDC", "tokens": [1, 0], "index": 0},
        {"name": "@107", "tokens": [2, 0], "index": 107},
    ],
}


def info(**answers: Any) -> Canned:
    def answer(request: Request) -> Any:
        question = json.loads(request.body or b"")
        return answers[question["type"] + question.get("dex", "")]

    return Canned({"/info": answer})


async def test_perps_spot_and_builders_perps_are_listed() -> None:
    ask = info(meta=META, spotMeta=SPOT, metaxyz={"universe": [{"name": "xyz:GOLD"}]})
    coins = ["BTC", "OLD", "@107", "xyz:GOLD", "NONE"]
    listed = await HyperliquidRest(ask, StillClock()).listed(coins)
    assert {coin: market.symbol for coin, market in listed.markets.items()} == {
        "BTC": "HYPERLIQUID:BTC",
        "OLD": "HYPERLIQUID:OLD",
        "@107": "HYPERLIQUID:@107",
        "xyz:GOLD": "HYPERLIQUID:xyz:GOLD",
    }
    assert (listed.markets["@107"].base, listed.markets["@107"].quote) == ("H", "USDC")
    assert listed.halted == ("OLD",)


async def test_a_short_drop_is_filled_from_the_recent_trades_in_ascending_order() -> None:
    recent = [trade(3, MS + 2000), trade(2, MS + 1000), trade(1, MS)]
    rest = HyperliquidRest(info(recentTrades=recent), StillClock())
    page = await rest.trades_between("BTC", (MS + 1) * 1000, (MS + 2000) * 1000)
    assert [found.id for found in page.trades] == [2]
    assert page.is_last


async def test_of_a_longer_one_it_says_that_only_a_part_is_left() -> None:
    rest = HyperliquidRest(info(recentTrades=[trade(2, MS), trade(1, MS)]), StillClock())
    with pytest.raises(PartlyGoneError) as caught:
        await rest.trades_between("BTC", (MS - 5) * 1000, (MS + 1) * 1000)
    assert [found.id for found in caught.value.trades] == [2, 1]
    with pytest.raises(GoneError):
        await rest.trades_after("BTC", 1)


async def test_only_closed_candles_are_given() -> None:
    t = MS // 60_000 * 60
    rows = [candle((t + 60) * 1000), candle(t * 1000)]
    rest = HyperliquidRest(info(candleSnapshot=rows), StillClock((t + 61) * 1_000_000))
    page = await rest.bars("BTC", MINUTE, t, t + 120)
    assert [(bar.t, bar.n, bar.is_closed) for bar in page.bars] == [(t, 7, True)]
    assert page.is_last


async def test_an_answer_that_cannot_be_read_may_be_right_later() -> None:
    rest = HyperliquidRest(Canned({"/info": b"<html>"}), StillClock())
    with pytest.raises(RestError):
        await rest.listed(["BTC"])


async def test_of_candles_that_are_gone_it_says_from_when_on_there_are_some() -> None:
    now_s = MS // 60_000 * 60
    rest = HyperliquidRest(info(candleSnapshot=[]), StillClock(now_s * 1_000_000))
    with pytest.raises(PartlyGoneError) as caught:
        await rest.bars("BTC", MINUTE, now_s - 86_400 * 30, now_s)
    assert caught.value.from_us == (now_s - 4_999 * 60) * 1_000_000
    assert (await rest.bars("BTC", MINUTE, now_s - 4_999 * 60, now_s)).is_last
