"""How busy each market was in the last 24 hours, from bars that are ready: never from trades."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import numpy as np

from chandlery.core.candles import Candles
from chandlery.core.clock import Clock
from chandlery.core.columns import US, Floats, Int64s
from chandlery.engine.engine import Engine
from chandlery.engine.live.shared import Shared
from chandlery.stores import Interval

DAY_S, LONGEST_S = 86_400, 4 * 3_600
"""Bars of four hours at most: of 100,000 markets that is little enough to read."""
FRESH_S = 60.0
"""How long ranks are told again although time has moved on."""
BUDGET_S = 30.0
LATEST = 1 << 60


class Ask(Protocol):
    """Runs a read, which blocks, in a thread."""

    def __call__(self, work: Callable[[], Int64s], budget_s: float) -> Awaitable[Int64s]:
        """Return the result of the work, which may take so long."""
        ...


class Activity:
    """Ranks the markets. Belongs to the event loop; what it reads is read in a thread."""

    def __init__(self, engine: Engine, clock: Clock, ask: Ask) -> None:
        self._engine = engine
        self._clock = clock
        self._ask = ask
        self._reads: Shared[str, Int64s] = Shared()
        self._ranks = np.empty(0, dtype=np.int64)
        self._until = -1.0

    async def ranks(self) -> Int64s:
        """Return each market's rank by number, the busiest one's being 0.

        That is the one with the most trades; of two the one with the larger quote volume. Markets
        that came in the last minute may be missing.
        """
        if self._clock.elapsed() >= self._until:
            now = self._clock.now_us() // US
            self._ranks = await self._reads.get(
                "ranks", lambda: self._ask(lambda: ranks(self._engine, now), BUDGET_S)
            )
            self._until = self._clock.elapsed() + FRESH_S
        return self._ranks


def ranks(engine: Engine, now: int) -> Int64s:
    """Return each market's rank by number. Blocks."""
    count = len(engine.registry)
    trades, volume = np.zeros(count), np.zeros(count)
    for bars in _last_day(engine, now):
        own = bars.take(bars.market < count)
        trades += _sums(own, own.n.astype(np.float64), count)
        volume += _sums(own, np.nan_to_num(own.q), count)
    order = np.lexsort((np.arange(count), -volume, -trades))
    found = np.empty(count, dtype=np.int64)
    found[order] = np.arange(count)
    return found


def _last_day(engine: Engine, now: int) -> list[Candles]:
    """Return bars that hold the day's trades: long ones, then shorter behind their frontiers."""
    start, parts = now - DAY_S, []
    usable = [rung for rung in engine.dirt.rungs if rung.is_intraday and rung.seconds <= LONGEST_S]
    for rung in reversed(usable or engine.dirt.rungs[:1]):
        end = max(start, engine.dirt.frontier(rung))
        parts.append(engine.store.candles(rung, Interval(start, end)))
        start = end
    edge = engine.edge.candles(start, LATEST)
    return parts if edge is None else [*parts, edge]


def _sums(bars: Candles, values: Floats, count: int) -> Floats:
    return np.bincount(bars.market, values, count).astype(np.float64)
