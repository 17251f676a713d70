"""Bybit: what its frames say, what must say nothing, what it can be asked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from chandlery.core.errors import InputError
from chandlery.core.resolution import Resolution
from chandlery.core.trades import BUY, SELL
from chandlery.sources.bybit.rest import BybitRest, interval_of
from chandlery.sources.bybit.venue import MOST_SYMBOLS, Bybit, Category
from chandlery.sources.live.asking import Request
from chandlery.sources.live.recent import PartlyGoneError
from chandlery.sources.live.rest import GoneError, RestError
from chandlery.sources.live.venue import Acknowledged, Pong, Rejected, TradeEvent
from tests.sources.hostile import Canned, StillClock, events, mutations, survives

MS = 1_672_304_486_865
UUID = "20f43950-d8dd-5b31-9112-a178eb6023af"


def trade(trade_id: str = UUID, **more: Any) -> dict[str, Any]:
    return {
        "T": MS,
        "s": "BTCUSDT",
        "S": "Buy",
        "v": "0.001",
        "p": "16578.50",
        "L": "PlusTick",
        "i": trade_id,
        "BT": False,
        "seq": 1_783_284_617,
    } | more


def frame(*trades: dict[str, Any]) -> dict[str, Any]:
    return {"topic": "publicTrade.BTCUSDT", "type": "snapshot", "ts": MS + 3, "data": list(trades)}


TAKEN = {"success": True, "ret_msg": "", "conn_id": "c", "req_id": "", "op": "subscribe"}
REFUSED = TAKEN | {"success": False, "ret_msg": "Invalid symbol :[publicTrade.X]"}
PONG = {"success": True, "ret_msg": "pong", "conn_id": "c", "req_id": "", "op": "ping"}
GOOD = [frame(trade(), trade("2290000000036455162")), TAKEN, REFUSED, PONG]


def test_a_trade_is_read_with_the_side_of_the_taker_and_its_id_as_it_comes() -> None:
    bought, sold = events(Bybit(), frame(trade(), trade("2290000000036455162", S="Sell")))
    assert bought == TradeEvent("BTCUSDT", MS * 1000, 16578.5, 0.001, BUY, UUID, 1_783_284_617)
    assert isinstance(sold, TradeEvent)
    assert (sold.side, sold.id) == (SELL, 2_290_000_000_036_455_162)


def test_an_id_beyond_64_bits_stays_text() -> None:
    (found,) = events(Bybit(), frame(trade("9" * 19)))
    assert isinstance(found, TradeEvent)
    assert found.id == "9" * 19


def test_inverse_sizes_are_dollars() -> None:
    found = events(Bybit("inverse"), frame(trade(v="5000", p="50000"), trade(v="1", p="0")))
    assert [each.size for each in found if isinstance(each, TradeEvent)] == [0.1, 0.0]


@pytest.mark.parametrize(
    "other",
    [
        {"topic": "tickers.BTCUSDT", "data": {}},
        {"topic": "kline.1.BTCUSDT", "data": [{}]},
        frame(),
        {"op": "unsubscribe", "success": True},
        {},
    ],
)
def test_what_is_not_for_us_says_nothing(other: Any) -> None:
    assert events(Bybit(), other) == []


def test_answers_and_refusals() -> None:
    pong = {"op": "pong", "args": ["1672304486865"], "conn_id": "c"}
    again = REFUSED | {"ret_msg": "error:already subscribed,topic:publicTrade.BTCUSDT"}
    found = events(Bybit(), TAKEN, again, PONG, pong)
    assert found == [Acknowledged(), Acknowledged(), Pong(), Pong()]
    assert events(Bybit(), REFUSED, REFUSED | {"ret_msg": ""}) == [
        Rejected("Invalid symbol :[publicTrade.X]", is_fatal=True),
        Rejected("no reason given"),
    ]


@pytest.mark.parametrize("change", [{"p": "?"}, {"T": None}, {"i": 5}, {"v": []}, {"seq": "x"}])
def test_a_frame_that_cannot_be_read_is_an_input_error(change: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="Bybit"):
        events(Bybit(), frame(trade() | change))


@settings(max_examples=300, deadline=None)
@given(text=mutations(GOOD))
def test_hostile_frames_raise_nothing_but_input_errors(text: str | bytes) -> None:
    survives(Bybit("inverse"), text)


@pytest.mark.parametrize(
    ("category", "symbol", "market", "name"),
    [
        ("spot", "BTCUSDT", "BYBIT:BTCUSDT", "bybit"),
        ("linear", "BTCUSDT", "BYBIT:BTCUSDT.P", "bybit-linear"),
        ("linear", "BTC-26DEC25", "BYBIT:BTC-26DEC25", "bybit-linear"),
        ("inverse", "BTCUSD", "BYBIT:BTCUSD.P", "bybit-inverse"),
    ],
)
def test_a_category_is_a_venue_of_its_own(
    category: Category, symbol: str, market: str, name: str
) -> None:
    venue = Bybit(category)
    (plan,) = venue.plans([symbol])
    assert (venue.name, venue.market_of(symbol)) == (name, market)
    assert plan.url.endswith(f"/v5/public/{category}")


def test_a_message_subscribes_to_ten() -> None:
    symbols = [f"C{i}USDT" for i in range(MOST_SYMBOLS + 1)]
    first, second = Bybit().plans(symbols)
    assert len(first.subscribe) == MOST_SYMBOLS // 10
    assert json.loads(second.subscribe[0]) == {
        "op": "subscribe",
        "args": [f"publicTrade.{symbols[-1]}"],
    }


def answer(rows: list[Any], cursor: str = "") -> dict[str, Any]:
    return {"retCode": 0, "retMsg": "OK", "result": {"list": rows, "nextPageCursor": cursor}}


def row(number: int) -> dict[str, Any]:
    return {
        "execId": str(number), "symbol": "BTCUSDT", "price": "2.5", "size": "1", "side": "Sell",
        "time": str(MS + number * 1000), "isBlockTrade": False, "seq": str(number),
    }  # fmt: skip


async def test_a_short_drop_is_filled_and_a_longer_one_only_partly() -> None:
    rows = [row(number) for number in reversed(range(60))]
    rest = BybitRest(Canned({"/v5/market/recent-trade": answer(rows)}), StillClock())
    page = await rest.trades_between("BTCUSDT", (MS + 5_000) * 1000, (MS + 8_000) * 1000)
    assert [each.id for each in page.trades] == [5, 6, 7]
    with pytest.raises(PartlyGoneError) as caught:
        await rest.trades_between("BTCUSDT", (MS - 1) * 1000, (MS + 2_000) * 1000)
    assert [each.id for each in caught.value.trades] == [0, 1]
    with pytest.raises(GoneError):
        await rest.trades_after("BTCUSDT", 1)


async def test_a_market_with_few_trades_gives_all_there_are() -> None:
    rest = BybitRest(Canned({"/v5/market/recent-trade": answer([row(1)])}), StillClock())
    page = await rest.trades_between("BTCUSDT", 0, 1 << 60)
    assert [each.id for each in page.trades] == [1]


async def test_the_websocket_and_rest_give_the_same_trade() -> None:
    told = {"execId": UUID, "price": "16578.50", "size": "0.001", "side": "Buy", "time": str(MS),
            "seq": "1783284617"}  # fmt: skip
    rest = BybitRest(Canned({"/v5/market/recent-trade": answer([told])}), StillClock())
    assert [*(await rest.trades_between("BTCUSDT", 0, 1 << 60)).trades] == events(
        Bybit(), frame(trade())
    )


async def test_instruments_come_in_pages() -> None:
    def listing(request: Request) -> Any:
        name = "B" if "cursor" in request.query else "A"
        each = {"symbol": f"{name}USDT", "baseCoin": name, "quoteCoin": "USDT",
                "status": "Trading" if name == "A" else "PreLaunch",
                "priceFilter": {"tickSize": "0.05"}}  # fmt: skip
        return answer([each], "" if name == "B" else "next")

    rest = BybitRest(Canned({"/v5/market/instruments-info": listing}), StillClock(), "linear")
    listed = await rest.listed(["AUSDT", "BUSDT", "CUSDT"])
    assert {name: market.symbol for name, market in listed.markets.items()} == {
        "AUSDT": "BYBIT:AUSDT.P",
        "BUSDT": "BYBIT:BUSDT.P",
    }
    assert listed.markets["AUSDT"].price_scale == 100
    assert listed.halted == ("BUSDT",)


@pytest.mark.parametrize(("category", "v", "q"), [("linear", 10, 25), ("inverse", 25, 10)])
async def test_closed_candles(category: Category, v: float, q: float) -> None:
    t = MS // 60_000 * 60
    rows = [
        [str((t + 60) * 1000), "1", "1", "1", "1", "1", "1"],
        [str(t * 1000), "2", "4", "1", "3", "10", "25"],
    ]
    clock = StillClock((t + 61) * 1_000_000)
    rest = BybitRest(Canned({"/v5/market/kline": answer(rows)}), clock, category)
    page = await rest.bars("BTCUSDT", Resolution.parse("1m"), t, t + 600)
    assert [(bar.t, bar.o, bar.h, bar.l, bar.c, bar.v, bar.q) for bar in page.bars] == [
        (t, 2, 4, 1, 3, v, q)
    ]


async def test_errors() -> None:
    ask = Canned({"/v5/market/recent-trade": {"retCode": 10006, "retMsg": "Too many visits!"}})
    with pytest.raises(RestError, match="10006"):
        await BybitRest(ask, StillClock()).trades_between("X", 0, 1)
    ask.answers = {"/v5/market/recent-trade": {"retCode": 10001, "retMsg": "Not supported symbols"}}
    with pytest.raises(GoneError):
        await BybitRest(ask, StillClock()).trades_between("X", 0, 1)
    with pytest.raises(GoneError):
        interval_of(Resolution.parse("7m"))
    assert [interval_of(Resolution.parse(text)) for text in ("1m", "1h", "1D", "1W", "1M")] == [
        "1", "60", "D", "W", "M",
    ]  # fmt: skip
