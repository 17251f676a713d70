"""The live edge: the finest rung's bars that are not rolled up yet, kept folded in memory.

Each commit is folded in, so a read of the newest bars touches no trades, and a roll-up writes what
is here. Every bar knows the order keys of its first and last trade, so trades may come in any
order and the result is the same fold. It is a cache: it may be cold at any time, and then the
trades are read.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from chandlery.core.calendar import Calendars
from chandlery.core.candles import Candles, Sums, significant
from chandlery.core.columns import US, Batch, Floats, Int32s, Int64s, order_of, starts_of_runs
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades

MOST_BARS = 500_000
"""Beyond this the edge goes cold: about 60 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Partials(Batch):
    """Bars in the making, sorted by (market, t): sums not rounded, with the keys of both ends."""

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
    first_time: Int64s
    first_sequence: Int64s
    first_id: Int64s
    last_time: Int64s
    last_sequence: Int64s
    last_id: Int64s

    DTYPES: ClassVar[dict[str, type]] = {
        "market": np.int32,
        "t": np.int64,
        **dict.fromkeys(("o", "h", "l", "c", "v", "q"), np.float64),
        "n": np.int64,
        "bv": np.float64,
        **dict.fromkeys(("first_time", "first_sequence", "first_id"), np.int64),
        **dict.fromkeys(("last_time", "last_sequence", "last_id"), np.int64),
    }

    @classmethod
    def of_trades(cls, trades: Trades, resolution: Resolution, grid: Calendars) -> Partials:
        """Return the bars of some trades."""
        trades = trades.sorted()
        columns, first, last = Sums.of(trades, resolution, grid)
        return cls(
            **columns,
            first_time=trades.time[first],
            first_sequence=trades.sequence[first],
            first_id=trades.id[first],
            last_time=trades.time[last],
            last_sequence=trades.sequence[last],
            last_id=trades.id[last],
        )

    def merged(self) -> Partials:
        """Return one bar for each (market, t), from parts in any order."""
        order = order_of(self.market, self.t)
        parts = self if order is None else self.take(order)
        first = starts_of_runs(parts.market, parts.t)
        if len(first) == len(parts):
            return parts
        opens, closes = _ends(parts, first)
        begin, end = parts.take(opens), parts.take(closes)
        return Partials(
            market=parts.market[first],
            t=parts.t[first],
            o=begin.o,
            h=np.maximum.reduceat(parts.h, first),
            l=np.minimum.reduceat(parts.l, first),
            c=end.c,
            v=np.add.reduceat(parts.v, first),
            q=np.add.reduceat(parts.q, first),
            n=np.add.reduceat(parts.n, first),
            bv=np.add.reduceat(parts.bv, first),
            first_time=begin.first_time,
            first_sequence=begin.first_sequence,
            first_id=begin.first_id,
            last_time=end.last_time,
            last_sequence=end.last_sequence,
            last_id=end.last_id,
        )

    def coarser(self, resolution: Resolution, grid: Calendars) -> Partials:
        """Return the bars of a resolution, from those of seconds or others that divide it."""
        t = grid.floor(resolution, self.market, self.t)
        return replace(self, t=t).merged()

    def candles(self) -> Candles:
        """Return the bars as candles."""
        return Candles(
            market=self.market,
            t=self.t,
            o=self.o,
            h=self.h,
            l=self.l,
            c=self.c,
            v=significant(self.v),
            q=significant(self.q),
            n=self.n,
            bv=significant(self.bv),
            given=np.zeros(len(self), dtype=np.bool_),
        )


def _ends(parts: Partials, first: Int64s) -> tuple[Int64s, Int64s]:
    """Return the rows that hold the first and the last trade of each run of parts."""
    by_first = np.lexsort(
        (parts.first_id, parts.first_sequence, parts.first_time, parts.t, parts.market)
    )
    by_last = np.lexsort(
        (parts.last_id, parts.last_sequence, parts.last_time, parts.t, parts.market)
    )
    return by_first[first], by_last[np.append(first[1:], len(parts)) - 1]


class Edge:
    """The bars in the making from `start` on, for every market. Any thread may ask."""

    def __init__(self, resolution: Resolution) -> None:
        self.resolution = resolution
        self._lock = threading.Lock()
        self._start: int | None = None
        self._bars = Partials.empty()

    @property
    def is_warm(self) -> bool:
        """Whether the bars are known."""
        return self._start is not None

    @property
    def start(self) -> int | None:
        """From when on the bars are known; None while they are not."""
        return self._start

    def warm(self, start: int, trades: Trades, grid: Calendars) -> None:
        """Begin with all the trades there are from a moment on."""
        bars = Partials.of_trades(trades, self.resolution, grid)
        with self._lock:
            self._bars, self._start = bars, start

    def cool(self) -> None:
        """Forget everything: reads go to the trades."""
        with self._lock:
            self._bars, self._start = Partials.empty(), None

    def add(self, trades: Trades, grid: Calendars) -> None:
        """Fold in trades that have been committed; older ones than the edge are not its own."""
        if self._start is None or not len(trades):
            return
        fresh = trades.take(trades.time >= self._start * US)
        if not len(fresh):
            return
        bars = Partials.of_trades(fresh, self.resolution, grid)
        with self._lock:
            self._bars = Partials.concat((self._bars, bars)).merged()
        if len(self._bars) > MOST_BARS:
            self.cool()

    def replace(self, markets: Int32s, trades: Trades, grid: Calendars) -> None:
        """Take other bars of some markets: those of all their trades from `start` on."""
        bars = Partials.of_trades(trades, self.resolution, grid)
        with self._lock:
            if self._start is not None:
                others = self._bars.take(~np.isin(self._bars.market, markets))
                self._bars = Partials.concat((others, bars)).merged()

    def advance(self, start: int) -> None:
        """Let go of the bars before a moment: they have been rolled up."""
        with self._lock:
            if self._start is not None:
                self._bars = self._bars.take(self._bars.t >= start)
                self._start = max(start, self._start)

    def candles(self, start: int, end: int) -> Candles | None:
        """Return every market's bars with start <= t < end; None if they are not all known."""
        bars = self._from(start)
        return None if bars is None else bars.take((bars.t >= start) & (bars.t < end)).candles()

    def of_market(self, market: int, start: int, end: int) -> Candles | None:
        """Return one market's bars with start <= t < end; None if they are not all known."""
        bars = self._from(start)
        if bars is None:
            return None
        low, high = np.searchsorted(bars.market, (market, market + 1))
        own = bars.take(slice(low, high))
        return own.take((own.t >= start) & (own.t < end)).candles()

    def _from(self, start: int) -> Partials | None:
        with self._lock:
            return None if self._start is None or start < self._start else self._bars
