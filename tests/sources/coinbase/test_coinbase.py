"""Coinbase: what its frames say, what must say nothing, what it can be asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chandlery.core.errors import InputError
from chandlery.core.resolution import Resolution
from chandlery.core.trades import BUY, SELL, UNKNOWN
from chandlery.sources.coinbase.rest import CoinbaseRest
from chandlery.sources.coinbase.venue import ADVANCED_WS_URL, MOST_PRODUCTS, Coinbase
from chandlery.sources.live.asking import Request
from chandlery.sources.live.rest import GoneError
from chandlery.sources.live.venue import Acknowledged, Rejected, TradeEvent
from tests.sources.hostile import Canned, StillClock, events, mutations, survives

S = 1_618_677_817


def match(trade_id: int = 280_232, kind: str = "match", side: str = "sell") -> dict[str, Any]:
    return {
        "type": kind,
        "trade_id": trade_id,
        "maker_order_id": "2a0da34e-61f7-4c36-88e5-c9dd15927b16",
        "taker_order_id": "3c82abaa-c01e-4608-be59-6a1e69742891",
        "side": side,
        "size": "985",
        "price": "0.00001305",
        "product_id": "SKL-BTC",
        "sequence": 177_100_030,
        "time": "2021-04-17T16:43:37.089723Z",
    }


def advanced(*ids: int, side: str = "BUY") -> dict[str, Any]:
    trades = [
        {
            "trade_id": str(each),
            "product_id": "ETH-USD",
            "price": "1260.01",
            "size": "0.3",
            "side": side,
            "time": "2023-02-09T20:19:35.396251353Z",
        }
        for each in ids
    ]
    return {
        "channel": "market_trades",
        "client_id": "",
        "timestamp": "2023-02-09T20:19:35.39625135Z",
        "sequence_num": 0,
        "events": [{"type": "update", "trades": trades}],
    }


GOOD = [
    match(),
    advanced(2, 1),
    {"type": "subscriptions", "channels": []},
    {"type": "error", "message": "Failed to subscribe", "reason": "?"},
]


def test_the_side_is_the_makers_so_the_taker_did_the_opposite() -> None:
    up, down, odd = events(Coinbase(), match(), match(side="buy"), match(side="UNKNOWN"))
    us = 1_618_677_817_089_723
    assert up == TradeEvent("SKL-BTC", us, 0.00001305, 985.0, BUY, 280_232, 280_232)
    assert isinstance(down, TradeEvent)
    assert isinstance(odd, TradeEvent)
    assert (down.side, odd.side) == (SELL, UNKNOWN)


def test_the_last_match_before_a_subscription_counts_as_a_trade() -> None:
    assert events(Coinbase(), match(kind="last_match")) == events(Coinbase(), match())


def test_advanced_trade_comes_newest_first_and_is_turned_round() -> None:
    found = events(Coinbase(), advanced(12, 11, 10))
    assert [each.id for each in found if isinstance(each, TradeEvent)] == [10, 11, 12]
    assert {each.side for each in found if isinstance(each, TradeEvent)} == {SELL}
    assert {each.time_us for each in found if isinstance(each, TradeEvent)} == {
        1_675_973_975_396_251
    }


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "heartbeat", "sequence": 90, "last_trade_id": 20, "product_id": "BTC-USD"},
        {"channel": "heartbeats", "events": [{"heartbeat_counter": "3049"}]},
        {"type": "ticker", "product_id": "BTC-USD", "price": "1"},
        {"type": "l2update", "changes": [["buy", "1", "2"]]},
        {"channel": "market_trades", "events": []},
        {},
    ],
)
def test_what_is_not_for_us_says_nothing(frame: Any) -> None:
    assert events(Coinbase(), frame) == []


def test_answers_and_refusals() -> None:
    wrong = {
        "type": "error",
        "message": "Failed to subscribe",
        "reason": "X is not a valid product",
    }
    assert events(Coinbase(), GOOD[2]) == [Acknowledged()]
    assert events(Coinbase(), {"channel": "subscriptions", "events": []}) == [Acknowledged()]
    assert events(Coinbase(), wrong) == [
        Rejected("Failed to subscribe: X is not a valid product", is_fatal=True)
    ]
    assert events(Coinbase(), {"type": "error"}) == [Rejected("no reason given")]


@pytest.mark.parametrize(
    "change",
    [{"time": "yesterday"}, {"time": "2021-04-17T16:43:37"}, {"price": "?"}, {"trade_id": -1},
     {"size": None}, {"side": 1}],
)  # fmt: skip
def test_a_frame_that_cannot_be_read_is_an_input_error(change: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="Coinbase"):
        events(Coinbase(), match() | change)


def test_a_trade_in_a_leap_second_is_in_the_second_before_it() -> None:
    (trade,) = events(Coinbase(), match() | {"time": "2016-12-31T23:59:60.5Z"})
    assert isinstance(trade, TradeEvent)
    assert trade.time_us == 1_483_228_799_500_000
    with pytest.raises(InputError):
        events(Coinbase(), match() | {"time": "2016-12-31T23:58:60Z"})


@settings(max_examples=300, deadline=None)
@given(frame=mutations(GOOD))
def test_hostile_frames_raise_nothing_but_input_errors(frame: str | bytes) -> None:
    survives(Coinbase(), frame)


def test_subscriptions() -> None:
    products = [f"P{i}-USD" for i in range(MOST_PRODUCTS + 1)]
    _, plan = Coinbase().plans(products)
    assert [json.loads(text) for text in plan.subscribe] == [
        {
            "type": "subscribe",
            "product_ids": [products[-1]],
            "channels": ["matches", "heartbeat"],
        }
    ]
    (other,) = Coinbase(ADVANCED_WS_URL, "advanced").plans(["BTC-USD"])
    assert other.url == ADVANCED_WS_URL
    assert [json.loads(text)["channel"] for text in other.subscribe] == [
        "market_trades",
        "heartbeats",
    ]


def exchange(ids: list[int]) -> Canned:
    """Hold a trade a second, the id's number of seconds after the start."""

    def trades(request: Request) -> Any:
        below = int(request.query.get("after", 1 << 60))
        chosen = sorted((each for each in ids if each < below), reverse=True)
        return [
            {
                "trade_id": each,
                "side": "buy",
                "size": "1",
                "price": "2",
                "time": datetime.fromtimestamp(T0 + each, UTC).isoformat(),
            }
            for each in chosen[: int(request.query["limit"])]
        ]

    return Canned({"/products/X-USD/trades": trades})


