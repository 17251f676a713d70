"""The past, fetched page by page: whole, once, and again from where it was left off."""

from __future__ import annotations

import asyncio
import random

from chandlery.core.calendar import ALWAYS_OPEN
from chandlery.core.candles import differences, fold
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server, ServerLimits
from chandlery.sources.binance.rest import WEIGHT_HEADER, BinanceRest
from chandlery.sources.binance.sites import SPOT
from chandlery.sources.live.figures import FeedCounts
from chandlery.sources.live.history import History, HistoryKind, Stretch
from chandlery.sources.live.http import Asker, Budget
from chandlery.stores.memory import MemoryStore
from tests.sources.binance.fake import FakeBinance, Faults, some_trades
from tests.sources.binance.world import MINUTE, columns
from tests.sources.live.fast import START, FastClock

US = 1_000_000
HOUR = 3_600


def fake_of(clock: FastClock, faults: Faults | None = None, rate: float = 0.5) -> FakeBinance:
    draw = random.Random(4)  # noqa: S311 - chance, no secret
    past = some_trades(
        draw, start_us=(START - 4 * HOUR) * US, seconds=4 * HOUR, rate=rate, first_id=1, price=50.0
    )
    return FakeBinance(clock, {"BTCUSDT": past}, faults)


def history(fake: FakeBinance, engine: Engine, kind: HistoryKind, start: int) -> History:
    around = fake.clock.surroundings()
    budget = Budget(6_000)
    ask = Asker(fake.rest_url, around, budget, FeedCounts(), WEIGHT_HEADER)
    rest = BinanceRest(SPOT, ask, budget, "aggTrade")
    numbers = {"BTCUSDT": engine.registry.add_symbol("BINANCE:BTCUSDT")}
    return History("binance-history", rest, numbers, Stretch(kind, start, START), around)


async def fetched(fake: FakeBinance, engine: Engine, source: History, most: int = 1_000) -> None:
    server = Server(engine, fake.clock, ServerLimits(query_s=1e9))
    async with server.running(jobs=False):
        pages = server.pull(source)
        async for _ in pages:
            most -= 1
            if not most:
                break
        await pages.aclose()


async def test_trades_of_the_past_are_stored_once_whatever_fails() -> None:
    faults = Faults(error=0.2, too_many=0.1, broken=0.1, retry_after_s=2)
    async with fake_of(FastClock(1_000.0), faults).running() as fake:
        engine = Engine(MemoryStore())
        await fetched(fake, engine, history(fake, engine, "trades", START - 3 * HOUR), most=2)
        part = len(engine.history.trades(0, 0, 1 << 62))
        await fetched(fake, engine, history(fake, engine, "trades", START - 3 * HOUR))
        expected = [t for t in fake.trades["BTCUSDT"] if t.time_us >= (START - 3 * HOUR) * US]
        found = engine.history.trades(0, 0, 1 << 62)
        assert 0 < part < len(found)
        assert found.id.tolist() == [t.id for t in expected]
        assert engine.store.coverage(0, "trades") == [(START - 3 * HOUR, START)]
        assert fake.early_requests == 0
        asked = len(fake.requests)
        await fetched(fake, engine, history(fake, engine, "trades", START - 3 * HOUR))
        assert len(fake.requests) == asked


async def test_more_trades_in_a_second_than_a_page_holds() -> None:
    clock = FastClock(1_000.0)
    draw = random.Random(5)  # noqa: S311 - chance, no secret
    burst = some_trades(
        draw, start_us=(START - 10) * US, seconds=1.5, rate=3_000, first_id=9, price=50.0
    )
    async with FakeBinance(clock, {"BTCUSDT": burst}).running() as fake:
        engine = Engine(MemoryStore())
        await fetched(fake, engine, history(fake, engine, "trades", START - 60))
        found = engine.history.trades(0, 0, 1 << 62)
        assert found.id.tolist() == [t.id for t in burst]


async def test_bars_of_the_past_are_those_of_the_exchange() -> None:
    async with fake_of(FastClock(1_000.0), rate=0.2).running() as fake:
        engine = Engine(MemoryStore())
        await fetched(fake, engine, history(fake, engine, "bars", START - HOUR))
        found = engine.history.candles(0, MINUTE, START - HOUR, START)
        trades = columns(fake.trades["BTCUSDT"], 0)
        expected = fold(trades, MINUTE, ALWAYS_OPEN)
        expected = expected.take(expected.t >= START - HOUR)
        assert differences(found, expected) == []
        assert found.given.all()
        assert engine.store.coverage(0, "bars") == [(START - HOUR, START)]
        before = len(fake.requests)
        await fetched(fake, engine, history(fake, engine, "bars", START - 2 * HOUR))
        assert engine.store.coverage(0, "bars") == [(START - 2 * HOUR, START)]
        assert len(fake.requests) == before + 1


async def test_a_symbol_that_is_gone_is_lost_with_the_reason() -> None:
    async with fake_of(FastClock(1_000.0)).running() as fake:
        engine = Engine(MemoryStore())
        fake.trades.clear()
        await fetched(fake, engine, history(fake, engine, "trades", START - HOUR))
        [gap] = engine.store.gaps()
        assert (gap.start, gap.end, gap.state) == (START - HOUR, START, "lost")
        assert "Invalid symbol" in gap.reason


async def test_a_source_that_ends_does_not_break_off_what_another_is_asking() -> None:
    async with fake_of(FastClock(1_000.0)).running() as fake:
        budget = Budget(6_000)
        ask = Asker(fake.rest_url, fake.clock.surroundings(), budget, FeedCounts(), WEIGHT_HEADER)
        ended, other = (BinanceRest(SPOT, ask, budget, "aggTrade") for _ in range(2))
        asking = asyncio.ensure_future(other.listed(["BTCUSDT"]))
        while not fake.requests:  # noqa: ASYNC110 - the exchange tells nobody
            await asyncio.sleep(0)
        await ended.close()
        assert "BTCUSDT" in (await asking).markets
        await other.close()
        assert ask._client is None
