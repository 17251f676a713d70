"""What was refused of each market and why, and what filters left out, since the process began."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import numpy as np

from chandlery.core.columns import Int32s
from chandlery.core.trades import Refused

MOST_MARKETS = 10_000
"""What is refused of further markets is counted for the whole server only."""


class Tally:
    """Any thread may count and ask. Reasons are a fixed few, so only markets are bounded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: dict[int, dict[str, int]] = {}
        self._left_out: dict[int, int] = {}
        self.left_out = 0
        """Trades that filters left out as they came, of all markets."""

    def refuse(self, market: Int32s, refused: Refused) -> None:
        """Count rows that were refused; `market` is that of every row."""
        for reason, rows in refused.by_reason.items():
            self.refuse_all(reason, market[rows])

    def refuse_all(self, reason: str, market: Int32s) -> None:
        """Count rows that were refused for a reason."""
        for number, count in _counts(market):
            with self._lock:
                if number in self._of or len(self._of) < MOST_MARKETS:
                    own = self._of.setdefault(number, {})
                    own[reason] = own.get(reason, 0) + count

    def leave_out(self, market: Int32s) -> None:
        """Count trades that a filter left out."""
        for number, count in _counts(market):
            with self._lock:
                self.left_out += count
                if number in self._left_out or len(self._left_out) < MOST_MARKETS:
                    self._left_out[number] = self._left_out.get(number, 0) + count

    def refused_of(self, market: int) -> Mapping[str, int]:
        """Return how many rows of a market were refused, by reason, the most first."""
        with self._lock:
            own = dict(self._of.get(market, {}))
        return dict(sorted(own.items(), key=lambda pair: (-pair[1], pair[0])))

    def left_out_of(self, market: int) -> int:
        """Return how many trades of a market were left out as they came."""
        return self._left_out.get(market, 0)


def _counts(market: Int32s) -> list[tuple[int, int]]:
    if not len(market):
        return []
    numbers, counts = np.unique(market, return_counts=True)
    return list(zip(numbers.tolist(), counts.tolist(), strict=True))
