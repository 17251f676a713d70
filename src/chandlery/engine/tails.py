"""The newest rows of each rung in memory: those that the next rung has not been made of yet.

A bar at the live edge is made of a few rows of every finer rung. Asking the store for each few
would take longer than all the rest, so they are kept here as roll-ups write them. It is a cache:
it may be cold at any time, and then the store is asked.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from chandlery.core.candles import Candles
from chandlery.core.columns import Bools
from chandlery.core.resolution import Resolution
from chandlery.stores import Interval, Rewrite, Scope, Store

MOST_ROWS = 500_000
"""A rung with more rows than this at its end is not kept: about 45 MB."""
MOST_RANGES = 64
"""A rewrite of more ranges than this has the rung read again."""
FOREVER = 1 << 60


@dataclass(frozen=True, slots=True)
class _Tail:
    """All rows from a bar time on, sorted by (market, t)."""

    start: int
    rows: Candles


class Tails:
    """Any thread may ask; roll-ups and the recorder say what they have written."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._tails: dict[Resolution, _Tail] = {}
        self._changes = 0

    def rows(self, rung: Resolution, market: int, start: int, end: int) -> Candles | None:
        """Return a market's rows with start <= t < end; None if they are not all held."""
        tail = self._tails.get(rung)
        if tail is None or start < tail.start:
            return None
        low, high = np.searchsorted(tail.rows.market, (market, market + 1))
        own = tail.rows.take(slice(low, high))
        first, last = np.searchsorted(own.t, (start, end))
        return own.take(slice(first, last))

    def trades_per_s(self, market: int) -> float:
        """Return how often a market has traded of late, as far as is held; 0 if nothing is."""
        tails = self._tails.copy()
        if not tails:
            return 0.0
        rung, tail = max(tails.items())
        own = self.rows(rung, market, tail.start, FOREVER)
        if own is None or not len(own):
            return 0.0
        return int(own.n.sum()) / (int(own.t[-1]) + rung.seconds - tail.start)

    def is_cold(self, rung: Resolution) -> bool:
        """Return whether nothing of a rung is held."""
        return rung not in self._tails

    def warm(self, rung: Resolution, start: int) -> None:
        """Read the rows of a rung from a bar time on, unless they are too many."""
        changes, scope = self._changes, Interval(start, FOREVER)
        if self._store.count(rung, scope) > MOST_ROWS:
            return
        rows = self._store.candles(rung, scope)
        with self._lock:
            if changes == self._changes:
                self._tails[rung] = _Tail(start, rows)

    def trim(self, rung: Resolution, start: int) -> None:
        """Let go of the rows before a bar time: the next rung has been made of them."""
        with self._lock:
            tail = self._tails.get(rung)
            if tail is not None and start > tail.start:
                kept = tail.rows.take(tail.rows.t >= start)
                self._tails[rung] = _Tail(start, kept)

    def rewrote(self, rewrite: Rewrite) -> None:
        """Take in what a roll-up has written."""
        with self._lock:
            self._changes += 1
            tail = self._tails.get(rewrite.rung)
            if tail is None:
                return
            gone = _inside(tail.rows, rewrite.scope)
            new = rewrite.candles.take(rewrite.candles.t >= tail.start)
            if gone is None or len(tail.rows) + len(new) > MOST_ROWS:
                del self._tails[rewrite.rung]
                return
            kept = tail.rows.take(~gone | tail.rows.given)
            rows = Candles.concat((kept, new)).sorted()
            self._tails[rewrite.rung] = _Tail(tail.start, rows)

    def cool(self) -> None:
        """Forget everything: rows have been written or let go of in another way."""
        with self._lock:
            self._changes += 1
            self._tails.clear()


def _inside(rows: Candles, scope: Scope) -> Bools | None:
    """Return which rows lie in a scope; None if it has too many parts to look."""
    if isinstance(scope, Interval):
        inside: Bools = (rows.t >= scope.start) & (rows.t < scope.end)
        return inside
    if len(scope) > MOST_RANGES:
        return None
    gone = np.zeros(len(rows), dtype=np.bool_)
    columns = (scope.market.tolist(), scope.start.tolist(), scope.end.tolist())
    for market, start, end in zip(*columns, strict=True):
        gone |= (rows.market == market) & (rows.t >= start) & (rows.t < end)
    return gone
