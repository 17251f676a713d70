"""Reading a small file whole, and the recordings, for the tests of the file source."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from chandlery.core.candles import Candles
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.sources.files import BadRow, Chunk, FileOptions, inputs, read

# A first example may build tables and import code: how long it takes proves nothing.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

START_S = 1_704_067_200
"""2024-01-01."""
ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Whole:
    """All that a file gave."""

    chunks: Sequence[Chunk]
    symbols: dict[str, int]

    @property
    def trades(self) -> Trades:
        return Trades.concat(chunk.trades for chunk in self.chunks)

    @property
    def candles(self) -> Candles:
        return Candles.concat(chunk.bars.candles for chunk in self.chunks if chunk.bars)

    @property
    def interval(self) -> str:
        return "/".join({str(chunk.bars.resolution) for chunk in self.chunks if chunk.bars})

    @property
    def bad(self) -> list[BadRow]:
        return [row for chunk in self.chunks for row in chunk.bad]

    @property
    def bad_count(self) -> int:
        return sum(chunk.bad_count for chunk in self.chunks)

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """The trades as (time, price, size, side, id)."""
        trades = self.trades
        columns = (trades.time, trades.price, trades.size, trades.side, trades.id)
        return list(zip(*(column.tolist() for column in columns), strict=True))


class Symbols(dict[str, int]):
    """Numbers symbols from 1 in the order they are asked for."""

    def number(self, symbol: str) -> int:
        return self.setdefault(symbol, len(self) + 1)


def options(**given: Any) -> FileOptions:
    if isinstance(given.get("interval"), str):
        given["interval"] = Resolution.parse(given["interval"])
    return FileOptions(**{"market": "TEST", **given})


def read_path(path: Path, **given: Any) -> Whole:
    symbols = Symbols()
    (item,) = inputs([str(path)])
    return Whole(list(read(item, options(**given), symbols.number)), symbols)


def read_text(folder: Path, text: str | bytes, name: str = "trades.csv", **given: Any) -> Whole:
    return read_path(written(folder, text, name), **given)


def written(folder: Path, text: str | bytes, name: str = "trades.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def recording(name: str) -> Path:
    """Return a recording's path, skipping the test where it is missing."""
    folder = Path(os.environ.get("CHANDLERY_TEST_DATA") or ROOT.parent / "shared" / "data")
    path = folder / name
    if not path.exists():
        pytest.skip(f"no recording at {path}: name the folder in CHANDLERY_TEST_DATA")
    return path
