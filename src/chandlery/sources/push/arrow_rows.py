"""Trades as an Arrow IPC stream, whose columns are taken as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import numpy as np

from chandlery.core.columns import Bools, Floats, Int8s, Int32s, Int64s
from chandlery.core.errors import ChandleryError
from chandlery.sources.push import ipc, values
from chandlery.sources.push.builder import Asked, Builder
from chandlery.sources.push.csv_rows import NEEDED, check_names
from chandlery.sources.push.errors import BodyError, Fault
from chandlery.sources.push.faults import Faults, shown
from chandlery.sources.push.parsed import Parsed, Rows
from chandlery.sources.push.times import of_integers, times

PIECE_ROWS = 65_536
MOST_BATCHES = 1_000
"""Each is checked whole, with all that it refers to."""
_HINT = "the columns time, price, size; and symbol, side, id, sequence as far as there are any"


class MissingArrowError(ChandleryError):
    """Arrow is not installed."""


def read_arrow(body: bytes, asked: Asked) -> Parsed:
    """Return the trades of a body."""
    arrow = _arrow()
    builder, count = Builder(asked), 0
    try:
        for batch in _batches(arrow, body, builder):
            for first in range(0, batch.num_rows, PIECE_ROWS):
                piece = batch.slice(first, PIECE_ROWS)
                _Piece(arrow, piece, builder).add(count)
                count += piece.num_rows
    except (arrow.ArrowException, OSError, ValueError, IndexError) as error:
        message = f"the Arrow stream cannot be read: {str(error)[:200]}"
        raise BodyError(Fault.BAD_BODY, message, hint="is it an IPC stream, and whole?") from None
    return builder.done()


def _arrow() -> Any:
    try:
        import_module("pyarrow.ipc")
        return import_module("pyarrow")
    except ImportError:
        message = "Arrow needs pyarrow, which is not installed"
        hint = "run `pip install chandlery[arrow]` on the server, or send JSON lines or CSV"
        raise MissingArrowError(message, hint=hint) from None


def _batches(arrow: Any, body: bytes, builder: Builder) -> Iterator[Any]:
    """Yield the batches, once it is sure that they are small, whole and of known types."""
    count = batches = 0
    for message in arrow.ipc.MessageReader.open_stream(body):
        if ipc.is_compressed(message.metadata.to_pybytes()):
            told = "an Arrow stream without compression of its own expected"
            raise BodyError(
                Fault.BAD_BODY, told, hint="send it with Content-Encoding: zstd instead"
            )
    with arrow.ipc.open_stream(body) as reader:
        check_names(reader.schema.names, _HINT)
        for field in reader.schema:
            _check_type(arrow, field)
        for batch in reader:
            count += batch.num_rows
            builder.limit(count)
            batches += 1
            if batches > MOST_BATCHES:
                told = f"at most {MOST_BATCHES:,} batches expected, found more"
                raise BodyError(Fault.TOO_MANY_ROWS, told, hint="put more rows into each")
            batch.validate(full=True)
            yield batch


def _check_type(arrow: Any, field: Any) -> None:
    """Raise for types that no trade has, some of which unpack to far more than they take."""
    kinds, kind = arrow.types, field.type
    if kinds.is_dictionary(kind):
        kind = kind.value_type
        is_known = kinds.is_string(kind) or kinds.is_large_string(kind)
    else:
        is_known = any(is_kind(kind) for is_kind in _kinds(kinds))
    if not is_known:
        message = f"{field.name}: numbers, texts or timestamps expected, found {field.type}"
        raise BodyError(Fault.BAD_BODY, message[:200], hint=_HINT)


def _kinds(kinds: Any) -> tuple[Callable[[Any], bool], ...]:
    return (
        kinds.is_integer,
        kinds.is_floating,
        kinds.is_decimal,
        kinds.is_string,
        kinds.is_large_string,
        kinds.is_timestamp,
    )


class _Piece:
    """Some rows of a stream."""

    def __init__(self, arrow: Any, batch: Any, builder: Builder) -> None:
        self._arrow = arrow
        self._columns = dict(zip(batch.schema.names, batch.columns, strict=True))
        self._builder = builder
        self._rows: int = batch.num_rows
        self._faults = Faults(self._rows)

    def add(self, first: int) -> None:
        """Have the builder take the rows in; the first has this place in the body."""
        for name in NEEDED:
            for row in np.flatnonzero(self._nulls(name)).tolist():
                self._faults.mark(row, f"{name}: expected a value, found null")
        identity, is_named, is_number = self._ids()
        sequence, is_numbered = self._sequences()
        self._builder.add_rows(
            Rows(
                index=np.arange(first, first + self._rows),
                symbol=self._symbols(),
                time=self._times(),
                price=self._numbers("price"),
                size=self._numbers("size"),
                side=self._sides(),
                sequence=sequence,
                id=identity,
                is_named=is_named,
                is_ordered=is_number | is_numbered,
                is_numbered=is_numbered,
            ),
            self._faults,
        )

    def _nulls(self, name: str) -> Bools:
        found: Bools = self._columns[name].is_null().to_numpy(zero_copy_only=False)
        return found

    def _integers(self, name: str) -> Int64s | None:
        """Return a column of whole numbers of 63 bits, with 0 for null; None if it is none."""
        column = self._columns[name]
        kinds = self._arrow.types
        if kinds.is_uint64(column.type) or not kinds.is_integer(column.type):
            return None
        found = column.fill_null(0).to_numpy(zero_copy_only=False)
        return np.asarray(found, dtype=np.int64)

    def _list(self, name: str) -> list[Any]:
        column = self._columns.get(name)
        return [None] * self._rows if column is None else list(column.to_pylist())

    def _symbols(self) -> Int32s:
        column = self._columns.get("symbol")
        if column is None:
            return self._builder.symbols([None] * self._rows, self._faults)
        if not self._arrow.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        # Only the symbols that occur: every batch may refer to the same large dictionary.
        is_there = ~self._nulls("symbol")
        places = column.indices.fill_null(0).to_numpy(zero_copy_only=False)[is_there]
        used, codes = np.unique(places, return_inverse=True)
        names = [*self._names(column.dictionary, used), None]
        at = np.full(self._rows, len(names) - 1)
        at[is_there] = codes
        # The faults that count are those of rows.
        known = self._builder.symbols(names, Faults(len(names)))
        found: Int32s = known[at]
        for row in np.flatnonzero(found < 0).tolist():
            self._faults.mark(row, f"symbol: expected one, found {shown(names[at[row]])}")
        return found

    def _names(self, dictionary: Any, used: Int64s) -> list[Any]:
        """Return the texts of some places of a dictionary."""
        if not len(dictionary):
            return [None] * len(used)
        return list(dictionary.take(self._arrow.array(used)).to_pylist())

    def _times(self) -> Int64s:
        kind = self._columns["time"].type
        if self._arrow.types.is_timestamp(kind):
            whole = self._columns["time"].cast(self._arrow.int64()).fill_null(0)
            return of_integers(whole.to_numpy(zero_copy_only=False), kind.unit, self._faults)
        whole = self._integers("time")
        if whole is not None:
            return of_integers(whole, self._builder.asked.unit, self._faults)
        return times(self._list("time"), self._builder.asked.unit, self._faults)

    def _numbers(self, name: str) -> Floats:
        column = self._columns[name]
        if not self._arrow.types.is_floating(column.type):
            found = [_plain(value) for value in self._list(name)]
            return values.numbers(found, name, self._faults)
        column = column.cast(self._arrow.float64()).fill_null(np.nan)
        floats: Floats = column.to_numpy(zero_copy_only=False)
        for row in np.flatnonzero(~((floats > 0) & (floats < np.inf))).tolist():
            found_text = f"found {floats[row]!s}"
            self._faults.mark(row, f"{name}: expected a positive number, {found_text}")
        return floats

    def _sides(self) -> Int8s:
        if "side" not in self._columns:
            return np.zeros(self._rows, dtype=np.int8)
        whole = self._integers("side")
        if whole is not None and np.all(np.abs(whole) <= 1):
            return whole.astype(np.int8)
        return values.sides(self._list("side"), self._faults)

    def _ids(self) -> tuple[Int64s, Bools, Bools]:
        if "id" in self._columns and (whole := self._integers("id")) is not None:
            is_there = ~self._nulls("id")
            return whole, is_there, is_there
        return values.ids(self._list("id"), self._faults)

    def _sequences(self) -> tuple[Int64s, Bools]:
        if "sequence" in self._columns and (whole := self._integers("sequence")) is not None:
            return whole, ~self._nulls("sequence")
        return values.sequences(self._list("sequence"), self._faults)


def _plain(value: Any) -> Any:
    """Return a decimal as text; anything else as it is."""
    return value if isinstance(value, int | float | str | None) else str(value)
