"""A batch of candles as parallel columns, and the one place that computes them. Pure.

A candle is the fold of its trades in (time, sequence, id) order. Everything that shows a candle
gets it from `fold` and `roll_up`, so the same bar has the same numbers everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, Self

import numpy as np

from chandlery.core.columns import (
    US,
    Batch,
    Bools,
    Floats,
    Int32s,
    Int64s,
    order_of,
    starts_of_runs,
)
from chandlery.core.resolution import Resolution
from chandlery.core.trades import BUY, Trades

Fill = Literal["none", "flat"]

SIGNIFICANT_DIGITS = 12
"""Volumes keep this many: sums of decimals stay decimals (0.3, not 0.30000000000000004)."""

EXACT_POWERS = 22
LOG10_OF_2 = 0.30102999566398119521
_POWERS = np.array([float(f"1e{exponent}") for exponent in range(309)])


class Grid(Protocol):
    """Knows which bar a moment belongs to, for each market."""

    def floor(self, resolution: Resolution, market: Int32s, time: Int64s) -> Int64s:
        """Return the bar time of each (market, moment in seconds)."""
        ...

    def open(self, resolution: Resolution, market: Int32s, t: Int64s) -> Int64s:
        """Return the moment at which each (market, bar time) begins."""
        ...

    def bars(self, resolution: Resolution, market: int, start: int, end: int) -> Int64s:
        """Return every bar time in [start, end) that the market's sessions allow."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Candles(Batch):
    """Candles as columns, sorted by (market, t), one a bar.

    `t` is the bar's time in seconds UTC; `v` base volume, `q` quote volume, `n` trades, `bv`
    taker-buy volume. A source that gives bars may not know `q`, `bv` (NaN) or `n` (0); `given`
    marks bars that came from a source and are not the fold of trades.
    """

    market: Int32s
    t: Int64s
    o: Floats
    h: Floats
    l: Floats  # noqa: E741 - the column's name everywhere
    c: Floats
    v: Floats
    q: Floats
    n: Int64s
    bv: Floats
    given: Bools

    DTYPES: ClassVar[dict[str, type]] = {
        "market": np.int32,
        "t": np.int64,
        "o": np.float64,
        "h": np.float64,
        "l": np.float64,
        "c": np.float64,
        "v": np.float64,
        "q": np.float64,
        "n": np.int64,
        "bv": np.float64,
        "given": np.bool_,
    }

    def sorted(self) -> Self:
        """Return the candles in (market, t) order."""
        order = order_of(self.market, self.t)
        return self if order is None else self.take(order)


@dataclass(frozen=True, slots=True)
class Bars:
    """Closed bars of one resolution, as a source gives them."""

    resolution: Resolution
    candles: Candles


def unsound(candles: Candles, now_us: int) -> dict[str, Bools]:
    """Return, by reason, which given bars may not enter.

    Prices are positive finite numbers with l <= o, c <= h; volumes are not negative, and may be
    unknown but for `v`; a bar that has not begun yet is in the future.
    """
    low, high = np.minimum(candles.o, candles.c), np.maximum(candles.o, candles.c)
    with np.errstate(invalid="ignore"):
        are_prices = np.isfinite(candles.h) & np.isfinite(candles.l) & (candles.l > 0)
        negative = (candles.q < 0) | (candles.bv < 0) | (candles.n < 0)
        return {
            "prices are not high >= open, close >= low > 0": ~(
                are_prices & (candles.l <= low) & (high <= candles.h)
            ),
            "volume is negative or not a number": ~(candles.v >= 0)
            | np.isinf(candles.v)
            | negative,
            "time is in the future": candles.t * US > now_us,
        }


def significant(values: Floats) -> Floats:
    """Round to 12 significant decimal digits, or 13; NaN, infinities and zero stay.

    The decimal exponent is estimated from the binary one, which is six times as fast as a
    logarithm and at most one too small: then one digit more is kept.
    """
    exponent = np.floor((np.frexp(values)[1] - 1) * LOG10_OF_2).astype(np.int64)
    places = SIGNIFICANT_DIGITS - 1 - np.clip(exponent, -290, 290)
    up, down = _POWERS[np.maximum(places, 0)], _POWERS[np.maximum(-places, 0)]
    with np.errstate(over="ignore", invalid="ignore"):
        rounded: Floats = np.rint(values * up / down) * down / up
    # Powers of ten beyond 10**22 are not exact: values that small are rare, and go by text.
    for row in np.flatnonzero((places > EXACT_POWERS) & (values != 0)).tolist():
        rounded[row] = float(f"{values[row]:.{SIGNIFICANT_DIGITS - 1}e}")
    return np.where(np.isfinite(rounded), rounded, values)


