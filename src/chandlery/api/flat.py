"""Flat bars where nothing was traded: never where it is not known that nothing was. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from chandlery.core.calendar import Calendars
from chandlery.core.candles import Candles, fill
from chandlery.core.columns import Bools, Int64s
from chandlery.core.intervals import Pair
from chandlery.core.resolution import Resolution


@dataclass(frozen=True, slots=True)
class Stretch:
    """The bar times [start, end) of one market."""

    market: int
    resolution: Resolution
    start: int
    end: int
    newest: int
    """The time of the market's newest bar."""


def with_flat(
    stretch: Stretch, before: Candles, bars: Candles, covered: Sequence[Pair], grid: Calendars
) -> Candles:
    """Return the bars of a stretch with flat ones between, at the close before them.

    `before` is the last bar before the stretch, if there is one. Where feeds have recorded what
    they saw, a close is carried neither across what they did not see, nor beyond the last of it;
    where none has, not beyond the last bar.
    """
    # The bar before may lie years back. Only its close is of use, so it is brought near.
    near = replace(before, t=np.full(len(before), stretch.start - 1, dtype=np.int64))
    known = Candles.concat((near, bars))
    every = fill(known, "flat", stretch.resolution, grid, stretch.end)
    is_real = np.isin(every.t, bars.t)
    kept = every.t >= stretch.start
    if covered:
        since = _ends(stretch, Candles.concat((before, bars)).t, grid)
        source = np.searchsorted(known.t, every.t, side="right") - 1
        kept &= is_real | _is_seen(stretch, every.t, since[source], covered, grid)
    else:
        # Nobody says that it was looked for: behind the last bar nothing is known.
        kept &= every.t <= stretch.newest
    return every.take(kept)


def _is_seen(
    stretch: Stretch, t: Int64s, since: Int64s, covered: Sequence[Pair], grid: Calendars
) -> Bools:
    """Return which bars end before anything was missed after the bar their close is from."""
    calendar = grid.of(stretch.market)
    begin = calendar.open(stretch.resolution, t)
    end = calendar.next_open(stretch.resolution, begin)
    gap_start = np.array([gap for (_, gap), _ in pairwise(covered)], dtype=np.int64)
    gap_end = np.array([gap for _, (gap, _) in pairwise(covered)], dtype=np.int64)
    begun = np.searchsorted(gap_start, end, side="left")
    over = np.searchsorted(gap_end, since, side="right")
    seen: Bools = (begun <= over) & (begin < covered[-1][1])
    return seen


def _ends(stretch: Stretch, t: Int64s, grid: Calendars) -> Int64s:
    """Return the moments at which bars end."""
    calendar = grid.of(stretch.market)
    return calendar.next_open(stretch.resolution, calendar.open(stretch.resolution, t))
