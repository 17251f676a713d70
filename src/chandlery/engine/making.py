"""Making bars from finer ones: from the rung below, from bars as given, or from the trades."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from chandlery.core.calendar import Calendar, Calendars
from chandlery.core.candles import Bars, Candles, at_moments, fold, overlay, roll_up
from chandlery.core.columns import US, Int32s, Int64s
from chandlery.core.resolution import Resolution
from chandlery.engine.dirt import Dirt
from chandlery.engine.filtering import Filtering
from chandlery.stores import Interval, Ranges, Scope, Store

SESSION_SLACK = 4 * 86_400
"""A trading day's bar is named by its date, and may begin a long weekend earlier."""

YEAR_SLACK = 6 * 86_400
"""Twelve months of 30 days are up to six days short of a year."""

_PLAIN = Calendar()

ReadRows: TypeAlias = Callable[[Resolution, Scope], Candles]
"""Reads the bars of a rung whose time lies in a scope."""


class Maker:
    """Makes the bars of any resolution over moments that hold whole bars of it."""

    def __init__(
        self,
        store: Store,
        dirt: Dirt,
        filtering: Filtering,
        calendars: Callable[[], Calendars],
    ) -> None:
        self._store = store
        self._filtering = filtering
        self._dirt = dirt
        self._calendars = calendars

    def make(self, resolution: Resolution, scope: Scope, rows: ReadRows) -> Candles:
        """Return the bars made of what lies in the scope, in moments.

        The bars at the scope's edges are right if the scope begins and ends with a bar.
        """
        grid = self._calendars()
        source = self._dirt.source(resolution, _begin(scope))
        between = self._given_between(source, resolution)
        if source is None:
            trades = self._filtering.trades(in_microseconds(scope))
            first = between[0] if between else resolution
            made = at_moments(fold(trades, first, grid), first, grid)
        else:
            made = at_moments(rows(source, self.bar_times(source, scope)), source, grid)
        for finer in between:
            given = self._store.candles(finer, self.bar_times(finer, scope))
            made = overlay(made, Bars(finer, given.take(given.given)), grid)
        return roll_up(made, resolution, grid)

    def has_given_below(self, rung: Resolution) -> bool:
        """Return whether bars finer than a rung have been given."""
        return bool(self._given_between(self._dirt.finer(rung), rung))

    def first_kept(self, rung: Resolution, market: Int32s) -> Int64s:
        """Return the moment at which the first bar begins that can be made, and is kept itself."""
        sources = [r for r in self._dirt.rungs if r != rung and r.divides(rung)]
        made = min(self._dirt.whole_from(source) for source in (None, *sources))
        kept = max(made, self._dirt.kept_from(rung))
        return self._calendars().next_open(rung, market, np.full(len(market), kept - 1))

    def bar_times(self, resolution: Resolution, scope: Scope) -> Scope:
        """Return the scope, in moments, as bar times of a resolution."""
        if resolution.is_intraday:
            return scope
        if isinstance(scope, Interval):
            # Dates and moments differ by the zone and the session: take all that may lie inside.
            slack = 0 if self._calendars().is_plain else SESSION_SLACK
            return Interval(scope.start - slack, scope.end + slack)
        return self.bars_over(resolution, scope)

    def bars_over(self, resolution: Resolution, moments: Ranges) -> Ranges:
        """Return the ranges of bar times of the bars that touch the moments."""
        floor, market = self._calendars().floor, moments.market
        first = floor(resolution, market, moments.start)
        last = floor(resolution, market, moments.end - 1)
        return Ranges(market, first, last + 1)

    def whole_bars(self, resolution: Resolution, moments: Ranges) -> Ranges:
        """Return the moments widened to whole bars."""
        grid, market = self._calendars(), moments.market
        first = grid.floor(resolution, market, moments.start)
        return Ranges(
            market,
            grid.open(resolution, market, first),
            grid.next_open(resolution, market, moments.end - 1),
        )

    def _given_between(
        self, source: Resolution | None, resolution: Resolution
    ) -> tuple[Resolution, ...]:
        """Return the series of given bars that lie between a source and what it is made into."""
        chain: list[Resolution] = []
        for own in reversed(self._dirt.given):
            above = chain[-1] if chain else resolution
            is_between = own < resolution and (source is None or own > source)
            if is_between and own.divides(above) and (source is None or source.divides(own)):
                chain.append(own)
        return tuple(reversed(chain))


def grid_floor(resolution: Resolution, moment: int) -> int:
    """Return the edge of the plain grid at or before a moment."""
    return int(_PLAIN.floor(resolution, np.array([moment], dtype=np.int64))[0])


def _begin(scope: Scope) -> int:
    if isinstance(scope, Interval):
        return scope.start
    return int(scope.start.min()) if len(scope) else 0


def longest(resolution: Resolution, *, is_plain: bool) -> int:
    """Return by how many seconds a bar's time and the moments of its trades may lie apart."""
    seconds = resolution.seconds + (0 if resolution.is_intraday else YEAR_SLACK)
    return seconds if is_plain else seconds + SESSION_SLACK


def in_microseconds(scope: Scope) -> Scope:
    """Return a scope of seconds as one of microseconds."""
    if isinstance(scope, Interval):
        return Interval(scope.start * US, scope.end * US)
    return Ranges(scope.market, scope.start * US, scope.end * US)
