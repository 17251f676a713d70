"""Filling the rungs, one transaction a step, beside the queries.

A step either moves a rung's frontier on or makes the bars of some dirty windows again. It reads,
folds, and commits the bars together with the frontier or the cleared marks, so a kill at any
moment costs one step. A trade that arrives meanwhile leaves a mark that the step has not seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from chandlery.core.candles import Candles
from chandlery.core.intervals import clip, subtract, union
from chandlery.core.resolution import Resolution
from chandlery.engine.dirt import Dirt
from chandlery.engine.making import (
    SESSION_SLACK,
    Maker,
    grid_floor,
    in_microseconds,
    longest,
)
from chandlery.engine.recorder import Recorder
from chandlery.engine.registry import Registry
from chandlery.engine.tails import Tails
from chandlery.stores import Change, Interval, Mark, Ranges, Rewrite, Scope, Store

BARS_A_STEP = 1_440
MOST_BLOCKS_A_STEP = 32
ROWS_A_STEP = 1_500_000
"""A step reads no more than this, if it can be cut smaller: it bounds memory and the pause."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did."""

    rung: Resolution
    start: int
    end: int
    rows: int
    """Bars written."""


class RollUp:
    """Makes bars. Calls block; one thread at a time."""

    def __init__(  # noqa: PLR0913 - it keeps every part of an engine in step
        self,
        store: Store,
        dirt: Dirt,
        registry: Registry,
        recorder: Recorder,
        tails: Tails,
        maker: Maker,
    ) -> None:
        self.rows_a_step = ROWS_A_STEP
        self._tails = tails
        self._store = store
        self._dirt = dirt
        self._registry = registry
        self._recorder = recorder
        self._maker = maker

    def run(self, until: int, *, rungs: tuple[Resolution, ...] | None = None) -> Iterator[Step]:
        """Do every step there is, up to a moment in seconds, finest rung first."""
        for rung in rungs or self._dirt.rungs:
            while (step := self.step(rung, until)) is not None:
                yield step

    def step(self, rung: Resolution, until: int) -> Step | None:
        """Do one step for a rung; None if there is nothing to do."""
        return self._mend(rung) or self._advance(rung, until)

    def target(self, rung: Resolution, until: int) -> int:
        """Return how far a rung's frontier can be moved: to the last bar that is closed."""
        finer = self._dirt.finer(rung)
        edge = until if finer is None else min(until, self._dirt.frontier(finer))
        return grid_floor(rung, edge)

    def _advance(self, rung: Resolution, until: int) -> Step | None:
        start, target = self._dirt.frontier(rung), self.target(rung, until)
        if target <= start:
            return None
        with self._recorder.writing:
            # Before it is asked what is empty: what comes from now on is late.
            self._dirt.expect(rung, target)
        start, end = self._stretch(rung, start, target)
        candles = self._recorder.closed(rung, start, end)
        if candles is None or self._maker.has_given_below(rung):
            candles = self._make_all(rung, start, end) if start < end else Candles.empty()
        scope = self._bars_of(rung, start, end)
        rewrite = Rewrite(rung, scope, candles) if len(candles) else None
        self._store.write(Change(rewrite=rewrite, frontier=(rung, end)))
        self._note(rewrite)
        self._dirt.advance(rung, end)
        self._trim(rung)
        self._recorder.rolled_up(rung, end)
        return Step(rung, start, end, len(candles))

    def _stretch(self, rung: Resolution, start: int, target: int) -> tuple[int, int]:
        """Return the next stretch to make: it skips what is empty and bounds what is read."""
        length = rung.seconds * BARS_A_STEP
        if target - start > length:
            first = self._first_data(rung, start)
            if first is None or first >= target:
                return target, target
            start = max(start, grid_floor(rung, first // length * length))
        end = min(target, grid_floor(rung, (start // length + MOST_BLOCKS_A_STEP) * length))
        return start, self._small_stretch(rung, start, end if end > start else target)

    def _small_stretch(self, rung: Resolution, start: int, end: int) -> int:
        """Return an end near enough that a step stays small: whole blocks, if it can be."""
        length = rung.seconds * BARS_A_STEP
        while self._source_rows(rung, Interval(start, end)) > self.rows_a_step:
            middle = start + (end - start) // 2
            whole = grid_floor(rung, middle // length * length)
            nearer = whole if whole > start else grid_floor(rung, middle)
            if nearer <= start:
                break
            end = nearer
        return end

    def _source_rows(self, rung: Resolution, moments: Scope) -> int:
        source = self._dirt.finer(rung)
        if source is None:
            return self._store.count(None, in_microseconds(moments))
        return self._store.count(source, self._maker.bar_times(source, moments))

    def _first_data(self, rung: Resolution, start: int) -> int | None:
        """Return a moment from `start` on before which a rung's sources hold nothing."""
        source = self._dirt.finer(rung)
        finer = [s.resolution for s in self._store.series() if s.resolution < rung]
        tables = [None, *finer] if source is None else [r for r in finer if r >= source]
        slack = 0 if self._registry.calendars.is_plain else SESSION_SLACK
        found = [self._store.extents(table, start - slack).start for table in tables]
        moments = np.concatenate(found)
        return max(int(moments.min()) - slack, start) if len(moments) else None

    def _make_all(self, rung: Resolution, start: int, end: int) -> Candles:
        """Return the bars of every market that begin between two edges of the plain grid."""
        grid = self._registry.calendars
        if grid.is_plain:
            scopes = self._parts(rung, start, end)
            return Candles.concat(
                self._maker.make(rung, scope, self._store.candles) for scope in scopes
            ).sorted()
        # A session's bar may lie across an edge: read more, and keep the bars that begin between
        # the edges' own bars.
        early = start - longest(rung, is_plain=False)
        made = self._maker.make(rung, Interval(early, end), self._store.candles)
        first = grid.floor(rung, made.market, np.full(len(made), start))
        last = grid.floor(rung, made.market, np.full(len(made), end))
        return made.take((made.t >= first) & (made.t < last))

    def _bars_of(self, rung: Resolution, start: int, end: int) -> Scope:
        """Return the bar times of the bars that begin between two edges of the plain grid."""
        grid = self._registry.calendars
        if grid.is_plain:
            return Interval(start, end)
        markets = np.arange(len(self._registry), dtype=np.int32)
        first = grid.floor(rung, markets, np.full(len(markets), start))
        last = grid.floor(rung, markets, np.full(len(markets), end))
        return Ranges(markets, first, last)

    def _parts(self, rung: Resolution, start: int, end: int) -> list[Scope]:
        """Return the stretch in parts by market, if it is too busy to be read at once."""
        whole = Interval(start, end)
        count = -(-self._source_rows(rung, whole) // self.rows_a_step)
        if count <= 1:
            return [whole]
        markets = np.arange(len(self._registry), dtype=np.int32)
        parts = [markets[first::count] for first in range(min(count, len(markets)))]
        return [Ranges(part, np.full(len(part), start), np.full(len(part), end)) for part in parts]

    def has_work(self, until: int) -> bool:
        """Return whether there is a step to do."""
        return len(self._dirt) > 0 or any(
            self.target(rung, until) > self._dirt.frontier(rung) for rung in self._dirt.rungs
        )

    def _mend(self, rung: Resolution) -> Step | None:
        """Make the bars of the earliest marked windows again, and mark the next rung's."""
        marks = self._dirt.marks(rung)
        if not marks:
            return None
        start = min(mark.start for mark in marks)
        end = (start // (length := rung.seconds * BARS_A_STEP) + 1) * length
        end = self._small_end(rung, marks, start, end)
        chosen = [mark for mark in marks if mark.start < end]
        touched = _ranges(chosen, start, end)
        moments = self._closed(rung, touched)
        if not self._has_source(rung, moments):
            return None
        with self._recorder.writing:
            self._dirt.take(chosen)
        made, bars = Candles.empty(), self._maker.bars_over(rung, moments)
        if len(moments):
            made = self._maker.make(rung, moments, self._store.candles)
        change = Change(
            rewrite=Rewrite(rung, bars, made) if len(moments) else None,
            marks=[*_remainders(chosen, end), *self._coarser_marks(rung, touched)],
            cleared=[mark.key for mark in chosen],
        )
        self._dirt.add(self._store.write(change))
        self._note(change.rewrite)
        self._dirt.clear(chosen)
        return Step(rung, start, end, len(made))

    def warm_tails(self) -> None:
        """Have the newest rows of every rung kept in memory, where they are not."""
        for finer, coarser in pairwise(self._dirt.rungs):
            if self._tails.is_cold(finer):
                self._tails.warm(finer, self._needed_from(coarser))

    def _note(self, rewrite: Rewrite | None) -> None:
        # Before the window is called clean: reads then find here what the store has.
        if rewrite is not None:
            self._tails.rewrote(rewrite)

    def _trim(self, rung: Resolution) -> None:
        finer = [own for own in self._dirt.rungs if own < rung]
        if finer:
            self._tails.trim(finer[-1], self._needed_from(rung))

    def _needed_from(self, rung: Resolution) -> int:
        """Return from when on the next finer rung's rows are kept: one bar more than is dirty."""
        return self._dirt.frontier(rung) - rung.seconds

    def _small_end(self, rung: Resolution, marks: list[Mark], start: int, end: int) -> int:
        """Return an end near enough that a step stays small."""
        while end - start > rung.seconds:
            chosen = [mark for mark in marks if mark.start < end]
            if self._source_rows(rung, _ranges(chosen, start, end)) <= self.rows_a_step:
                break
            end = start + (end - start) // 2
        return end

    def _closed(self, rung: Resolution, ranges: Ranges) -> Ranges:
        """Return the whole bars around ranges, of those that can and must be made.

        Bars behind the frontier are made when it moves; bars whose source has been let go stay
        as they are.
        """
        grid, market = self._registry.calendars, ranges.market
        whole = self._maker.whole_bars(rung, ranges)
        frontier = np.full(len(ranges), self._dirt.frontier(rung))
        edge = grid.open(rung, market, grid.floor(rung, market, frontier))
        first_kept = self._maker.first_kept(rung, market)
        start, end = np.maximum(whole.start, first_kept), np.minimum(whole.end, edge)
        ranges = Ranges(market, start, end)
        return ranges.take(start < end)

    def _has_source(self, rung: Resolution, moments: Ranges) -> bool:
        """Return whether the finer bars are there: a rung new to the ladder is filled first."""
        source = self._dirt.finer(rung)
        if source is None or not len(moments):
            return True
        return int(moments.end.max()) <= self._dirt.frontier(source)

    def _coarser_marks(self, rung: Resolution, touched: Ranges) -> list[Mark]:
        """Return the marks that a rung's new bars leave on the next one."""
        coarser = self._dirt.coarser(rung)
        if coarser is None:
            return []
        moments = self._maker.whole_bars(rung, touched)
        frontier = self._dirt.late_before(coarser)
        rows = zip(*(column.tolist() for column in moments.columns().values()), strict=True)
        return [
            Mark(market, coarser, start, min(end, frontier))
            for market, start, end in rows
            if start < frontier
        ]


def _ranges(marks: list[Mark], start: int, end: int) -> Ranges:
    """Return the disjoint parts of the marks that lie in [start, end), by market."""
    by_market: dict[int, list[tuple[int, int]]] = {}
    for mark in marks:
        by_market.setdefault(mark.market, []).append((mark.start, mark.end))
    rows = [
        (market, *part)
        for market, pairs in sorted(by_market.items())
        for part in clip(union(pairs), start, end)
    ]
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    return Ranges.of(**dict(zip(Ranges.DTYPES, columns, strict=True)))


def _remainders(marks: list[Mark], end: int) -> list[Mark]:
    """Return what of the marks lies behind the step's end: it is marked anew."""
    return [
        Mark(mark.market, mark.rung, *part)
        for mark in marks
        for part in subtract([(mark.start, mark.end)], [(mark.start, end)])
    ]
