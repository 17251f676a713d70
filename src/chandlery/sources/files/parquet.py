"""Parquet files through an in-memory database, in ranges of rows: nothing is held whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from chandlery.core.candles import Candles
from chandlery.core.columns import Bools, Int32s, Int64s
from chandlery.core.errors import InputError
from chandlery.core.trades import Trades
from chandlery.sources.files.inputs import Input
from chandlery.sources.files.parquet_types import (
    MARKET_TYPE,
    NO_SIDE,
    Expression,
    expression,
    quoted,
)
from chandlery.sources.files.parse import binance, checks, layout, values
from chandlery.sources.files.parse.checks import Columns
from chandlery.sources.files.parse.faults import BadRow, Fault, Faults, shown
from chandlery.sources.files.parse.frame import Parsed
from chandlery.sources.files.parse.layout import Layout
from chandlery.sources.files.parse.markets import Markets
from chandlery.sources.files.parse.options import FileOptions
from chandlery.sources.files.parse.times import TimeReader
from chandlery.sources.files.table import Table

_ROWS = "read_parquet(?, file_row_number=true)"
_MOST_ROWS = 1_000_000
_OPTIONAL = ("q", "n", "bv")
_LARGEST_FLOAT = 9.2e18


@dataclass(frozen=True, slots=True)
class _File:
    """An open Parquet file: rows come in the file's order, `pattern` is its escaped path."""

    name: str
    pattern: str
    database: duckdb.DuckDBPyConnection

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query, whose first parameter is the file."""
        with self._faults():
            return self.database.execute(sql, [self.pattern, *parameters]).fetchall()

    def arrays(self, sql: str, *parameters: object) -> dict[str, NDArray[Any]]:
        """Return the columns of a query, whose first parameter is the file."""
        with self._faults():
            return self.database.execute(sql, [self.pattern, *parameters]).fetchnumpy()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Turn the database's errors into ours."""
        try:
            yield
        except duckdb.Error as error:
            message = f"{self.name}: the Parquet file cannot be read ({_first_line(error)})"
            raise InputError(message, hint="is it complete? fetch or make it again") from error


@contextmanager
def opened(item: Input, path: Path) -> Iterator[_File]:
    """Open a Parquet file."""
    with closing(duckdb.connect(":memory:")) as database:
        yield _File(item.name, _escaped(path), database)


def table(file: _File, options: FileOptions, number_of: Callable[[str], int]) -> Table:
    """Tell what the columns hold and return the rows, to be read as they are taken."""
    described = file.rows(f"DESCRIBE SELECT * FROM {_ROWS}")  # noqa: S608 - no text of a user
    types = {row[0]: row[1] for row in described if row[0] != "file_row_number"}
    market, interval = binance.named(Path(file.name).name)
    options = options.with_defaults(market, interval)
    found = layout.of_names(list(types), options)
    interval = options.interval if found.kind == "bars" else None
    reader = _reader(file, found, types, (options, number_of))
    progress = _Progress(Path(file.name).stat().st_size)
    return Table(found, interval, _parts(reader, options, progress), progress.position)


@dataclass(slots=True)
class _Progress:
    """How far a file has been read, as a share of its size."""

    size: int
    share: float = 0.0

    def position(self) -> int:
        return int(self.size * self.share)


def _parts(reader: _Reader, options: FileOptions, progress: _Progress) -> Iterator[Parsed]:
    rows, step = _ranges(reader.file, min(options.chunk_rows, _MOST_ROWS))
    for start in range(0, rows, step):
        end = min(start + step, rows)
        progress.share = end / rows
        yield reader.read(start, end)


def _reader(
    file: _File,
    found: Layout,
    types: dict[str, str],
    settings: tuple[FileOptions, Callable[[str], int]],
) -> _Reader:
    options, number_of = settings
    expressions = {
        field: expression(field, found.names[column], types[found.names[column]])
        for field, column in found.fields.items()
        if field != "maker" or "side" not in found.fields
    }
    markets = Markets(number_of, options.market)
    numbers = _market_numbers(file, found, markets)
    if options.market is not None:
        expressions.pop("market", None)
    times = TimeReader(options.time_unit, is_bars=found.kind == "bars")
    return _Reader(file, found, expressions, times, (markets, numbers))


def _ranges(file: _File, most: int) -> tuple[int, int]:
    """Return the number of rows, and how many to read at a time: whole row groups if they fit."""
    ((rows,),) = file.rows("SELECT num_rows FROM parquet_file_metadata(?)")
    ((largest,),) = file.rows("SELECT max(row_group_num_rows) FROM parquet_metadata(?)")
    group = largest or most + 1
    return rows, most // group * group if group <= most else most


