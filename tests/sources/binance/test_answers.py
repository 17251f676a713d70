"""What is asked for, when the answers are not what they should be."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from chandlery.sources.live.progress import progress_of
from tests.sources.binance.fake import FakeTrade, Faults
from tests.sources.binance.test_faults import open_gaps
from tests.sources.binance.test_feed import figures, finished
from tests.sources.binance.world import US, World, scripted, until, world
from tests.sources.live.fast import START


async def test_pages_that_are_empty_though_there_are_trades_are_asked_for_again() -> None:
    clock, trades = scripted(21, seconds=30)
    faults = Faults(skip=0.1, empty=0.5, until_s=26)
    async with world(clock, trades, faults) as home:
        async with home.serving() as server:
            await finished(home, server)
            await until(home, server, lambda: not home.store.gaps())
        assert home.fake.met["empty"] > 0


async def test_pages_that_overlap_double_nothing() -> None:
    clock, trades = scripted(22, seconds=30)
    async with world(clock, trades, Faults(skip=0.15, overlap=1.0, until_s=26)) as home:
        async with home.serving() as server:
            found = await finished(home, server)
        assert home.fake.met["overlap"] > 0
        assert found.counts["lost"] == 0


async def test_a_storm_of_refusals_is_waited_out_and_nothing_is_asked_for_meanwhile() -> None:
    clock, trades = scripted(23, seconds=40)
    faults = Faults(skip=0.1, too_many=0.9, retry_after_s=2, until_s=30)
    async with world(clock, trades, faults) as home:
        async with home.serving() as server:
            found = await finished(home, server)
        assert found.counts["denied"] == home.fake.met["429"] > 3
        assert home.fake.early_requests == home.fake.met["418"] == 0


async def test_a_process_that_ends_in_the_middle_of_filling_goes_on_from_there() -> None:
    clock, trades = scripted(24, seconds=30, rate=200)
    async with world(clock, trades, Faults(life_s=1e9)) as home:
        await clock.sleep(15)
        async with home.serving() as server:
            await until(home, server, lambda: known(home) > 2_500)
            assert figures(server).state != "live"
        home.check_coverage()
        since = known(home)
        asked = len(home.fake.requests)
        async with home.serving() as server:
            await finished(home, server)
        later = [path for path in list(home.fake.requests)[asked:] if "BTCUSDT" in path]
        first = int(parse_qs(urlsplit(later[0]).query)["fromId"][0])
        assert first == since + 1


def known(home: World) -> int:
    """Return the id up to which the saved position says that all is there."""
    position = progress_of(home.store.positions().get("binance"))
    return position.trades["BTCUSDT"].id


async def test_ids_that_begin_again_are_a_new_count_and_no_hole() -> None:
    clock, trades = scripted(25, seconds=20)
    before = trades["BTCUSDT"]
    renewed = [
        replace(trade, id=row + 1, time_us=trade.time_us + 100 * US)
        for row, trade in enumerate(before)
    ]
    async with world(clock, {"BTCUSDT": before}) as home, home.serving() as server:
        await finished(home, server)
        home.fake.relist("BTCUSDT", renewed)
        await until(home, server, lambda: len(home.stored("BTCUSDT")) == len(before) + len(renewed))
        counts = figures(server).counts
        stored = home.stored("BTCUSDT")
        assert sorted(stored.id) == sorted(trade.id for trade in [*before, *renewed])
        assert counts["resets"] == 1
        assert counts["lost"] == 0
        assert open_gaps(home) == []


async def test_a_symbol_that_is_delisted_stops_nobody() -> None:
    clock, trades = scripted(26, seconds=40)
    gone: list[FakeTrade] = [t for t in trades["ETHUSDT"] if t.time_us < (START + 15) * US]
    trades["ETHUSDT"] = gone
    async with world(clock, trades) as home, home.serving() as server:
        await until(home, server, lambda: len(home.stored("ETHUSDT")) == len(gone))
        home.fake.delist("ETHUSDT")
        for connection in list(home.fake.open):
            connection.transport.abort()
        await until(
            home,
            server,
            lambda: (
                len(home.stored("BTCUSDT")) == len(trades["BTCUSDT"])
                and figures(server).state == "live"
            ),
        )
        asked = sum("ETHUSDT" in path for path in home.fake.requests)
        await clock.sleep(120)
        assert sum("ETHUSDT" in path for path in home.fake.requests) <= asked + 30
        assert figures(server).state in ("live", "stalled")
