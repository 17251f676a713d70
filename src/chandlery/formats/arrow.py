"""Columns as Arrow streams and Parquet in memory, with pyarrow where that is installed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from chandlery.core.candles import Candles
from chandlery.core.errors import ChandleryError
from chandlery.formats.rows import candle_columns

BATCH_ROWS = 65_536


class MissingExtraError(ChandleryError):
    """A part of the program that is installed only on demand is not there."""


def candles_arrow(candles: Candles, metadata: Mapping[str, str]) -> bytes:
    """Return candles as an Arrow IPC stream; what is not known is null."""
    arrow, ipc = _module("pyarrow"), _module("pyarrow.ipc")
    table = _table(arrow, candles, metadata)
    sink = arrow.BufferOutputStream()
    with ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=BATCH_ROWS)
    return _bytes(sink)


def candles_parquet(candles: Candles, metadata: Mapping[str, str]) -> bytes:
    """Return candles as a Parquet file compressed with zstd; what is not known is null."""
    arrow, parquet = _module("pyarrow"), _module("pyarrow.parquet")
    sink = arrow.BufferOutputStream()
    parquet.write_table(_table(arrow, candles, metadata), sink, compression="zstd")
    return _bytes(sink)


def _table(arrow: Any, candles: Candles, metadata: Mapping[str, str]) -> Any:
    columns = candle_columns(candles)
    arrays = {name: arrow.array(column, from_pandas=True) for name, column in columns.items()}
    return arrow.table(arrays).replace_schema_metadata(dict(metadata))


def _bytes(sink: Any) -> bytes:
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        message = "Arrow and Parquet need pyarrow, which is not installed"
        hint = "run `pip install chandlery[arrow]`, or ask for csv or json"
        raise MissingExtraError(message, hint=hint) from None
