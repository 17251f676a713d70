"""The parts that work on one store, put together."""

from __future__ import annotations

from collections.abc import Sequence

from chandlery.core.resolution import Resolution
from chandlery.engine.dirt import Dirt
from chandlery.engine.edge import Edge
from chandlery.engine.filtering import Filtering
from chandlery.engine.history import History
from chandlery.engine.making import SESSION_SLACK, Maker, longest
from chandlery.engine.recorder import Recorder
from chandlery.engine.registry import Registry
from chandlery.engine.rollup import RollUp
from chandlery.engine.rulebook import RuleBook
from chandlery.engine.tails import Tails
from chandlery.stores import Ranges, Store

LADDER = tuple(Resolution.parse(text) for text in ["1m", "5m", "15m", "1h", "4h", "1d", "1w"])
"""The rungs that are kept ready unless the configuration says otherwise."""


class Engine:
    """One store with its markets, dirty windows, way in, way out and roll-ups."""

    def __init__(self, store: Store, ladder: Sequence[Resolution] = LADDER) -> None:
        self.store = store
        self.registry = Registry(store)
        self.dirt = Dirt(store, ladder)
        self.edge = Edge(self.dirt.rungs[0])
        self.tails = Tails(store)
        self.rulebook = RuleBook(store, self.registry)
        self.filtering = Filtering(store, self.registry, self.rulebook)
        self.dirt.keeps_context = self.filtering.compares
        self.maker = Maker(store, self.dirt, self.filtering, lambda: self.registry.calendars)
        self.recorder = Recorder(
            store, self.dirt, self.registry, self.edge, self.tails, self.filtering
        )
        self.history = History(store, self.dirt, self.registry, self.edge, self.tails, self.maker)
        self.rollup = RollUp(store, self.dirt, self.registry, self.recorder, self.tails, self.maker)
        self._find_reach()

    def _find_reach(self) -> None:
        """Find how far each market's data reaches, reading each rung only behind the next."""
        since = 0
        for series in reversed(self.store.series()):
            if not series.is_rung:
                self._extend(series.resolution, 0)
        for rung in reversed(self.dirt.rungs):
            self._extend(rung, since)
            since = self.dirt.frontier(rung)
            if not self.registry.calendars.is_plain:
                # The bar across the edge is not made yet, and may begin before it.
                since -= longest(rung, is_plain=False)
        self.registry.extend(self.store.extents(None, since))
        for rung in self.dirt.rungs:
            marks = self.dirt.marks(rung)
            self.registry.extend(
                Ranges.of(
                    market=[mark.market for mark in marks],
                    start=[mark.start for mark in marks],
                    end=[mark.end for mark in marks],
                )
            )

    def _extend(self, resolution: Resolution, since: int) -> None:
        """Extend the reach to the end of the newest bars: their trades lie behind their times.

        No further: whatever seems older than the newest trade is looked for in the store.
        """
        found = self.store.extents(resolution, since)
        grid = self.registry.calendars
        start = found.start - (0 if grid.is_plain else SESSION_SLACK)
        newest = grid.open(resolution, found.market, found.end - 1)
        end = grid.next_open(resolution, found.market, newest)
        self.registry.extend(Ranges(found.market, start, end))