def significant_one(value: float) -> float:
    """Round one number exactly as `significant` does, without the cost of an array."""
    if not value or not math.isfinite(value):
        return value
    places = SIGNIFICANT_DIGITS - 1 - math.floor((math.frexp(value)[1] - 1) * LOG10_OF_2)
    if places > EXACT_POWERS:
        return float(f"{value:.{SIGNIFICANT_DIGITS - 1}e}")
    up, down = float(f"1e{max(places, 0)}"), float(f"1e{max(-places, 0)}")
    rounded = round(value * up / down) * down / up if abs(value) < 1e300 else value
    return rounded if math.isfinite(rounded) else value


def fold(trades: Trades, resolution: Resolution, grid: Grid) -> Candles:
    """Return the candles of the trades, whatever order and repeats they come in."""
    sums = Sums.of(trades.sorted().unique(), resolution, grid)
    columns = {name: significant(sums.columns[name]) for name in ("v", "q", "bv")}
    given = np.zeros(len(sums.first), dtype=np.bool_)
    return Candles(**sums.columns | columns, given=given)


class Sums(NamedTuple):
    """The columns of the bars of sorted trades, not rounded, and each bar's first and last row."""

    columns: dict[str, Any]
    first: Int64s
    last: Int64s

    @classmethod
    def of(cls, trades: Trades, resolution: Resolution, grid: Grid) -> Sums:
        """Fold trades that are sorted and without repeats: the one place that does."""
        if not len(trades):
            none = np.empty(0, dtype=np.int64)
            columns = Candles.empty().columns()
            del columns["given"]
            return cls(columns, none, none)
        bar = grid.floor(resolution, trades.market, trades.time // US)
        first = starts_of_runs(trades.market, bar)
        last = np.append(first[1:], len(trades)) - 1
        price, size = trades.price, trades.size
        columns = {
            "market": trades.market[first],
            "t": bar[first],
            "o": price[first],
            "h": np.maximum.reduceat(price, first),
            "l": np.minimum.reduceat(price, first),
            "c": price[last],
            "v": np.add.reduceat(size, first),
            "q": np.add.reduceat(price * size, first),
            "n": last - first + 1,
            "bv": np.add.reduceat(np.where(trades.side == BUY, size, 0.0), first),
        }
        return cls(columns, first, last)


def roll_up(candles: Candles, resolution: Resolution, grid: Grid) -> Candles:
    """Return candles of a resolution made from those of finer ones that divide it.

    `t` is taken as the moment at which a bar begins: see `at_moments` for bars of days and more.
    """
    candles = candles.sorted()
    if not len(candles):
        return Candles.empty()
    bar = grid.floor(resolution, candles.market, candles.t)
    return _reduce(replace(candles, t=bar), starts_of_runs(candles.market, bar))


def at_moments(candles: Candles, of: Resolution, grid: Grid) -> Candles:
    """Return candles of the resolution `of` with `t` the moment at which each bar begins.

    Bars of days and more are named by a date, and begin when the market's session does.
    """
    if of.is_intraday:
        return candles
    return replace(candles, t=grid.open(of, candles.market, candles.t))


def merge(earlier: Candles, later: Candles) -> Candles:
    """Merge two folds of parts of the same trades, all of `later`'s after all of `earlier`'s.

    Bars found in one part only stay as they are. Associative.
    """
    both = Candles.concat((earlier, later))
    if not len(both):
        return both
    both = both.sorted()
    return _reduce(both, starts_of_runs(both.market, both.t))


def _reduce(candles: Candles, first: Int64s) -> Candles:
    """Return one candle a run of rows that are parts of it, in order."""
    last = np.append(first[1:], len(candles)) - 1
    return Candles(
        market=candles.market[first],
        t=candles.t[first],
        o=candles.o[first],
        h=np.maximum.reduceat(candles.h, first),
        l=np.minimum.reduceat(candles.l, first),
        c=candles.c[last],
        v=significant(np.add.reduceat(candles.v, first)),
        q=significant(np.add.reduceat(candles.q, first)),
        n=np.add.reduceat(candles.n, first),
        bv=significant(np.add.reduceat(candles.bv, first)),
        given=np.zeros(len(first), dtype=np.bool_),
    )


def overlay(base: Candles, given: Bars, grid: Grid) -> Candles:
    """Return `base`, finer bars at their moments, with what lies in a given bar replaced by it."""
    if not len(given.candles):
        return base
    inside = grid.floor(given.resolution, base.market, base.t)
    covered = _is_in(base.market, inside, given.candles.market, given.candles.t)
    moved = at_moments(given.candles, given.resolution, grid)
    return Candles.concat((base.take(~covered), moved)).sorted()


def override(base: Candles, given: Candles) -> Candles:
    """Return `base` with the bars that are given too replaced by those."""
    if not len(given):
        return base
    covered = _is_in(base.market, base.t, given.market, given.t)
    return Candles.concat((base.take(~covered), given)).sorted()


def _is_in(market: Int32s, t: Int64s, among_market: Int32s, among_t: Int64s) -> Bools:
    """Return which (market, t) pairs are among others."""
    low = min(t.min(initial=0), among_t.min(initial=0))
    span = max(t.max(initial=0), among_t.max(initial=0)) - low + 1
    pairs = market.astype(np.int64) * span + (t - low)
    others = among_market.astype(np.int64) * span + (among_t - low)
    return np.isin(pairs, others)


def fill(candles: Candles, mode: Fill, resolution: Resolution, grid: Grid, end: int) -> Candles:
    """Fill the bars without trades up to `end`; never before a market's first bar.

    `none` returns the candles as they are. `flat` adds o = h = l = c = the previous close and
    zero volumes, at each bar time that the market's sessions have.
    """
    if mode == "none" or not len(candles):
        return candles
    parts = []
    edges = np.append(starts_of_runs(candles.market), len(candles))
    for low, high in pairwise(edges):
        part = candles.take(slice(low, high))
        every = grid.bars(resolution, int(part.market[0]), int(part.t[0]), end)
        parts.append(_flat(part, np.union1d(part.t, every)))
    return Candles.concat(parts)


def _flat(candles: Candles, times: Int64s) -> Candles:
    """Return one market's candles at all the times, flat where there was none."""
    source = np.searchsorted(candles.t, times, side="right") - 1
    filled = candles.take(source)
    empty = candles.t[source] != times
    zero = np.where(empty, 0.0, 1.0)
    return replace(
        filled,
        t=times,
        o=np.where(empty, filled.c, filled.o),
        h=np.where(empty, filled.c, filled.h),
        l=np.where(empty, filled.c, filled.l),
        v=filled.v * zero,
        q=np.where(empty, 0.0, filled.q),
        n=np.where(empty, 0, filled.n),
        bv=np.where(empty, 0.0, filled.bv),
        given=filled.given & ~empty,
    )


class Difference(NamedTuple):
    """A bar that is not as expected, and how."""

    market: int
    t: int
    how: str


def differences(found: Candles, expected: Candles) -> list[Difference]:
    """Return the bars that differ: prices and counts exactly, volumes beyond 1e-9 relative."""
    found, expected = found.sorted(), expected.sorted()
    is_extra = ~_is_in(found.market, found.t, expected.market, expected.t)
    is_missing = ~_is_in(expected.market, expected.t, found.market, found.t)
    named = _named(found.take(is_extra), "is not expected")
    named += _named(expected.take(is_missing), "is missing")
    left, right = found.take(~is_extra), expected.take(~is_missing)
    for name in ("o", "h", "l", "c", "n", "v", "q", "bv"):
        a, b = getattr(left, name), getattr(right, name)
        if name in ("v", "q", "bv"):
            same = np.isclose(a, b, rtol=1e-9, atol=0.0, equal_nan=True)
        else:
            same = a == b
        for row in np.flatnonzero(~same):
            how = f"{name} is {a[row].item()!r}, expected {b[row].item()!r}"
            named.append(Difference(int(left.market[row]), int(left.t[row]), how))
    return named


def _named(candles: Candles, how: str) -> list[Difference]:
    pairs = zip(candles.market.tolist(), candles.t.tolist(), strict=True)
    return [Difference(market, t, how) for market, t in pairs]
