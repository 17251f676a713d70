"""From frames of raw values to trades and bars, for one file with one layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from chandlery.core.candles import Candles
from chandlery.core.trades import Trades
from chandlery.sources.files.parse import checks, values
from chandlery.sources.files.parse.checks import Columns
from chandlery.sources.files.parse.faults import MOST_NAMED, BadRow, Faults, shown
from chandlery.sources.files.parse.frame import Frame, Parsed
from chandlery.sources.files.parse.layout import Layout
from chandlery.sources.files.parse.markets import Markets
from chandlery.sources.files.parse.times import TimeReader

_REQUIRED = ("o", "h", "l", "c", "v")
_OPTIONAL = {"q": np.nan, "n": 0.0, "bv": np.nan}


@dataclass(frozen=True, slots=True)
class Converter:
    """Makes trades or bars of one file's frames."""

    file: str
    layout: Layout
    times: TimeReader
    markets: Markets

    def convert(self, frame: Frame) -> Parsed:
        """Return the good rows of a frame, and the bad ones."""
        faults = Faults(len(frame.lines))
        raw, careful = frame.columns, frame.is_careful
        columns: Columns = {"time": self.times.of_values(raw["time"], faults, is_careful=careful)}
        if self.layout.kind == "bars":
            self._read_bars(raw, columns, faults, is_careful=careful)
        else:
            self._read_trades(raw, columns, faults, is_careful=careful)
        if "market" in raw:
            columns["market"] = self.markets.of_values(raw["market"], faults)
        else:
            columns["market"] = self.markets.all_one(len(frame.lines))
        return self._parsed(frame, columns, faults)

    def _read_trades(
        self, raw: dict[str, list[Any]], columns: Columns, faults: Faults, *, is_careful: bool
    ) -> None:
        for field in ("price", "size"):
            columns[field] = values.numbers(raw[field], field, faults, is_careful=is_careful)
        if "side" in raw:
            columns["side"] = values.sides(raw["side"], faults)
        elif "maker" in raw:
            columns["side"] = values.makers(raw["maker"], faults)
        if "id" in raw:
            columns["id"] = values.ids(raw["id"], faults, is_careful=is_careful)

    def _read_bars(
        self, raw: dict[str, list[Any]], columns: Columns, faults: Faults, *, is_careful: bool
    ) -> None:
        for field in _REQUIRED:
            if field in raw:
                columns[field] = values.numbers(raw[field], field, faults, is_careful=is_careful)
        for field, default in _OPTIONAL.items():
            if field in raw:
                columns[field] = values.numbers_or(default, raw[field], field, faults)

    def _parsed(self, frame: Frame, columns: Columns, faults: Faults) -> Parsed:
        trades, candles = Trades.empty(), Candles.empty()
        if self.layout.kind == "bars":
            candles = checks.candles(columns, faults)
        else:
            trades = checks.trades(columns, faults)
        bad = [
            BadRow(self.file, broken.line, broken.column, broken.found, broken.reason)
            for broken in frame.broken[:MOST_NAMED]
        ]
        for fault in faults.first():
            found = shown(frame.columns[fault.field][fault.row])
            name = self.layout.name_of(fault.field)
            bad.append(BadRow(self.file, int(frame.lines[fault.row]), name, found, fault.reason))
        bad.sort(key=lambda row: row.line)
        count = len(frame.broken) + len(faults)
        return Parsed(trades, candles, tuple(bad[:MOST_NAMED]), count)
