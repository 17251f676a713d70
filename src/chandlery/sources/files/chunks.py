"""Gathers parsed rows of any number into chunks of a bounded number."""

from __future__ import annotations

from collections.abc import Iterator

from chandlery.core.candles import Candles
from chandlery.core.delivery import Bars
from chandlery.core.errors import InputError
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.sources.files.chunk import Chunk
from chandlery.sources.files.parse import checks
from chandlery.sources.files.parse.faults import MOST_NAMED
from chandlery.sources.files.parse.frame import Parsed
from chandlery.sources.files.parse.options import FileOptions
from chandlery.sources.files.table import Table


class Chunks:
    """Makes the chunks of one input. `rows` counts all rows so far."""

    def __init__(self, options: FileOptions) -> None:
        self.rows = 0
        self._options = options
        self._parts: list[Parsed] = []
        self._waiting = 0
        self._interval: Resolution | None = None
        self._table: Table | None = None
        self._named = 0
        self._position = self._given = 0

    def add(self, part: Parsed, table: Table) -> Iterator[Chunk]:
        """Take rows, and return the chunks that are full."""
        if part.bad_count and self._options.strict:
            self._parts = []
            raise InputError(str(part.bad[0]), hint="leave strict out to pass over bad rows")
        if table is not self._table:
            yield from self.rest()
            self._table, self._interval = table, table.interval
        if self._interval is None and len(part.candles):
            self._interval = checks.spacing(part.candles)
        self.rows += len(part)
        for piece in self._pieces(part):
            if self._parts and self._waiting + len(piece) > self._options.chunk_rows:
                yield from self.rest()
            self._parts.append(piece)
            self._waiting += len(piece)
        self._position = table.position()

    def rest(self) -> Iterator[Chunk]:
        """Return what waits as one chunk, if anything does."""
        parts, self._parts, self._waiting = self._parts, [], 0
        if not any(len(part) for part in parts):
            return
        candles = Candles.concat(part.candles for part in parts)
        bars = None
        if len(candles) and self._interval is not None:
            bars = Bars(self._interval, checks.last_of_each(candles))
        bad = [row for part in parts for row in part.bad][: MOST_NAMED - self._named]
        self._named += len(bad)
        read, self._given = self._position - self._given, self._position
        yield Chunk(
            trades=Trades.concat(part.trades for part in parts),
            bars=bars,
            bad=tuple(bad),
            bad_count=sum(part.bad_count for part in parts),
            rows=sum(len(part) for part in parts),
            bytes_read=read,
        )

    def _pieces(self, part: Parsed) -> Iterator[Parsed]:
        """Cut rows that are more than a chunk may hold; the bad ones go with the first."""
        most = self._options.chunk_rows
        good = max(len(part.trades), len(part.candles))
        if good <= most:
            yield part
            return
        for start in range(0, good, most):
            rows = slice(start, start + most)
            bad, count = (part.bad, part.bad_count) if start == 0 else ((), 0)
            yield Parsed(part.trades.take(rows), part.candles.take(rows), bad, count)
