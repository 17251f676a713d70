"""The one place that answers: which bars does this market have at this resolution?

Reads are always right: a rung's rows where it is clean, and where it is dirty bars made from the
next finer rung, down to the trades.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from chandlery.core.candles import Candles, override
from chandlery.core.columns import US, Bools, Int64s
from chandlery.core.intervals import Pair, clip, subtract, union
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.engine.dirt import FOREVER, Dirt
from chandlery.engine.edge import Edge
from chandlery.engine.making import Maker, in_microseconds, longest
from chandlery.engine.registry import Registry
from chandlery.engine.tails import Tails
from chandlery.stores import Ranges, Scope, Store

NEWEST_TRADES_US = 60 * US
"""How far back the newest trades are looked for first."""
WIDER, WIDEST = 4, 16
"""By how much a search widens its stretch, at least and at most, when it found too few."""
ROOM = 1.1
"""Bars that were spaced so before may lie a little further apart now."""
CLUSTERED = 1.5
"""How much further bars lie apart than if trades came evenly spread over the day."""
MOST_REMEMBERED = 100_000
FEW_BARS, MINUTES_AT_ONCE = 2, 180
TRADES_AT_ONCE = 1_000_000
"""More trades of one market than this are folded in parts: it bounds a read's memory."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the last search for newest bars found: how they were spaced, and where they ended.

    The end holds while the market gets no data: how far it reaches is known loosely only.
    """

    changes: int
    spacing: float
    end: int | None = None


class History:
    """Reads bars and trades. Calls block; any thread may call."""

    def __init__(  # noqa: PLR0913 - it reads from every part of an engine
        self,
        store: Store,
        dirt: Dirt,
        registry: Registry,
        live: Edge,
        tails: Tails,
        maker: Maker,
    ) -> None:
        self._store = store
        self._live = live
        self._tails = tails
        self._dirt = dirt
        self._registry = registry
        self._maker = maker
        self._seen: dict[tuple[int, Resolution], _Seen] = {}

    def candles(self, market: int, resolution: Resolution, start: int, end: int) -> Candles:
        """Return the bars with start <= t < end, in order; t in seconds."""
        first, last = self._registry.reach(market)
        slack = self._slack(market, resolution)
        start, end = max(start, first - slack), min(end, last + slack)
        if start >= end:
            return Candles.empty()
        # What is dirty is asked before the rows are read: bars made clean in between are
        # then made again here, and never missed.
        dirty = self._dirty_bars(market, resolution, (start, end))
        rows = self._tails.rows(resolution, market, start, end)
        if rows is None:
            rows = self._store.candles(resolution, Ranges.one(market, start, end))
        if not dirty:
            return rows
        inside = _inside(rows.t, dirty)
        made = [self._make(market, resolution, *part) for part in dirty]
        bars = Candles.concat((rows.take(~inside), *made)).sorted()
        return override(bars, rows.take(inside & rows.given))

    def newest(
        self, market: int, resolution: Resolution, count: int, before: int | None = None
    ) -> Candles:
        """Return the last `count` bars with t < before, in order.

        Reads are bounded by time, so it looks back as far as the bars lay apart the last time,
        and further while that is too little.
        """
        # Changes first: what comes in between must not count as seen.
        changes = self._registry.changes(market)
        reach = self._registry.reach(market)
        seen = self._seen.get((market, resolution)) or self._guessed(market, resolution)
        end = reach[1] + self._slack(market, resolution)
        if seen.changes == changes and seen.end is not None:
            end = seen.end
        end = end if before is None else min(before, end)
        start = end - max(int(seen.spacing * count * ROOM), resolution.seconds * (count + 1))
        bars = self.candles(market, resolution, start, end)
        oldest = reach[0] - self._slack(market, resolution)
        while len(bars) < count and start > oldest:
            older = start - int((end - start) * _wider(len(bars), count))
            bars = Candles.concat((self.candles(market, resolution, older, start), bars))
            start = older
        bars = bars.take(slice(max(0, len(bars) - count), None))
        if len(bars):
            spacing = (int(bars.t[-1]) - int(bars.t[0])) / len(bars) + resolution.seconds
            known = seen.end if seen.changes == changes else None
            last = int(bars.t[-1]) + 1 if before is None else known
            self._remember((market, resolution), _Seen(changes, spacing, last))
        return bars

    def trades(self, market: int, start_us: int, end_us: int) -> Trades:
        """Return a market's trades in [start, end), in order."""
        return self._store.trades(Ranges.one(market, start_us, end_us))

    def newest_trades(self, market: int, count: int, before_us: int | None = None) -> Trades:
        """Return a market's last `count` trades before a moment, in order."""
        first, last = (moment * US for moment in self._registry.reach(market))
        end = last + US if before_us is None else min(before_us, last + US)
        stretch = NEWEST_TRADES_US
        while True:
            found = self._store.newest_trades(market, end - stretch, end, count)
            if len(found) >= count or end - stretch <= first:
                return found
            stretch *= WIDER * WIDER

    def _guessed(self, market: int, resolution: Resolution) -> _Seen:
        """Return how bars should be spaced that were not searched before.

        Trades that come at random leave some bars empty: looking back far enough for that at once
        saves most markets a second query.
        """
        expected = self._tails.trades_per_s(market) * resolution.seconds
        spacing = resolution.seconds * (CLUSTERED / -math.expm1(-expected) if expected else 1.0)
        return _Seen(-1, max(resolution.seconds, spacing))

    def _remember(self, key: tuple[int, Resolution], seen: _Seen) -> None:
        if len(self._seen) >= MOST_REMEMBERED:
            self._seen.clear()
        self._seen[key] = seen

    def _dirty_bars(self, market: int, resolution: Resolution, window: Pair) -> list[Pair]:
        """Return the bar times, in the window, of bars that must be made."""
        if resolution not in self._dirt.rungs:
            return [window]
        moments = self._dirt.dirty(market, resolution)
        if moments[0][0] < self._dirt.frontier(resolution):
            # Bars whose source has been let go cannot be made again: they stay.
            of = np.array([market], dtype=np.int32)
            moments = subtract(
                moments, [(-FOREVER, int(self._maker.first_kept(resolution, of)[0]))]
            )
        latest = window[1] + self._slack(market, resolution)
        ranges = Ranges.of(
            market=[market] * len(moments),
            start=[start for start, _ in moments],
            end=[min(end, latest) for _, end in moments],
        )
        ranges = ranges.take(ranges.start < ranges.end)
        bars = self._maker.bars_over(resolution, ranges)
        return clip(union(zip(bars.start.tolist(), bars.end.tolist(), strict=True)), *window)

    def _make(self, market: int, resolution: Resolution, start: int, end: int) -> Candles:
        """Return the bars with start <= t < end, made from finer ones."""
        if resolution == self._live.resolution:
            bars = self._live.of_market(market, start, end)
            if bars is not None and not self._maker.has_given_below(resolution):
                return bars
        # A plain market's bars are named by the moment they begin at: no more need be read.
        is_named = resolution.is_intraday or self._registry.calendars.of(market).is_plain
        slack = 0 if is_named else self._slack(market, resolution)
        moments = Ranges.one(market, start - slack, end + slack)
        whole = self._maker.whole_bars(resolution, moments)
        if self._is_much(resolution, whole) and end - start > 2 * resolution.seconds:
            middle = start + (end - start) // 2
            halves = ((start, middle), (middle, end))
            return Candles.concat(self._make(market, resolution, *half) for half in halves)
        made = self._maker.make(resolution, whole, self._rows)
        return made.take((made.t >= start) & (made.t < end))

    def _is_much(self, resolution: Resolution, moments: Ranges) -> bool:
        """Return whether so many trades lie there that they are folded a part at a time."""
        span = int(moments.end[0]) - int(moments.start[0])
        if span <= FEW_BARS * resolution.seconds or span <= MINUTES_AT_ONCE * 60:
            return False
        source = self._dirt.source(resolution, int(moments.start[0]))
        return source is None and self._store.count(None, in_microseconds(moments)) > TRADES_AT_ONCE

    def _slack(self, market: int, resolution: Resolution) -> int:
        """Return by how much a bar's time and the moments of its trades may lie apart."""
        return longest(resolution, is_plain=self._registry.calendars.of(market).is_plain)

    def _rows(self, resolution: Resolution, scope: Scope) -> Candles:
        """Read the bars of one market as the maker asks for them."""
        if not isinstance(scope, Ranges):
            message = "one market's range expected"
            raise TypeError(message)
        market, start, end = int(scope.market[0]), int(scope.start[0]), int(scope.end[0])
        return self.candles(market, resolution, start, end)


def _wider(found: int, wanted: int) -> float:
    """Return how many times the stretch that was searched lies before it, as it seems."""
    return min(max(WIDER, wanted / max(1, found) * ROOM), WIDEST) - 1


def _inside(t: Int64s, parts: list[Pair]) -> Bools:
    starts = np.array([start for start, _ in parts], dtype=np.int64)
    ends = np.array([end for _, end in parts], dtype=np.int64)
    part = np.searchsorted(starts, t, side="right") - 1
    return (part >= 0) & (t < ends[np.maximum(part, 0)])
