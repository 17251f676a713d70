"""Which bars of the ladder are not yet made, in memory: a copy of the store's marks and frontiers.

A bar of a rung is dirty if a mark of that rung or of a finer one touches it, or if it is not
closed before the rung's frontier.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from chandlery.core.errors import UsageError
from chandlery.core.filters import MINUTE_S, MOST_WINDOW_S
from chandlery.core.intervals import Pair, union
from chandlery.core.resolution import Resolution
from chandlery.stores import Mark, Store

FOREVER = 1 << 60


class Dirt:
    """The dirty windows of every market and rung. Any thread may ask at any time."""

    def __init__(self, store: Store, ladder: Sequence[Resolution]) -> None:
        _check(ladder)
        _add_rungs(store, ladder)
        self.rungs = tuple(ladder)
        self._lock = threading.Lock()
        self._frontiers = {s.resolution: s.frontier for s in store.series() if s.is_rung}
        self._expected = dict(self._frontiers)
        self.given = tuple(s.resolution for s in store.series() if not s.is_rung)
        """The resolutions that are no rungs, of which bars have been given."""
        self.keeps_context = False
        """Whether there are rules by which trades are held against those before them."""
        self._marks: dict[int, dict[int, Mark]] = {}
        self._taken: set[int] = set()
        self._kept: dict[Resolution | None, int] = {
            s.resolution: s.kept_from for s in store.series()
        }
        self._kept[None] = store.trades_kept_from()
        self.add(store.marks())

    def learn(self, resolutions: Iterable[Resolution]) -> None:
        """Take note that bars of the resolutions have been given."""
        new = set(resolutions) - set(self.given) - set(self.rungs)
        if new:
            self.given = tuple(sorted((*self.given, *new)))

    def coarser(self, resolution: Resolution) -> Resolution | None:
        """Return the next rung that is coarser than a resolution."""
        return next((rung for rung in self.rungs if rung > resolution), None)

    def finer(self, resolution: Resolution) -> Resolution | None:
        """Return the coarsest rung that divides a resolution and is not itself."""
        fitting = [r for r in self.rungs if r != resolution and r.divides(resolution)]
        return fitting[-1] if fitting else None

    def source(self, resolution: Resolution, start: int) -> Resolution | None:
        """Return what bars from a moment on are made of: the coarsest rung that is all there.

        A rung whose old bars have been let go gives way to a finer one that has them, and the
        last resort, None, is the trades.
        """
        fitting = [r for r in self.rungs if r != resolution and r.divides(resolution)]
        whole = [rung for rung in fitting if self.kept_from(rung) <= start]
        if whole or self.kept_from(None) <= start or not fitting:
            return whole[-1] if whole else None
        return fitting[-1]

    def kept_from(self, resolution: Resolution | None) -> int:
        """Return the moment before which a series' rows, or the trades, have been let go."""
        with self._lock:
            return self._kept.get(resolution, 0)

    @property
    def context_s(self) -> int:
        """How long before a bar trades may lie that say which of its own count."""
        return MOST_WINDOW_S + MINUTE_S if self.keeps_context else 0

    def whole_from(self, resolution: Resolution | None) -> int:
        """Return the moment from which on bars can be made of a series' rows, or the trades."""
        kept_from = self.kept_from(resolution)
        return kept_from + self.context_s if resolution is None and kept_from else kept_from

    def keep_from(self, resolution: Resolution | None, moment: int) -> None:
        """Say that rows from before a moment are let go."""
        with self._lock:
            self._kept[resolution] = max(moment, self._kept.get(resolution, 0))

    def frontier(self, rung: Resolution) -> int:
        """Return the moment from which on nothing of a rung has been rolled up."""
        with self._lock:
            return self._frontiers[rung]

    def late_before(self, rung: Resolution) -> int:
        """Return the moment before which what arrives now must be marked.

        A rung that is new to the ladder is behind coarser ones, whose bars count too.
        """
        with self._lock:
            both = self._frontiers, self._expected
            return max(edges[own] for edges in both for own in self.rungs if own >= rung)

    def expect(self, rung: Resolution, frontier: int) -> None:
        """Say that a roll-up is about to read up to a moment: from now on, before it is late."""
        with self._lock:
            self._expected[rung] = frontier

    def advance(self, rung: Resolution, frontier: int) -> None:
        """Say that a rung has been rolled up to a moment."""
        with self._lock:
            self._frontiers[rung] = frontier

    def add(self, marks: Iterable[Mark]) -> None:
        """Take in marks that have been written."""
        with self._lock:
            for mark in marks:
                self._marks.setdefault(mark.market, {})[mark.key] = self._on_a_rung(mark)

    def clear(self, marks: Iterable[Mark]) -> None:
        """Take out marks that have been cleared."""
        with self._lock:
            for mark in marks:
                of_market = self._marks.get(mark.market, {})
                of_market.pop(mark.key, None)
                if not of_market:
                    self._marks.pop(mark.market, None)

    def marks(self, rung: Resolution) -> list[Mark]:
        """Return the marks of one rung."""
        return [mark for mark in self.all_marks() if mark.rung == rung]

    def all_marks(self) -> list[Mark]:
        """Return every mark."""
        with self._lock:
            return [mark for of_market in self._marks.values() for mark in of_market.values()]

    def marked(self, market: int, rung: Resolution) -> list[Pair]:
        """Return the moments that marks make dirty at a rung: disjoint and ascending."""
        with self._lock:
            marks = self._marks.get(market)
            if not marks:
                return []
            return union((m.start, m.end) for m in marks.values() if m.rung <= rung)

    def take(self, marks: Iterable[Mark]) -> None:
        """Say which marks a roll-up is about to clear: what arrives now needs one of its own."""
        with self._lock:
            self._taken = {mark.key for mark in marks}

    def waits(self, market: int, rung: Resolution, start: int, end: int) -> bool:
        """Return whether moments are under a mark whose windows are yet to be read."""
        with self._lock:
            marks = self._marks.get(market, {}).values()
            waiting = [m for m in marks if m.rung <= rung and m.key not in self._taken]
        return any(low <= start and end <= high for low, high in union(map(_moments, waiting)))

    def dirty(self, market: int, rung: Resolution) -> list[Pair]:
        """Return the moments that are dirty at a rung, the live edge among them."""
        return union([*self.marked(market, rung), (self.frontier(rung), FOREVER)])

    def __len__(self) -> int:
        with self._lock:
            return sum(len(of_market) for of_market in self._marks.values())

    def _on_a_rung(self, mark: Mark) -> Mark:
        """Return the mark on the next rung, should its own have left the ladder."""
        if mark.rung in self._frontiers:
            return mark
        return replace(mark, rung=self.coarser(mark.rung) or self.rungs[-1])


def _moments(mark: Mark) -> Pair:
    return mark.start, mark.end


def _add_rungs(store: Store, ladder: Sequence[Resolution]) -> None:
    """Make the ladder. A rung that is new has no bars from before its source was let go."""
    old = {series.resolution for series in store.series() if series.is_rung}
    store.add_rungs(ladder)
    kept_from = store.trades_kept_from()
    for rung in ladder:
        if rung not in old and kept_from:
            store.forget(rung, kept_from)
        kept_from = next(s.kept_from for s in store.series() if s.resolution == rung)


def _check(ladder: Sequence[Resolution]) -> None:
    """Refuse a ladder whose rungs cannot be made one from the other."""
    if not ladder or list(ladder) != sorted(set(ladder)):
        found = " ".join(map(str, ladder))
        message = f"a ladder of ascending resolutions expected, found '{found}'"
        raise UsageError(message)
    for finer, coarser in pairwise(ladder):
        if not finer.divides(coarser):
            message = f"each rung must divide the next, and {finer} does not divide {coarser}"
            raise UsageError(message, hint="the default is 1m 5m 15m 1h 4h 1d 1w")