T0 = 1_618_677_780


@given(first=st.integers(1, 30), count=st.integers(1, 900), after=st.integers(0, 900))
@settings(max_examples=50, deadline=None)
async def test_paging_by_id_gives_all_above_it_once(first: int, count: int, after: int) -> None:
    ids = list(range(first, first + count))
    rest = CoinbaseRest(exchange(ids), StillClock())
    page = await rest.trades_after("X-USD", after)
    assert [trade.id for trade in page.trades] == [each for each in ids if each > after]
    assert page.is_last


async def test_a_full_page_is_not_the_last() -> None:
    rest = CoinbaseRest(exchange(list(range(1, 1011))), StillClock())
    page = await rest.trades_after("X-USD", 3)
    assert [page.trades[0].id, page.trades[-1].id, page.is_last] == [4, 1003, False]
    assert [t.id for t in (await rest.trades_after("X-USD", 1003)).trades] == list(
        range(1004, 1011)
    )


@pytest.mark.parametrize(("start", "end"), [(0, 5), (7, 12), (19, 40), (90, 100)])
async def test_trades_of_a_time_are_found_by_halving(start: int, end: int) -> None:
    ids = [*range(5, 25), *range(30, 60)]
    ask = exchange(ids)
    page = await CoinbaseRest(ask, StillClock()).trades_between(
        "X-USD", (T0 + start) * 1_000_000, (T0 + end) * 1_000_000
    )
    assert [trade.id for trade in page.trades] == [each for each in ids if start <= each < end]
    assert len(ask.asked) < 12


async def test_the_next_page_by_time_needs_no_halving() -> None:
    ask = exchange(list(range(1, 1500)))
    rest, found, start = CoinbaseRest(ask, StillClock()), list[Any](), T0
    while True:
        page = await rest.trades_between("X-USD", start * 1_000_000, (T0 + 1200) * 1_000_000)
        found += [trade.id for trade in page.trades]
        if page.is_last:
            break
        start = page.trades[-1].time_us // 1_000_000
    assert sorted(set(found)) == list(range(1, 1200))
    assert len(ask.asked) < 20


async def test_products_candles_and_what_there_is_not() -> None:
    product = {"base_currency": "BTC", "quote_currency": "USD", "quote_increment": "0.01"}
    off = {"id": "OLD-USD", "trading_disabled": True}
    candle = [[S + 60, 1, 4, 2, 3, 10.5], [S, 1, 4, 2, 3, 10.5]]
    ask = Canned(
        {"/products": [{"id": "BTC-USD", **product}, off], "/products/BTC-USD/candles": candle}
    )
    rest = CoinbaseRest(ask, StillClock((S + 119) * 1_000_000))
    listed = await rest.listed(["BTC-USD", "OLD-USD", "NO-USD"])
    assert listed.markets["BTC-USD"].price_scale == 100
    assert (set(listed.markets), listed.halted) == ({"BTC-USD", "OLD-USD"}, ("OLD-USD",))
    page = await rest.bars("BTC-USD", Resolution.parse("1m"), S, S + 600)
    assert [(b.t, b.o, b.h, b.l, b.c, b.v) for b in page.bars] == [(S, 2, 4, 1, 3, 10.5)]
    with pytest.raises(GoneError):
        await rest.bars("BTC-USD", Resolution.parse("3m"), S, S + 600)
