"""How many trades of each market fall into which slice of time. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chandlery.core.columns import US, Floats, Int64s
from chandlery.core.errors import UsageError
from chandlery.core.trades import EARLIEST_US
from chandlery.sources.synthetic.rhythm import load_between
from chandlery.sources.synthetic.walk import Slice

ROWS_PER_SLICE = 65_536
"""Trades generated at once, about: some 8 MB with what is needed on the way."""
MOST_SLICE_US = 6 * 3600 * US
STEP_US = 60 * US
"""Volatility changes about once a minute, where the trades are dense enough to show it."""
SPAN, LIVE = 0, 1
"""Kinds of slices: parts of a span of so many trades, or of the endless stream at a rate."""


@dataclass(frozen=True, slots=True)
class Span:
    """So many trades in all within [start, end), in microseconds."""

    start_us: int
    end_us: int
    trades: int

    def __post_init__(self) -> None:
        if not EARLIEST_US < self.start_us < self.end_us:
            message = (
                f"an interval after 2009 expected, found [{self.start_us}, {self.end_us}) "
                "in microseconds since 1970"
            )
            raise UsageError(message)
        if self.trades < 0:
            message = f"a number of trades expected, found {self.trades}"
            raise UsageError(message)

    def slice_at(self, start_us: int, markets: int) -> Slice:
        """Return the slice that begins there; slices are of one length, the last may be shorter."""
        length_us = self._slice_us()
        dense = ROWS_PER_SLICE // max(markets, 1)
        steps = max(1, min(length_us // STEP_US, dense))
        return Slice(start_us, min(start_us + length_us, self.end_us), steps)

    def _slice_us(self) -> int:
        """Return the length of a slice, in whole seconds where it is longer than one."""
        length_us = (self.end_us - self.start_us) * ROWS_PER_SLICE // max(self.trades, 1)
        length_us = max(1, min(length_us, MOST_SLICE_US))
        return length_us if length_us < US else length_us - length_us % US


def shares(trades: int, weights: Floats) -> Int64s:
    """Share trades among markets by weight, exactly; each gets one where there are enough.

    What whole numbers leave over goes to the largest remainders.
    """
    least = 1 if trades >= len(weights) else 0
    exact = (trades - least * len(weights)) * (weights / weights.sum())
    counts: Int64s = np.floor(exact).astype(np.int64)
    over = trades - least * len(weights) - int(counts.sum())
    # A remainder that differs in the last bit only is a tie: the earlier market wins.
    largest = np.argsort(-np.round(exact - counts, 9), kind="stable")
    counts[largest[:over]] += 1
    counts += least
    return counts


def exact_counts(span: Span, piece: Slice, left: Int64s, random: np.random.Generator) -> Int64s:
    """Return how many of the trades that are left fall into the slice; all, if it is the last."""
    if piece.end_us >= span.end_us:
        return left.copy()
    part = load_between(piece.start_us, piece.end_us)
    rest = load_between(piece.start_us, span.end_us)
    counts: Int64s = random.binomial(left, min(part / rest, 1.0))
    return counts


def poisson_counts(piece: Slice, per_day: Floats, random: np.random.Generator) -> Int64s:
    """Return how many trades fall into the slice at these average numbers a day."""
    return random.poisson(per_day * load_between(piece.start_us, piece.end_us))


def randomness(seed: int, kind: int, start_us: int) -> np.random.Generator:
    """Return the slice's own source of chance, so that drawing it again gives the same."""
    return np.random.default_rng([seed % (1 << 64), kind, start_us])
