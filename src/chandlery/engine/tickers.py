"""The last 24 hours of each market in one line, from bars that are ready: never from trades."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chandlery.core.candles import Candles, significant_one
from chandlery.core.clock import Clock
from chandlery.core.columns import US
from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine
from chandlery.engine.live import Live, Window

DAY_S, MINUTE_S = 86_400, 60
MOST_BARS_A_DAY = 1_440
"""A rung finer than minutes would take more bars than a line is worth."""
FRESH_S = 1.0
"""How long a ticker is shown again although time has moved on."""
MOST_CACHED = 10_000
AT_ONCE = 32
"""Markets whose bars are waited for together."""


@dataclass(frozen=True, slots=True)
class Ticker:
    """What became of a market in the last 24 hours; None is: nothing was traded, or unknown.

    `time` is that of the newest bar, in seconds, and `last` its close, however old it is. `open`
    is the first price of the 24 hours, `change` what has been added to it since.
    """

    market: int
    last: float | None = None
    time: int | None = None
    open: float | None = None
    high: float | None = None
    low: float | None = None
    volume: float | None = None
    quote_volume: float | None = None
    change: float | None = None
    change_percent: float | None = None
    trades: int | None = None


@dataclass(frozen=True, slots=True)
class _Cached:
    ticker: Ticker
    changes: int
    until: float


class Tickers:
    """Makes tickers and keeps them for a moment. Belongs to the event loop."""

    def __init__(self, engine: Engine, live: Live, clock: Clock) -> None:
        self._engine = engine
        self._live = live
        self._clock = clock
        rungs = engine.dirt.rungs
        fitting = [rung for rung in rungs if rung.seconds * MOST_BARS_A_DAY >= DAY_S]
        self._rungs: Sequence[Resolution] = fitting or rungs[-1:]
        self._cached: dict[int, _Cached] = {}

    async def of(self, market: int) -> Ticker:
        """Return the ticker of one market."""
        found = self._known(market)
        if found is not None:
            return found
        # Asked before the bars are: what changes meanwhile makes the ticker be made again.
        changes = self._engine.registry.changes(market)
        ticker = await self._made(market)
        if len(self._cached) >= MOST_CACHED:
            del self._cached[next(iter(self._cached))]
        self._cached[market] = _Cached(ticker, changes, self._clock.elapsed() + FRESH_S)
        return ticker

    async def many(self, markets: Sequence[int]) -> list[Ticker]:
        """Return the tickers of some markets, in their order."""
        tickers: list[Ticker] = []
        for some in _parts(markets):
            tickers += await asyncio.gather(*map(self.of, some))
        return tickers

    def _known(self, market: int) -> Ticker | None:
        cached = self._cached.get(market)
        if cached is None:
            return None
        is_current = cached.changes == self._engine.registry.changes(market)
        if is_current and self._clock.elapsed() < cached.until:
            return cached.ticker
        del self._cached[market]
        return None

    async def _made(self, market: int) -> Ticker:
        first, last = self._engine.registry.reach(market)
        if first >= last:
            return Ticker(market)
        start = (self._clock.now_us() // US - DAY_S) // MINUTE_S * MINUTE_S
        for rung in self._rungs if start < last else ():
            # The count holds all of them, and has the series kept that is this long.
            count = DAY_S // rung.seconds + 1
            page = await self._live.page(market, rung, Window(start=start, count=count))
            if len(page):
                return _ticker(market, page.candles)
        return await self._idle(market)

    async def _idle(self, market: int) -> Ticker:
        """Return the ticker of a market in which nothing was traded in the 24 hours."""
        for rung in self._rungs:
            page = await self._live.page(market, rung, Window(count=1))
            if len(page):
                bar = page.candles
                last, time = float(bar.c[-1]), int(bar.t[-1])
                return Ticker(market, last, time, volume=0.0, quote_volume=0.0, trades=0)
        return Ticker(market)


def _ticker(market: int, bars: Candles) -> Ticker:
    first, last = float(bars.o[0]), float(bars.c[-1])
    change = significant_one(last - first)
    return Ticker(
        market,
        last=last,
        time=int(bars.t[-1]),
        open=first,
        high=float(bars.h.max()),
        low=float(bars.l.min()),
        volume=_sum(float(bars.v.sum())),
        quote_volume=_sum(float(bars.q.sum())),
        change=change,
        change_percent=significant_one(100 * change / first),
        trades=int(bars.n.sum()),
    )


def _sum(total: float) -> float | None:
    """Return a sum as it is shown; one in which a part is unknown is unknown."""
    return None if math.isnan(total) else significant_one(total)


def _parts(markets: Sequence[int]) -> Iterator[Sequence[int]]:
    for row in range(0, len(markets), AT_ONCE):
        yield markets[row : row + AT_ONCE]