def _market_numbers(file: _File, found: Layout, markets: Markets) -> Int32s:
    """Return the store's number of each symbol in the file, by the code the database gives it."""
    if "market" not in found.fields:
        return np.empty(0, dtype=np.int32)
    column = quoted(found.name_of("market"))
    distinct = f"SELECT DISTINCT {column}::VARCHAR AS s FROM {_ROWS} WHERE s IS NOT NULL"  # noqa: S608 - the name is quoted
    symbols = [row[0] for row in file.rows(distinct)]
    if not symbols:
        return np.empty(0, dtype=np.int32)
    listed = ", ".join("'" + symbol.replace("'", "''") + "'" for symbol in symbols)
    file.database.execute(f"CREATE TYPE {MARKET_TYPE} AS ENUM ({listed})")
    return markets.of_values(symbols, Faults(len(symbols)))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads ranges of rows with one layout."""

    file: _File
    layout: Layout
    expressions: dict[str, Expression]
    times: TimeReader
    known: tuple[Markets, Int32s]

    def read(self, start: int, end: int) -> Parsed:
        """Return the rows of [start, end)."""
        picked = ", ".join(f"{each.sql} AS {field}_" for field, each in self.expressions.items())
        sql = f"SELECT {picked} FROM {_ROWS} WHERE file_row_number >= ? AND file_row_number < ?"  # noqa: S608 - names are quoted
        found = self.file.arrays(sql, start, end)
        faults = Faults(end - start)
        columns: Columns = {}
        for field, each in self.expressions.items():
            column = np.ma.getdata(found[f"{field}_"])
            missing = np.ma.getmaskarray(found[f"{field}_"])
            columns["side" if field == "maker" else field] = self._typed(
                field, each.form, (column, missing), faults
            )
        markets, _ = self.known
        columns.setdefault("market", markets.all_one(end - start))
        trades, candles = Trades.empty(), Candles.empty()
        if self.layout.kind == "bars":
            candles = checks.candles(columns, faults)
        else:
            trades = checks.trades(columns, faults)
        return Parsed(trades, candles, self._bad(faults, start), len(faults))

    def _typed(
        self, field: str, form: str, found: tuple[NDArray[Any], Bools], faults: Faults
    ) -> NDArray[Any]:
        column, missing = found
        if field in _OPTIONAL:
            return np.where(missing, np.nan, column)
        if missing.any():
            reason = "expected a number" if form == "number" else "expected a value"
            faults.mark(missing, field, reason)
        if field == "time":
            return self._time(form, column, faults)
        if form == "text":
            return values.ids(column.tolist(), faults)
        if form == "side":
            faults.mark(column == NO_SIDE, field, "expected buy or sell")
        if form == "market":
            return self._markets(column, missing, faults)
        return column

    def _time(self, form: str, column: NDArray[Any], faults: Faults) -> Int64s:
        if form == "integer":
            return self.times.of_numbers(column, None, faults)
        if form == "moment":
            return self.times.of_moments(column, faults)
        if form == "text":
            return self.times.of_values(column.tolist(), faults, is_careful=True)
        usable = np.isfinite(column) & (np.abs(column) < _LARGEST_FLOAT)
        faults.mark(~usable, "time", "expected a time")
        column = np.where(usable, column, 0.0)
        whole = np.floor(column)
        millionths = np.rint((column - whole) * 1e6)
        return self.times.of_numbers(whole.astype(np.int64), millionths.astype(np.int64), faults)

    def _markets(self, codes: NDArray[Any], missing: Bools, faults: Faults) -> Int32s:
        _, numbers = self.known
        if not len(numbers):
            return np.full(len(codes), -1, dtype=np.int32)
        result = numbers[np.where(missing, 0, codes)]
        faults.mark(result < 0, "market", "expected a symbol")
        return result

    def _bad(self, faults: Faults, start: int) -> tuple[BadRow, ...]:
        return tuple(self._bad_row(fault, start) for fault in faults.first())

    def _bad_row(self, fault: Fault, start: int) -> BadRow:
        """Look the value up again: only the few rows that are named need their values as text."""
        name = self.layout.name_of(fault.field)
        row = start + fault.row
        sql = f"SELECT {quoted(name)}::VARCHAR FROM {_ROWS} WHERE file_row_number = ?"  # noqa: S608 - the name is quoted
        ((found,),) = self.file.rows(sql, row)
        return BadRow(self.file.name, row + 1, name, shown(found), fault.reason)


def _escaped(path: Path) -> str:
    """Return a path in which the database sees no pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
