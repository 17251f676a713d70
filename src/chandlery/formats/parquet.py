"""Columns as a Parquet file, written by DuckDB and compressed with zstd."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from chandlery.core.errors import ChandleryError, UsageError
from chandlery.formats.part_file import PartFile, WholeOrNothing

Columns = Mapping[str, NDArray[Any]]

MEMORY_LIMIT = "512MB"
"""What DuckDB may hold while it collects rows; the rest waits in its file."""

_TYPES = {
    "b1": "boolean",
    "i1": "tinyint",
    "i2": "smallint",
    "i4": "integer",
    "i8": "bigint",
    "f4": "float",
    "f8": "double",
}


def write_parquet(path: Path, columns: Columns) -> None:
    """Write columns of one length to a file, which appears whole or not at all."""
    with ParquetWriter(path) as writer:
        writer.write(columns)


class ParquetWriter(WholeOrNothing):
    """Writes any number of rows with bounded memory, in the order given. NaN becomes NULL.

    The rows are collected in a temporary database beside the target, as Parquet is written from
    the whole. The target appears at `close`; leaving the `with` block by an error removes all.
    """

    def __init__(self, path: Path) -> None:
        self._part = PartFile(path)
        self._rows = path.with_name(f".{path.name}.rows")
        self._types: dict[str, str] = {}
        self._remove()
        with self._explained():
            self._connection = duckdb.connect(self._rows, config={"memory_limit": MEMORY_LIMIT})

    def write(self, columns: Columns) -> None:
        """Add rows. The first call sets the columns, and every other has the same ones."""
        if not columns:
            message = f"columns expected for {self._part.target}, found none"
            raise UsageError(message)
        types = {name: _type(name, column) for name, column in columns.items()}
        with self._explained():
            if not self._types:
                self._create(types)
            if types != self._types:
                message = f"columns {self._types} expected, found {types}"
                raise UsageError(message)
            batch = {name: np.ascontiguousarray(column) for name, column in columns.items()}
            if len({len(column) for column in batch.values()}) > 1:
                message = f"columns of one length expected for {self._part.target}"
                raise UsageError(message)
            self._connection.register("batch", batch)
            self._connection.execute("insert into collected by name select * from batch")
            self._connection.unregister("batch")

    @override
    def close(self) -> None:
        """Write the file and put it in its place. A file without columns cannot be."""
        if not self._types:
            self.abort()
            message = f"nothing was written to {self._part.target}, not even empty columns"
            raise UsageError(message)
        with self._explained():
            path = str(self._part.path).replace("'", "''")
            self._connection.execute(f"copy collected to '{path}' (format parquet, codec zstd)")
            self._connection.close()
            self._part.finish()
        self._remove()

    @override
    def abort(self) -> None:
        """Remove all that was written; the target stays as it was."""
        self._connection.close()
        self._remove()

    def _create(self, types: dict[str, str]) -> None:
        quoted = {name.replace('"', '""'): kind for name, kind in types.items()}
        listed = ", ".join(f'"{name}" {kind}' for name, kind in quoted.items())
        self._connection.execute(f"create table collected ({listed})")
        self._types = types

    def _remove(self) -> None:
        self._part.drop()
        self._rows.unlink(missing_ok=True)
        self._rows.with_name(f"{self._rows.name}.wal").unlink(missing_ok=True)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (duckdb.Error, OSError) as error:
            message = f"{self._part.target} could not be written: {error}"
            hint = "look whether the disk has room and the folder may be written to"
            raise ChandleryError(message, hint=hint) from error


def _type(name: str, column: NDArray[Any]) -> str:
    if column.dtype.kind in "UO":
        return "varchar"
    kind = _TYPES.get(column.dtype.str[1:])
    if kind is None:
        message = f"column {name} has the type {column.dtype}, expected numbers or text"
        raise UsageError(message)
    return kind
