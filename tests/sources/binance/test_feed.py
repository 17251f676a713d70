"""Trades from the exchange through the server into the store, one fault at a time."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from chandlery.core.market import Market
from chandlery.engine.feeds import FeedFigures
from chandlery.engine.gaps import gaps
from chandlery.engine.server import Server, ServerLimits
from tests.sources.binance.fake import FakeBinance, Faults
from tests.sources.binance.world import MINUTE, SYMBOLS, World, scripted, until, world
from tests.sources.live.fast import START

US = 1_000_000


def figures(server: Server) -> FeedFigures:
    return server.feeds[0].figures()


async def finished(home: World, server: Server) -> FeedFigures:
    """Wait until all is stored and the feed is well; check it, and return its figures."""
    await until(home, server, lambda: home.is_complete() and figures(server).state == "live")
    home.check()
    home.check_coverage()
    return figures(server)


async def test_every_trade_of_the_stream_is_stored_once() -> None:
    clock, trades = scripted(1, seconds=10)
    async with world(clock, trades) as home, home.serving() as server:
        found = await finished(home, server)
    assert found.counts["malformed"] == 0
    assert found.reconnects == 0


async def test_markets_are_known_as_the_exchange_lists_them() -> None:
    clock, trades = scripted(2, seconds=8)
    async with world(clock, trades) as home, home.serving() as server:

        def market() -> Market:
            return home.engine.registry.market(home.numbers["ETHUSDT"])

        await until(home, server, lambda: bool(market().description))
        await finished(home, server)
        found = market()
    expected = Market.of("BINANCE:ETHUSDT", description="ETH / USDT", price_scale=100)
    assert replace(found, volume_precision=0) == expected
    assert found.volume_precision == 3


async def test_a_symbol_that_the_exchange_does_not_have_is_named_and_the_others_are_live() -> None:
    clock, trades = scripted(9, seconds=10)
    async with world(clock, trades) as home, home.serving() as server:
        number = home.engine.registry.add_symbol("BINANCE:NOSUCH")
        [feed] = server.feeds
        assert home.feed is not None
        home.feed.follow({"NOSUCH": number})
        await until(home, server, lambda: feed.refused == {number: "no such market: NOSUCH"})
        assert (await finished(home, server)).reason == "no such market: NOSUCH"
        await home.feed.unfollow(["NOSUCH"])
        assert (feed.refused, figures(server).reason) == ({}, "")


async def test_a_planned_renewal_misses_nothing_and_asks_for_nothing_twice() -> None:
    # Not so fast: the new connection has eight seconds to open, which take it real time.
    clock, trades = scripted(3, seconds=25, speed=20)
    async with world(clock, trades, Faults(shutdown=0.02, life_s=86_400)) as home:
        async with home.serving() as server:
            found = await finished(home, server)
        assert home.fake.met["shutdown"] > 0
        assert found.counts["renewals"] > 0
        assert found.counts["skips"] == 0
        assert found.counts["disconnects"] == 0
        assert home.store.gaps() == []


async def test_a_skipped_id_is_asked_for_and_closes_its_gap() -> None:
    clock, trades = scripted(4, seconds=20)
    async with world(clock, trades, Faults(skip=0.1, until_s=18)) as home:
        async with home.serving() as server:
            found = await finished(home, server)
            await until(home, server, lambda: not home.store.gaps())
        assert found.counts["skips"] > 0
        assert found.counts["filled"] > 0


async def test_what_nobody_has_is_lost_with_a_reason() -> None:
    clock, trades = scripted(5, seconds=15)
    missing = trades["BTCUSDT"][40]
    async with world(clock, trades, None, {("BTCUSDT", missing.id)}) as home:
        async with home.serving() as server:
            await finished(home, server)
            await until(home, server, lambda: any(g.state == "lost" for g in home.store.gaps()))
            [gap] = gaps(home.engine, home.numbers["BTCUSDT"])
        assert gap.state == "lost"
        assert "does not have" in gap.reason
        assert gap.start * US <= missing.time_us < gap.end * US


async def test_the_hole_since_the_last_run_is_filled_before_the_feed_is_well() -> None:
    clock, trades = scripted(6, seconds=40)
    async with world(clock, trades) as home:
        async with home.serving() as server:
            await until(home, server, lambda: len(home.stored("BTCUSDT")) > 20)
        before = len(home.stored("BTCUSDT"))
        await clock.sleep(15)
        async with home.serving() as server:
            await until(home, server, lambda: figures(server).state == "live")
            now_us = clock.now_us() - 5 * US
            there = [t for t in trades["BTCUSDT"] if t.time_us < now_us]
            assert len(home.stored("BTCUSDT")) >= len(there) > before
            await finished(home, server)


async def test_a_silent_connection_is_found_and_replaced() -> None:
    clock, trades = scripted(7, seconds=60, rate=4)
    async with world(clock, trades, Faults(stall=0.02, until_s=30)) as home:
        async with home.serving() as server:
            found = await finished(home, server)
        assert home.fake.met["stall"] > 0
        assert found.counts["stalls"] > 0


async def test_a_connection_that_does_not_answer_is_found() -> None:
    clock, trades = scripted(8, seconds=60, rate=4)
    async with world(clock, trades, Faults(deaf=0.02, until_s=30)) as home:
        async with home.serving() as server:
            found = await finished(home, server)
        assert home.fake.met["deaf"] > 0
        assert found.counts["stalls"] > 0


async def test_a_ban_is_kept_to() -> None:
    clock, trades = scripted(9, seconds=20)
    faults = Faults(skip=0.1, banned=0.3, too_many=0.3, retry_after_s=3, until_s=18)
    async with world(clock, trades, faults) as home:
        async with home.serving() as server:
            found = await finished(home, server)
        assert home.fake.met["418"] + home.fake.met["429"] > 0
        assert found.counts["denied"] == home.fake.met["418"] + home.fake.met["429"]
        assert home.fake.early_requests == 0


async def test_bad_frames_are_counted_and_the_stream_goes_on() -> None:
    clock, trades = scripted(10, seconds=15)
    async with world(clock, trades, Faults(garbage=0.3)) as home, home.serving() as server:
        found = await finished(home, server)
        assert found.counts["malformed"] > 0
        assert found.reconnects == 0
        assert home.feed is not None
        assert home.feed.figures.samples


async def test_one_feed_that_fails_does_not_touch_another() -> None:
    clock, trades = scripted(11, seconds=15)
    async with world(clock, trades) as home:
        other = World(FakeBinance(clock, {"XRPUSDT": []}), clock, home.store, resumes=False)
        other.fake.port = 1
        other.engine = home.engine
        other.numbers = other._numbers()
        broken, well = other.make_feed(), home.make_feed()
        home.feed = well
        server = Server(home.engine, clock, ServerLimits(query_s=1e9))
        async with server.running([broken, well], jobs=False):
            await until(home, server, home.is_complete)
            found = [feed.figures() for feed in server.feeds]
            assert found[0].state in ("waiting", "connecting")
            assert found[0].reason
            assert found[1].state == "live"
        home.check()


@pytest.mark.parametrize("trades", ["aggTrade", "trade"])
async def test_either_kind_of_trades_is_taken_and_filled(trades: str) -> None:
    clock, listed = scripted(12, seconds=20)
    faults = Faults(skip=0.1, cut=0.02, until_s=18)
    async with FakeBinance(clock, listed, faults).running() as fake:
        home = World(fake, clock, trades=trades)  # type: ignore[arg-type]
        async with home.serving() as server:
            await finished(home, server)
        asked = "historicalTrades" if trades == "trade" else "aggTrades"
        assert any(asked in path for path in fake.requests)


async def test_bars_of_the_exchange_are_stored_where_no_trades_are_taken() -> None:
    clock, listed = scripted(13, seconds=200, rate=2, speed=400)
    async with FakeBinance(clock, listed).running() as fake:
        home = World(fake, clock, trades=None, has_bars=True, resumes=False)
        async with home.serving() as server:
            await until(home, server, lambda: clock.elapsed() > 200)
            number = home.numbers["BTCUSDT"]
            found = home.engine.history.candles(number, MINUTE, START + 60, START + 180)
        expected = {
            bar: [t for t in listed["BTCUSDT"] if bar * US <= t.time_us < (bar + 60) * US]
            for bar in (START + 60, START + 120)
        }
    assert found.t.tolist() == list(expected)
    assert found.n.tolist() == [len(of) for of in expected.values()]
    assert bool(np.all(found.given))
    covered = home.store.coverage(number, "bars")
    assert any(start <= START + 60 and end >= START + 180 for start, end in covered)


async def test_stopping_leaves_no_task_behind() -> None:
    clock, trades = scripted(14, seconds=20)
    before = asyncio.all_tasks()
    async with world(clock, trades, Faults(cut=0.05)) as home:
        for _ in range(3):
            async with home.serving() as server:
                await until(home, server, lambda: len(home.stored(SYMBOLS[0])) > 0)
    await asyncio.sleep(0)
    assert {task for task in asyncio.all_tasks() if not task.done()} <= before
