"""Reads files of trades or bars, of any format, in chunks of bounded size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from chandlery.core.errors import InputError
from chandlery.core.trades import Trades
from chandlery.sources.files import parquet, streams, text
from chandlery.sources.files.chunk import Chunk
from chandlery.sources.files.chunks import Chunks
from chandlery.sources.files.inputs import Input
from chandlery.sources.files.parse.frame import Parsed
from chandlery.sources.files.parse.options import FileOptions
from chandlery.sources.files.parse.order import FileOrder
from chandlery.sources.files.table import Table


def read(item: Input, options: FileOptions, number_of: Callable[[str], int]) -> Iterator[Chunk]:
    """Return the chunks of a file; `number_of` gives the store's number of a symbol.

    If the file turns out to be damaged, the rows before the damage are given and then the error
    is raised. With `strict` the first bad row raises, and the chunk it is in is not given.
    """
    reading = _Reading(item, options, number_of)
    chunks = Chunks(options)
    try:
        with _named(item.name):
            for index, table in enumerate(reading.tables()):
                for part in reading.identified(index, table):
                    yield from chunks.add(part, table)
    except InputError:
        yield from chunks.rest()
        raise
    yield from chunks.rest()
    if not chunks.rows:
        message = f"{item.name}: the file holds no rows"
        raise InputError(message, hint="a file of trades or bars was expected")


@dataclass(frozen=True, slots=True)
class _Reading:
    """One input, which may have to be read again from its start."""

    item: Input
    options: FileOptions
    number_of: Callable[[str], int]

    def tables(self) -> Iterator[Table]:
        """Return what the input holds: one table, or one for each file of an archive."""
        with streams.opened(self.item) as file:
            if self.item.path is not None and file.peek().startswith(streams.PARQUET):
                with parquet.opened(self.item, self.item.path) as opened:
                    yield parquet.table(opened, self.options, self.number_of)
                return
            for member in streams.members(self.item, file):
                with _named(member.name):
                    table = text.table(member, self.options, self.number_of)
                    yield replace(table, position=lambda: self._position(file.count))

    def _position(self, count: int) -> int:
        """Return bytes read as a place in the input: an archive's directory is read twice."""
        return min(count, self.item.total_bytes or count)

    def identified(self, index: int, table: Table) -> Iterator[Parsed]:
        """Return the rows of a table, those without an id or an order having got theirs."""
        is_file = self.item.path is not None and self.item.path.is_file()
        order = FileOrder((lambda: self._replay(index)) if is_file else None)
        has_ids = "id" in table.layout.fields
        for part in table.parts:
            if not len(part.trades):
                yield part
            elif not has_ids:
                yield replace(part, trades=order.with_ids(part.trades))
            else:
                yield replace(part, trades=_placed(part.trades, order))

    def _replay(self, index: int) -> Iterator[Trades]:
        """Return a table's trades once more, as they were before they got their ids."""
        for number, table in enumerate(self.tables()):
            if number == index:
                has_ids = "id" in table.layout.fields
                for part in table.parts:
                    yield part.trades.take(part.trades.id < 0) if has_ids else part.trades
                return


def _placed(trades: Trades, order: FileOrder) -> Trades:
    """Return trades with the place of those whose ids give no order: the negative ones."""
    unordered = np.flatnonzero(trades.id < 0)
    if not len(unordered):
        return trades
    sequence = trades.sequence.copy()
    sequence[unordered] = order.places(trades.take(unordered))
    return replace(trades, sequence=sequence)


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Say in errors which file they are about."""
    try:
        yield
    except InputError as error:
        if error.message.startswith(name):
            raise
        message = f"{name}: {error.message}"
        raise InputError(message, hint=error.hint) from error
