"""ccxt as a source: what its rows mean, holes filled, what cannot be filled said to be lost."""

from __future__ import annotations

import asyncio
import random
import sys
from contextlib import aclosing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chandlery.core.delivery import Coverage, Delivery
from chandlery.core.errors import ConfigError, InputError
from chandlery.core.resolution import Resolution
from chandlery.core.trades import BUY, SELL, UNKNOWN
from chandlery.sources.ccxt.exchange import Opened, opened
from chandlery.sources.ccxt.history import CcxtHistory, market_of, timeframe_of
from chandlery.sources.ccxt.parse import lot_of, ohlcvs, prints
from chandlery.sources.ccxt.source import CcxtSource, Place, places_of, text_of
from chandlery.sources.live.lot import Lot
from chandlery.sources.live.recent import PartlyGoneError
from chandlery.sources.live.rest import GoneError, RestError
from chandlery.sources.live.surroundings import Surroundings
from tests.sources.ccxt.fake import FakeClock, FakeExchange, Gone, NoSuchSymbol, row

MS = 1_780_000_000_000
SPOT = Lot()


async def no_wait(_seconds: float) -> None:
    await asyncio.sleep(0)


def source(exchange: FakeExchange, *symbols: str) -> CcxtSource:
    around = Surroundings(FakeClock(), no_wait, lambda: 0.5)
    numbers = {symbol: 7 + row for row, symbol in enumerate(symbols or ("BTC/USDT",))}
    return CcxtSource(Opened(exchange, (Gone,), (NoSuchSymbol,)), numbers, around)


def rows(start: int, end: int, apart_ms: int = 400) -> list[dict[str, Any]]:
    return [row(number, MS + number * apart_ms) for number in range(start, end)]


async def take(feed: CcxtSource, count: int, position: str | None = None) -> list[Delivery]:
    found: list[Delivery] = []
    async with asyncio.timeout(10), aclosing(feed.deliveries(position)) as deliveries:  # type: ignore[type-var]
        async for delivery in deliveries:
            found.append(delivery)
            if len(found) == count:
                return found
    return found


def ids(found: list[Delivery]) -> list[int]:
    return [number for delivery in found for number in delivery.trades.id.tolist()]


def test_a_row_is_read() -> None:
    (found,) = prints([row(3, MS)], SPOT)
    assert found == (MS, 3, 3, 103.0, 0.5, BUY)
    (odd,) = prints([row(3, MS, side=None, id="a-1")], SPOT)
    assert (odd.side, odd.sequence, odd.id < 0) == (UNKNOWN, 0, True)


def test_rows_without_ids_get_the_same_ones_again_and_equal_ones_stay_two() -> None:
    same = [row(2, MS, id=None), row(2, MS, id=None), row(4, MS, id=None)]
    found = prints(same, SPOT)
    assert len({each.id for each in found}) == 3
    assert prints(same, SPOT) == found
    assert {each.side for each in found} == {SELL}


def test_contracts_are_counted_in_base_units() -> None:
    linear = lot_of({"contract": True, "contractSize": 0.01, "inverse": False})
    inverse = lot_of({"contract": True, "contractSize": 100.0, "inverse": True})
    assert prints([row(0, MS, amount=7)], linear)[0].size == pytest.approx(0.07)
    assert prints([row(0, MS, amount=7, price=1000)], inverse)[0].size == pytest.approx(0.7)


ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 1 << 70, 1e400, float("nan"), "", "x", [], {}]
)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_rows_that_are_wrong_raise_nothing_but_input_errors(data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(row(1, MS))))
    rows_: Any = data.draw(
        st.one_of(ODD, st.lists(ODD, max_size=3), ODD.map(lambda odd: [row(1, MS) | {key: odd}]))
    )
    for reader in (lambda: prints(rows_, SPOT), lambda: ohlcvs(rows_)):
        try:
            reader()
        except InputError as error:
            assert error.hint  # noqa: PT017 - it need not be raised


async def test_what_is_watched_is_delivered_with_position_and_coverage() -> None:
    exchange = FakeExchange()
    exchange.stream.put_nowait(rows(0, 5))
    exchange.stream.put_nowait(rows(5, 10))
    feed = source(exchange)
    first, second = await take(feed, 2)
    assert ids([first, second]) == list(range(10))
    assert second.trades.market.tolist() == [7] * 5
    s = MS // 1000
    assert first.coverage == ()
    assert second.coverage == (Coverage(7, "trades", s + 1, s + 3),)
    assert exchange.asked == 0
    assert exchange.is_closed
    assert feed.name == "ccxt-fake"
    assert (feed.state, feed.counts["trades"]) == ("live", 10)


