"""Which trades of a file equal one that came before, over all the pieces it is read in."""

from __future__ import annotations

import numpy as np

from chandlery.core.columns import Int64s
from chandlery.core.identity import Keys, earlier_equals


class Occurrences:
    """Counts the earlier occurrences of keys over many batches: 8 bytes for every key seen."""

    __slots__ = ("_runs",)

    def __init__(self) -> None:
        self._runs: list[Keys] = []

    def earlier(self, keys: Keys) -> Int64s:
        """Return how often each key was seen before, and remember them all."""
        counts = earlier_equals(keys)
        order = np.argsort(keys)
        ordered = keys[order]
        for run in self._runs:
            before = np.searchsorted(run, ordered, side="right")
            before -= np.searchsorted(run, ordered, side="left")
            counts[order] += before
        self._remember(ordered)
        return counts

    def _remember(self, ordered: Keys) -> None:
        self._runs.append(ordered)
        while len(self._runs) > 1 and len(self._runs[-2]) <= 2 * len(self._runs[-1]):
            merged = np.concatenate((self._runs.pop(), self._runs.pop()))
            merged.sort(kind="stable")
            self._runs.append(merged)
