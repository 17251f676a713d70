"""The contract every store keeps, and the values it speaks in. Each sentence has a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, TypeAlias

import numpy as np

from chandlery.core.candles import Candles
from chandlery.core.columns import Batch, Bools, Int32s, Int64s
from chandlery.core.delivery import Bars, Coverage, Gap
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades


@dataclass(frozen=True, slots=True, eq=False)
class Ranges(Batch):
    """Half-open ranges, one a row, each of one market."""

    market: Int32s
    start: Int64s
    end: Int64s

    DTYPES: ClassVar[dict[str, type]] = {"market": np.int32, "start": np.int64, "end": np.int64}

    @classmethod
    def one(cls, market: int, start: int, end: int) -> Ranges:
        """Return a single range."""
        return cls.of(market=(market,), start=(start,), end=(end,))


@dataclass(frozen=True, slots=True)
class Interval:
    """A half-open range of every market."""

    start: int
    end: int


Scope: TypeAlias = Ranges | Interval
"""Which rows: of trades by `time` in microseconds, of candles by `t` in seconds."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A dirty window: moments in seconds whose bars of `rung` and coarser must be made again."""

    market: int
    rung: Resolution
    start: int
    end: int
    key: int = 0
    """Given by the store when the mark is written."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Bars made again: the folded bars in scope go, `candles` come; given bars stay."""

    rung: Resolution
    scope: Scope
    candles: Candles


@dataclass(frozen=True, slots=True)
class Change:
    """All that one transaction does: every part becomes durable, or none.

    Trades are appended, so they must hold no repeats (see `Store.repeats`). `bars` replace the
    bars of the same (resolution, market, t). `erase` deletes trades, before any are appended.
    A gap takes what it spans out of the coverage, and what is covered after it closes gaps. One
    that is closing gives its end to a gap without one that begins before that.
    """

    trades: Trades = field(default_factory=Trades.empty)
    bars: tuple[Bars, ...] = ()
    erase: Ranges = field(default_factory=Ranges.empty)
    rewrite: Rewrite | None = None
    marks: Sequence[Mark] = ()
    cleared: Sequence[int] = ()
    frontier: tuple[Resolution, int] | None = None
    positions: Mapping[str, str] = field(default_factory=dict)
    coverage: Sequence[Coverage] = ()
    gaps: Sequence[Gap] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """A table of candles. A rung is filled by roll-ups; another holds only bars as given.

    Before `frontier` (a moment in seconds) a rung is complete but for its marks; from it on,
    nothing has been rolled up. Before `kept_from` rows have been let go.
    """

    resolution: Resolution
    is_rung: bool
    frontier: int = 0
    kept_from: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """The size of one table."""

    name: str
    rows: int
    bytes: int


class Store(Protocol):
    """Keeps trades and candles. Calls block, and any thread may call at any time.

    Reads see whole transactions only. A failed call changed nothing; an error that says it is
    retryable may be followed by the same call again. There is one writer of trades at a time.
    """

    def write(self, change: Change) -> list[Mark]:
        """Make a change durable, whole; return its marks with their keys."""
        ...

    def repeats(self, trades: Trades) -> Bools:
        """Return which of the trades are stored already, by (market, time, id)."""
        ...

    def trades(self, scope: Scope) -> Trades:
        """Return the trades in scope, in (market, time, sequence, id) order."""
        ...

    def newest_trades(self, market: int, start_us: int, end_us: int, count: int) -> Trades:
        """Return the last `count` trades of a market that lie in [start, end), in order."""
        ...

    def limited(self, seconds: float) -> AbstractContextManager[None]:
        """Return a block in which this thread's reads may take so long, all of them together.

        When the time has run out `trades`, `newest_trades`, `count`, `candles` and `extents`
        raise QueryBudgetError, and one that runs is cancelled; nothing else is limited. Of blocks
        inside one another the earliest end counts.
        """
        ...

    def count(self, resolution: Resolution | None, scope: Scope) -> int:
        """Return how many rows of a series lie in scope; None: of the trades."""
        ...

    def candles(self, resolution: Resolution, scope: Scope) -> Candles:
        """Return the rows of a series in (market, t) order; none if there is no such series."""
        ...

    def extents(self, resolution: Resolution | None, start: int) -> Ranges:
        """Return [first, last + 1) in seconds per market from `start` on; None: of the trades."""
        ...

    def add_markets(self, markets: Sequence[Market]) -> list[int]:
        """Return the number of each market, adding unknown ones. A number never changes."""
        ...

    def update_markets(self, markets: Sequence[Market]) -> None:
        """Replace what is known of markets that are there, but not their symbols or numbers."""
        ...

    def markets(self) -> dict[int, Market]:
        """Return every market by number."""
        ...

    def add_rungs(self, ladder: Sequence[Resolution]) -> None:
        """Make the resolutions the rungs; a new one has frontier 0.

        One that leaves the ladder keeps only the bars that were given.
        """
        ...

    def series(self) -> list[Series]:
        """Return every series, finest first."""
        ...

    def trades_kept_from(self) -> int:
        """Return the moment in seconds before which trades have been let go."""
        ...

    def marks(self) -> list[Mark]:
        """Return every mark that has not been cleared."""
        ...

    def positions(self) -> dict[str, str]:
        """Return the position of each source, as last committed."""
        ...

    def coverage(self, market: int, kind: str) -> list[tuple[int, int]]:
        """Return what has been seen of a market: disjoint ascending intervals in seconds."""
        ...

    def gaps(self, market: int | None = None) -> list[Gap]:
        """Return what sources said they have not seen, of a market or of all, and still is not.

        They are in order of market, kind and start; those of one market and kind are disjoint.
        """
        ...

    def forget(self, resolution: Resolution | None, before: int) -> int:
        """Let go of a series' rows before a moment in seconds; None: trades. Return the count."""
        ...

    def loose_blocks(self) -> list[tuple[str, int, int]]:
        """Return (table, start, end) of stretches in seconds that are not one sorted run."""
        ...

    def rows_in(self, table: str, start: int, end: int) -> int:
        """Return how many rows a stretch holds that `compact` would rewrite."""
        ...

    def compact(self, table: str, start: int, end: int) -> int:
        """Rewrite a stretch as one (market, time) run, changing no row; return how many.

        It is then no longer part of what `loose_blocks` returns.
        """
        ...

    def checkpoint(self) -> None:
        """Fold the log into the file and give back what space can be given back."""
        ...

    def figures(self) -> list[Figures]:
        """Return the rows and bytes of each table."""
        ...

    def acquire(self, lease: str, owner: str, now: int, until: int) -> bool:
        """Take a lease unless another owner holds it and it has not run out; own ones renew."""
        ...

    def release(self, lease: str, owner: str) -> None:
        """Give a lease back, if this owner holds it."""
        ...

    def notes(self, kind: str) -> dict[str, str]:
        """Return the small documents of a kind, such as the state of each job."""
        ...

    def note(self, kind: str, name: str, text: str) -> None:
        """Keep a small document."""
        ...

    def forget_note(self, kind: str, name: str) -> bool:
        """Let go of a small document; return whether it was there."""
        ...

    def close(self) -> None:
        """Close for good; may be called twice."""
        ...
