"""Trades written to a file a batch at a time, in the format that its name says."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from chandlery.core.errors import UsageError
from chandlery.core.trades import Trades
from chandlery.formats.csv import trades_header, trades_rows
from chandlery.formats.parquet import ParquetWriter
from chandlery.formats.part_file import WholeOrNothing
from chandlery.formats.rows import Labels, Symbols, side_labels, symbol_labels
from chandlery.formats.text_file import TextFile

ENDINGS = (".csv", ".csv.gz", ".csv.zst", ".parquet")


class TradesFile(WholeOrNothing):
    """Collects batches of trades; the file appears whole when it is closed."""

    @abstractmethod
    def write(self, trades: Trades) -> None:
        """Add trades, in the order given."""


def trades_file(path: Path, symbols: Symbols) -> TradesFile:
    """Return a writer for the path. `symbol` is the first column where there are several."""
    shown = symbols if len(symbols) > 1 else None
    name = path.name.lower()
    if name.endswith(".parquet"):
        return _ParquetTrades(path, shown)
    if name.endswith(ENDINGS):
        return _CsvTrades(path, shown)
    message = f"{path.name} has an unknown ending (expected one of {', '.join(ENDINGS)})"
    raise UsageError(message)


class _CsvTrades(TradesFile):
    def __init__(self, path: Path, symbols: Symbols | None) -> None:
        self._symbols = symbols
        self._file = TextFile(path)
        self._file.write(trades_header(symbols))

    @override
    def write(self, trades: Trades) -> None:
        self._file.write(trades_rows(trades, self._symbols))

    @override
    def close(self) -> None:
        self._file.close()

    @override
    def abort(self) -> None:
        self._file.abort()


class _ParquetTrades(TradesFile):
    def __init__(self, path: Path, symbols: Symbols | None) -> None:
        self._symbols = symbols
        self._file = ParquetWriter(path)
        self.write(Trades.empty())

    @override
    def write(self, trades: Trades) -> None:
        self._file.write(_columns(trades, self._symbols))

    @override
    def close(self) -> None:
        self._file.close()

    @override
    def abort(self) -> None:
        self._file.abort()


def _columns(trades: Trades, symbols: Symbols | None) -> dict[str, NDArray[Any]]:
    columns: dict[str, NDArray[Any]] = {}
    if symbols is not None:
        columns["symbol"] = _texts(symbol_labels(trades.market, symbols))
    columns |= {"time": trades.time, "price": trades.price, "size": trades.size}
    return columns | {"side": _texts(side_labels(trades)), "id": trades.id}


def _texts(labels: Labels) -> NDArray[np.str_]:
    return np.array(labels.texts, dtype=np.str_)[labels.codes]
