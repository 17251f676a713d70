"""Clocks that are wrong, and clocks that are set: bars are made by the venue's time alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chandlery.core.resolution import Resolution
from tests.sources.binance.fake import FakeBinance, FakeTrade, Faults
from tests.sources.binance.test_feed import figures, finished
from tests.sources.binance.world import US, World, scripted, until
from tests.sources.live.shifted import ShiftedClock

HOUR_S, AHEAD_S = 3_600.0, 300.0
NEW_YEAR = 1_483_228_800
"""2017, which began after a leap second."""
YEAR_2038 = 1 << 31
"""The first second that does not fit 32 bits."""
SMEARED_S = 20
LEAP_IN = [Resolution.parse(text) for text in ("1s", "1m", "1d", "1w", "1M", "12M")]


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


def stepped(trade: FakeTrade) -> FakeTrade:
    """Return a trade of a venue whose clock shows 23:59:59 twice."""
    is_after = trade.time_us >= NEW_YEAR * US
    return replace(trade, time_us=trade.time_us - US * is_after)


def smeared(trade: FakeTrade) -> FakeTrade:
    """Return a trade of a venue whose clock goes slower until the second is over."""
    passed_us = trade.time_us - (NEW_YEAR - SMEARED_S // 2) * US
    behind_us = min(max(passed_us, 0), SMEARED_S * US) // SMEARED_S
    return replace(trade, time_us=(trade.time_us - behind_us) // 1_000 * 1_000)


@pytest.mark.parametrize("shown", [stepped, smeared])
async def test_a_leap_second_at_the_turn_of_the_year_loses_and_doubles_nothing(
    shown: Callable[[FakeTrade], FakeTrade],
) -> None:
    clock, trades = scripted(33, seconds=40, start=NEW_YEAR - 20)
    shown_trades = {symbol: [shown(trade) for trade in of] for symbol, of in trades.items()}
    assert shown_trades != trades
    faults = Faults(skip=0.05, until_s=36)
    async with FakeBinance(clock, shown_trades, faults).running() as fake:
        home = World(fake, clock)
        async with home.serving() as server:
            found = await finished(home, server)
        for resolution in LEAP_IN:
            home.check(resolution)
        days = home.engine.history.candles(0, Resolution.parse("1d"), 0, 1 << 40)
    assert days.t.tolist() == [NEW_YEAR - 86_400, NEW_YEAR]
    assert found.counts["lost"] == found.counts["resets"] == found.counts["refused"] == 0


async def test_the_seconds_go_on_when_they_no_longer_fit_32_bits() -> None:
    clock, trades = scripted(34, seconds=30, start=YEAR_2038 - 15)
    async with FakeBinance(clock, trades, Faults(skip=0.05, until_s=26)).running() as fake:
        home = World(fake, clock)
        async with home.serving() as server:
            found = await finished(home, server)
        for resolution in LEAP_IN:
            home.check(resolution)
        seen = home.store.coverage(0, "trades")
    assert any(start < YEAR_2038 < end for start, end in seen)
    assert found.counts["malformed"] == found.counts["refused"] == found.counts["lost"] == 0
