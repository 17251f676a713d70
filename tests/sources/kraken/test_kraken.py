"""Kraken: what its frames say, what must say nothing, what it can be asked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chandlery.core.errors import InputError
from chandlery.core.resolution import Resolution
from chandlery.core.trades import BUY, SELL
from chandlery.sources.kraken.rest import KrakenRest, pair_of, usual
from chandlery.sources.kraken.venue import MOST_PAIRS, Kraken
from chandlery.sources.live.asking import Request
from chandlery.sources.live.recent import PartlyGoneError
from chandlery.sources.live.rest import GoneError, RestError
from chandlery.sources.live.venue import Acknowledged, Pong, Rejected, TradeEvent
from tests.sources.hostile import Canned, StillClock, events, mutations, survives

T0 = 1_695_628_177


def trade(trade_id: int = 4_665_906, side: str = "sell") -> dict[str, Any]:
    return {
        "symbol": "MATIC/USD",
        "side": side,
        "price": 0.5117,
        "qty": 40.0,
        "ord_type": "market",
        "trade_id": trade_id,
        "timestamp": "2023-09-25T07:49:37.708706Z",
    }


def frame(kind: str, *trades: dict[str, Any]) -> dict[str, Any]:
    return {"channel": "trade", "type": kind, "data": list(trades)}


TAKEN = {
    "method": "subscribe",
    "result": {"channel": "trade", "snapshot": True, "symbol": "BTC/USD"},
    "success": True,
    "time_in": "2023-09-25T09:04:31.742599Z",
    "time_out": "2023-09-25T09:04:31.742648Z",
}
REFUSED = {
    "error": "Currency pair not supported FOO/BAR",
    "method": "subscribe",
    "success": False,
    "symbol": "FOO/BAR",
}
GOOD = [frame("update", trade()), TAKEN, REFUSED, {"method": "pong", "req_id": 1}]


def test_a_trade_in_a_leap_second_is_in_the_second_before_it() -> None:
    leap = trade() | {"timestamp": "2016-12-31T23:59:60.500000Z"}
    (found,) = events(Kraken(), frame("update", leap))
    assert isinstance(found, TradeEvent)
    assert found.time_us == 1_483_228_799_500_000


def test_a_trade_is_read_with_the_side_of_the_taker_and_its_time_cut_to_milliseconds() -> None:
    sold, bought = events(Kraken(), frame("snapshot", trade(), trade(7, "buy")))
    us = 1_695_628_177_708_000
    assert sold == TradeEvent("MATIC/USD", us, 0.5117, 40.0, SELL, 4_665_906, 4_665_906)
    assert isinstance(bought, TradeEvent)
    assert bought.side == BUY


@pytest.mark.parametrize(
    "other",
    [
        {"channel": "heartbeat"},
        {"channel": "status", "type": "update", "data": [{"system": "online"}]},
        {"channel": "book", "data": [{}]},
        {"method": "unsubscribe", "success": True},
        frame("update"),
        {},
    ],
)
def test_what_is_not_for_us_says_nothing(other: Any) -> None:
    assert events(Kraken(), other) == []


def test_answers_and_refusals() -> None:
    again = REFUSED | {"error": "Already subscribed"}
    busy = REFUSED | {"error": "Exceeded msg rate"}
    assert events(Kraken(), TAKEN, again, GOOD[3]) == [Acknowledged(), Acknowledged(), Pong()]
    assert events(Kraken(), REFUSED, busy) == [
        Rejected("Currency pair not supported FOO/BAR", is_fatal=True),
        Rejected("Exceeded msg rate"),
    ]


@pytest.mark.parametrize(
    "bad",
    [
        [337, [["5541.2", "0.15", "1534614057.32", "s", "l", ""]], "trade", "XBT/USD"],
        frame("update", trade() | {"price": "?"}),
        frame("update", trade() | {"timestamp": "2023-09-25"}),
        frame("update", trade() | {"trade_id": None}),
        {"channel": 5},
        "{",
    ],
)
def test_a_frame_that_cannot_be_read_is_an_input_error(bad: Any) -> None:
    with pytest.raises(InputError, match="Kraken"):
        events(Kraken(), bad)


@settings(max_examples=300, deadline=None)
@given(text=mutations(GOOD))
def test_hostile_frames_raise_nothing_but_input_errors(text: str | bytes) -> None:
    survives(Kraken(), text)


def test_subscriptions_and_names() -> None:
    pairs = [f"C{i}/USD" for i in range(MOST_PAIRS + 60)]
    first, second = Kraken().plans(pairs)
    assert (len(first.subscribe), len(second.subscribe)) == (4, 2)
    assert json.loads(second.subscribe[1]) == {
        "method": "subscribe",
        "params": {"channel": "trade", "symbol": pairs[-10:], "snapshot": True},
    }
    assert Kraken().market_of("BTC/USD") == "KRAKEN:BTC/USD"
    assert (pair_of("BTC/USD"), pair_of("DOGE/BTC"), pair_of("ETH/EUR")) == (
        "XBTUSD",
        "XDGXBT",
        "ETHEUR",
    )
    assert usual("XBT/USD") == "BTC/USD"


def exchange(ids: range, apart_s: float = 0.5) -> Canned:
    """Hold trades at even times, and give a thousand at once."""

    def trades(request: Request) -> Any:
        rows = [
            ["2.5", "1", T0 + each * apart_s, "b", "m", "", each]
            for each in ids
            if (T0 + each * apart_s) * 1e9 > int(request.query.get("since", 0))
        ]
        most = int(request.query["count"])
        rows = rows[:most] if "since" in request.query else rows[-most:]
        return {"error": [], "result": {"XXBTZUSD": rows, "last": "1"}}

    return Canned({"/0/public/Trades": trades})


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(1, 9_000), share=st.floats(0, 1), apart_s=st.sampled_from([0.001, 0.5, 90])
)
async def test_following_an_id_gives_every_trade_after_it_once(
    count: int, share: float, apart_s: float
) -> None:
    after = int(count * share)
    ask = exchange(range(1, count + 1), apart_s)
    rest, found = KrakenRest(ask, StillClock()), list[Any]()
    while True:
        page = await rest.trades_after("BTC/USD", found[-1] if found else after)
        found += [trade.id for trade in page.trades]
        if page.is_last:
            break
    assert found == list(range(after + 1, count + 1))
    assert len(ask.asked) < 40


async def test_trades_of_a_time() -> None:
    rest = KrakenRest(exchange(range(1, 100)), StillClock())
    page = await rest.trades_between("BTC/USD", (T0 + 2) * 1_000_000, (T0 + 4) * 1_000_000)
    assert [trade.id for trade in page.trades] == [4, 5, 6, 7]
    assert page.is_last


async def test_the_websocket_and_rest_give_a_trade_the_same_time() -> None:
    row = ["0.5117", "40", 1_695_628_177.7087064, "s", "m", "", 4_665_906]
    ask = Canned({"/0/public/Trades": {"error": [], "result": {"MATICUSD": [row]}}})
    (asked,) = (await KrakenRest(ask, StillClock()).trades_between("MATIC/USD", 0, 1 << 60)).trades
    assert [asked] == events(Kraken(), frame("update", trade()))


async def test_pairs_candles_and_errors() -> None:
    pairs = {
        "XXBTZUSD": {"wsname": "XBT/USD", "tick_size": "0.1", "pair_decimals": 1},
        "OLD": {"wsname": "OLD/USD", "pair_decimals": 4, "status": "cancel_only"},
    }
    ohlc = [[T0, "1", "3", "0.5", "2", "1.5", "10", 4], [T0 + 60, "1", "1", "1", "1", "1", "1", 1]]
    ask = Canned(
        {
            "/0/public/AssetPairs": {"error": [], "result": pairs},
            "/0/public/OHLC": {"error": [], "result": {"XXBTZUSD": ohlc, "last": T0}},
            "/0/public/Trades": {"error": ["EAPI:Rate limit exceeded"]},
        }
    )
    rest = KrakenRest(ask, StillClock((T0 + 90) * 1_000_000))
    listed = await rest.listed(["BTC/USD", "OLD/USD", "X/Y"])
    scales = {symbol: market.price_scale for symbol, market in listed.markets.items()}
    assert (scales, listed.halted) == ({"BTC/USD": 10, "OLD/USD": 10_000}, ("OLD/USD",))
    page = await rest.bars("BTC/USD", Resolution.parse("1m"), T0, T0 + 600)
    assert [(bar.t, bar.h, bar.q, bar.n) for bar in page.bars] == [(T0, 3, 15, 4)]
    with pytest.raises(RestError, match="Rate limit"):
        await rest.trades_after("BTC/USD", 1)
    ask.answers = {"/0/public/Trades": {"error": ["EQuery:Unknown asset pair"]}}
    with pytest.raises(GoneError):
        await rest.trades_after("BTC/USD", 1)


async def test_of_candles_that_are_gone_it_says_from_when_on_there_are_some() -> None:
    ohlc = [[T0 + 60 * n, "1", "1", "1", "1", "1", "1", 1] for n in range(720)]
    ask = Canned({"/0/public/OHLC": {"error": [], "result": {"X": ohlc, "last": T0}}})
    with pytest.raises(PartlyGoneError) as caught:
        await KrakenRest(ask, StillClock()).bars("X/Y", Resolution.parse("1m"), T0 - 60, T0 + 60)
    assert caught.value.from_us == T0 * 1_000_000