async def test_a_break_opens_a_gap_and_is_filled_page_by_page() -> None:
    exchange = FakeExchange()
    exchange.all = rows(0, 1000)
    exchange.stream.put_nowait(rows(0, 10))
    exchange.stream.put_nowait(Gone("cut"))
    exchange.stream.put_nowait(rows(900, 905))
    feed = source(exchange)
    first, broken, second = await take(feed, 3)
    (gap,) = broken.gaps
    assert (gap.start, gap.end, gap.reason) == (MS // 1000 + 3, None, "cut")
    assert ids([first, second]) == list(range(905))
    (seen,) = second.coverage
    assert seen.start == gap.start
    assert second.gaps == ()
    assert feed.reconnects == 1


async def test_what_the_exchange_no_longer_gives_is_lost_and_said_so() -> None:
    exchange = FakeExchange()
    exchange.heeds_since = False
    exchange.all = rows(0, 905)
    exchange.stream.put_nowait(rows(0, 10))
    exchange.stream.put_nowait(Gone("cut"))
    exchange.stream.put_nowait(rows(900, 905))
    exchange.stream.put_nowait(rows(905, 910))
    feed = source(exchange)
    found = await take(feed, 4)
    assert ids(found) == [*range(10), *range(805, 910)]
    (gap,) = found[2].gaps
    assert gap.state == "lost"
    assert (gap.start, gap.end) == (MS // 1000 + 3, MS // 1000 + 361)
    assert all(seen.start >= 361 + MS // 1000 for each in found[2:] for seen in each.coverage)
    assert feed.counts["lost"] == 1


async def test_a_snapshot_that_overlaps_needs_no_asking_and_repeats_nothing_new() -> None:
    exchange = FakeExchange()
    exchange.stream.put_nowait(rows(0, 10))
    exchange.stream.put_nowait(Gone(""))
    exchange.stream.put_nowait(rows(5, 15))
    found = await take(source(exchange), 3)
    assert exchange.asked == 0
    assert sorted(set(ids(found))) == list(range(15))
    assert found[2].gaps == ()


async def test_when_asking_fails_again_and_again_the_stream_goes_on() -> None:
    exchange = FakeExchange()
    exchange.all = rows(0, 100)
    exchange.stream.put_nowait(rows(0, 10))
    exchange.stream.put_nowait(Gone("cut"))
    feed = source(exchange)
    exchange.faults = []
    exchange.stream.put_nowait(rows(50, 60))
    deliveries = feed.deliveries(None)
    await anext(deliveries)
    exchange.faults = [Gone("down")] * 9
    await anext(deliveries)
    last = await anext(deliveries)
    await deliveries.aclose()  # type: ignore[attr-defined]
    assert last.trades.id.tolist() == list(range(50, 60))
    assert last.gaps[0].state == "lost"


async def test_after_a_restart_it_goes_on_from_its_position() -> None:
    exchange = FakeExchange()
    exchange.all = rows(0, 300)
    exchange.stream.put_nowait(rows(0, 10))
    (first,) = await take(source(exchange), 1)
    exchange.stream.put_nowait(rows(250, 260))
    (second,) = await take(source(exchange), 1, first.positions["ccxt-fake"])
    assert ids([first, second]) == list(range(260))
    assert second.gaps == ()


async def test_an_exchange_that_cannot_be_watched_is_asked() -> None:
    exchange = FakeExchange(watchTrades=None)
    exchange.all = rows(0, 20)
    feed = source(exchange)
    deliveries = feed.deliveries(None)
    first = await anext(deliveries)
    exchange.all += rows(20, 300)
    second = await anext(deliveries)
    await deliveries.aclose()  # type: ignore[attr-defined]
    assert ids([first, second]) == list(range(300))


async def test_a_symbol_that_does_not_exist_is_an_error_that_says_so() -> None:
    exchange = FakeExchange()
    exchange.markets = {}
    with pytest.raises(ConfigError, match="BTC/USDT"):
        await take(source(exchange), 2)
    exchange = FakeExchange()
    exchange.stream.put_nowait(NoSuchSymbol("delisted"))
    with pytest.raises(ConfigError, match="delisted"):
        await take(source(exchange), 2)


@pytest.mark.parametrize(
    ("market", "reason"),
    [
        ({}, "delisted"),
        ({"contract": True, "contractSize": "odd"}, "a number expected"),
        (None, "no such market: DEAD/USDT"),
    ],
)
async def test_a_symbol_that_fails_for_good_stops_no_other(
    market: dict[str, Any] | None, reason: str
) -> None:
    exchange = FakeExchange()
    if market is not None:
        exchange.markets["DEAD/USDT"] = {"symbol": "DEAD/USDT", **market}
    exchange.of["DEAD/USDT"].put_nowait(NoSuchSymbol("delisted"))
    exchange.stream.put_nowait(rows(0, 10))
    feed = source(exchange, "DEAD/USDT", "BTC/USDT")
    position = text_of({"DEAD/USDT": Place(covered_s=MS // 1000)})
    found: list[Delivery] = []
    async with asyncio.timeout(10), aclosing(feed.deliveries(position)) as deliveries:  # type: ignore[type-var]
        while not (ids(found) and feed.reason):
            found.append(await anext(deliveries))
        seen = len(ids(found))
        exchange.stream.put_nowait(rows(10, 20))
        while len(ids(found)) == seen:
            found.append(await anext(deliveries))
    assert ids(found)[-1] == 19
    assert reason in feed.reason
    # Charts of the others are live.
    assert feed.state == "live"
    assert feed.refused == {"DEAD/USDT": feed.reason}
    [gap] = [gap for delivery in found for gap in delivery.gaps]
    assert (gap.market, gap.start, gap.end) == (7, MS // 1000, None)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 1 << 32), most=st.integers(3, 200), apart=st.sampled_from([1, 7, 400]))
async def test_through_any_breaks_every_trade_is_delivered_once_or_its_time_is_lost(
    seed: int, most: int, apart: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - reproducible faults
    exchange = FakeExchange()
    exchange.most = most
    exchange.all = rows(0, 600, apart)
    at = 0
    while at < 600:
        step = chance.randint(1, 60)
        if chance.random() < 0.4 and at:
            exchange.stream.put_nowait(Gone("cut"))
            at = min(at + chance.randint(0, 90), 590)
        exchange.stream.put_nowait(exchange.all[at : at + step])
        at += step
    found: list[Delivery] = []
    feed = source(exchange)
    async with asyncio.timeout(20):
        async for delivery in feed.deliveries(None):
            found.append(delivery)
            if 599 in delivery.trades.id.tolist():
                break
    first = ids(found)[0]
    assert sorted(set(ids(found))) == list(range(first, 600))
    assert not [gap for each in found for gap in each.gaps if gap.state == "lost"]


async def test_closed_bars_come_in_pages() -> None:
    exchange = FakeExchange()
    t = MS // 60_000 * 60
    exchange.bars = [[(t + 60 * n) * 1000, 1, 4, 1, 3, 10.0] for n in range(150)]
    exchange.bars[3] = [exchange.bars[3][0], None, None, None, None, 0]
    clock = FakeClock()
    clock.us = (t + 60 * 149 + 30) * 1_000_000
    history = CcxtHistory(Opened(exchange, (Gone,)), clock)
    minute = Resolution.parse("1m")
    first = await history.bars("BTC/USDT", minute, t, t + 60 * 150)
    assert (len(first.bars), first.is_last) == (99, False)
    second = await history.bars("BTC/USDT", minute, t + 60 * 100, t + 60 * 150)
    assert (len(second.bars), second.is_last) == (49, True)
    exchange.faults = [Gone("down")]
    with pytest.raises(RestError, match="down"):
        await history.bars("BTC/USDT", minute, t, t + 60)
    without = CcxtHistory(Opened(FakeExchange(fetchOHLCV=False), (Gone,)), clock)
    with pytest.raises(GoneError):
        await without.bars("BTC/USDT", minute, t, t + 60)
    assert [timeframe_of(Resolution.parse(text)) for text in ("1h", "1D", "1W", "1M")] == [
        "1h", "1d", "1w", "1M",
    ]  # fmt: skip


def test_positions_survive_and_a_bad_one_is_an_error() -> None:
    assert places_of(None) == {}
    text = '{"BTC/USDT":{"last":[1,2,3,4.0,5.0,1],"covered_s":9}}'
    assert text_of(places_of(text)) == text
    with pytest.raises(InputError):
        places_of("[")


def test_names_of_markets() -> None:
    market = market_of("kucoin", "BTC/USDT:USDT")
    assert (market.symbol, market.base, market.quote) == ("KUCOIN:BTC/USDT:USDT", "BTC", "USDT")


def test_without_ccxt_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ccxt.pro", None)
    with pytest.raises(ConfigError) as caught:
        opened("kucoin")
    assert "chandlery[ccxt]" in caught.value.hint


async def test_ccxt_itself_gives_rows_that_are_read() -> None:
    found = opened("kraken")
    kraken: Any = found.exchange
    told = {"symbol": "BTC/USD", "side": "buy", "price": 109_601.2, "qty": 0.04561994,
            "trade_id": 83_449_369, "timestamp": "2025-05-27T11:24:03.847761Z"}  # fmt: skip
    try:
        rows_ = [kraken.parse_trade(told, {"symbol": "BTC/USD"})]
    finally:
        await kraken.close()
    assert prints(rows_, SPOT) == [
        (1_748_345_043_847, 83_449_369, 83_449_369, 109_601.2, 0.04561994, BUY)
    ]
    assert found.exchange.has["watchTrades"]
    assert issubclass(found.final[0], found.passing[0])
    with pytest.raises(ConfigError, match="no exchange 'kukoin'") as caught:
        opened("kukoin")
    assert "did you mean kucoin" in caught.value.hint


@pytest.mark.parametrize("heeds", [True, False])
async def test_bars_that_an_exchange_no_longer_gives_are_not_taken_for_none(heeds: bool) -> None:
    exchange = FakeExchange()
    exchange.heeds_since = heeds
    t = MS // 60_000 * 60
    exchange.bars = [[(t + 60 * n) * 1000, 1, 4, 1, 3, 10.0] for n in range(5)]
    history = CcxtHistory(Opened(exchange, (Gone,)), FakeClock())
    asked = history.bars("BTC/USDT", Resolution.parse("1m"), t - 600, t + 300)
    if heeds:
        assert len((await asked).bars) == 5
    else:
        with pytest.raises(PartlyGoneError) as caught:
            await asked
        assert caught.value.from_us == t * 1_000_000
