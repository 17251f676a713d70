"""Whatever the exchange does wrong: every trade that REST has is stored once, and nothing is
claimed to have been seen that was not.
"""

from __future__ import annotations

import pytest

from chandlery.engine.server import Server
from chandlery.sources.binance.sites import SPOT, USDM
from tests.sources.binance.scripts import SECONDS, script, void_ids
from tests.sources.binance.world import World, scripted, until, world

SEEDS = range(50)
MORE_SEEDS = range(1_000, 1_500)


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_trade_is_stored_once_through_any_faults(seed: int) -> None:
    await through(seed)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", MORE_SEEDS)
async def test_every_trade_is_stored_once_through_many_faults(seed: int) -> None:
    await through(seed)


async def through(seed: int) -> None:
    faults, _, kills = script(seed)
    clock, trades = scripted(seed, seconds=SECONDS)
    void = void_ids(seed, {symbol: [t.id for t in of] for symbol, of in trades.items()})
    site = USDM if seed % 3 == 2 else SPOT
    async with world(clock, trades, faults, void, site) as home:
        for moment in kills:
            async with home.serving():
                await clock.sleep(max(0.0, moment - clock.elapsed()))
            home.check_coverage()
        async with home.serving() as server:
            await until(home, server, lambda: is_settled(home))
            check_told(home, server)
        home.check()
        home.check_coverage()
        check_void(home)
        assert home.fake.met["over limit"] == 0
        assert home.fake.most_weight <= home.fake.weight_limit * 0.9
        # A new process does not know what the one before it was told.
        assert home.fake.early_requests <= len(kills)


def is_settled(home: World) -> bool:
    """Whether all is stored and every hole has been dealt with."""
    assert home.feed is not None
    return home.is_complete() and home.feed.state == "live" and not open_gaps(home)


def open_gaps(home: World) -> list[object]:
    return [gap for gap in home.store.gaps() if gap.state != "lost"]


def check_void(home: World) -> None:
    """What nobody had is told to be lost, and in no coverage."""
    for symbol, number in home.fake.void:
        trade = next(t for t in home.fake.trades[symbol] if t.id == number)
        market = home.numbers[symbol]
        second = trade.time_us // 1_000_000
        covered = home.store.coverage(market, "trades")
        assert not any(start <= second < end for start, end in covered), (symbol, trade)


def check_told(home: World, server: Server) -> None:
    """What went wrong was counted."""
    [feed] = server.feeds
    figures = feed.figures()
    assert figures.state == "live"
    counts, met = figures.counts, home.fake.met
    if home.fake.void:
        assert any(gap.state == "lost" for gap in home.store.gaps())
    assert counts["trades"] <= sum(len(of) for of in home.fake.trades.values())
    if met["429"] + met["418"] == 0:
        assert counts["denied"] == 0
