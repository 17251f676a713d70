"""Clocks that are wrong, and clocks that are set: bars are made by the venue's time alone."""

from __future__ import annotations

import pytest

from tests.sources.binance.fake import FakeBinance, Faults
from tests.sources.binance.test_feed import figures, finished
from tests.sources.binance.world import World, scripted, until
from tests.sources.live.shifted import ShiftedClock

HOUR_S, AHEAD_S = 3_600.0, 300.0


async def test_trades_of_a_venue_whose_clock_is_ahead_wait_for_ours() -> None:
    clock, trades = scripted(31, seconds=10, speed=200)
    behind = ShiftedClock(clock, -AHEAD_S)
    async with FakeBinance(clock, trades).running() as fake:
        home = World(fake, behind)
        async with home.serving() as server:
            await until(home, server, lambda: figures(server).counts["held"] > 50)
            assert all(len(home.stored(symbol)) == 0 for symbol in trades)
            assert abs(figures(server).counts["skew_ms"] - AHEAD_S * 1_000) < 5_000
            await until(home, server, home.is_complete)
            found = figures(server)
        home.check()
        home.check_coverage()
    assert clock.elapsed() > AHEAD_S - 10
    assert found.counts["held"] == 0
    assert found.counts["early"] > 50
    assert found.counts["refused"] == 0


@pytest.mark.parametrize("step_s", [HOUR_S, -HOUR_S])
async def test_a_clock_that_is_set_and_set_right_again_loses_nothing(step_s: float) -> None:
    clock, trades = scripted(32, seconds=40)
    ours = ShiftedClock(clock)
    async with FakeBinance(clock, trades, Faults(skip=0.05, until_s=36)).running() as fake:
        home = World(fake, ours)
        async with home.serving() as server:
            await until(home, server, lambda: len(home.stored("BTCUSDT")) > 50)
            ours.ahead_s = step_s
            await clock.sleep(10)
            home.check_coverage()
            ours.ahead_s = 0.0
            found = await finished(home, server)
    assert found.counts["lost"] == 0
    assert found.counts["disconnects"] == 0
