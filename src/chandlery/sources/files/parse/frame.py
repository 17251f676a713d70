"""What the readers of text hand over: raw values in columns, one list a field."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chandlery.core.candles import Candles
from chandlery.core.columns import Int64s
from chandlery.core.trades import Trades
from chandlery.sources.files.parse.faults import BadRow


@dataclass(frozen=True, slots=True)
class Broken:
    """A row whose fields could not even be told apart."""

    line: int
    column: str
    found: str
    reason: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows in columns. `lines` holds each row's number in the file, counted from 1.

    `is_careful` says that values hold characters which Python's number parsers let pass.
    """

    lines: Int64s
    columns: dict[str, list[Any]]
    broken: list[Broken] = field(default_factory=list)
    is_careful: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    """The good rows of a frame, and the bad ones: named up to a limit, all counted."""

    trades: Trades
    candles: Candles
    bad: tuple[BadRow, ...]
    bad_count: int

    def __len__(self) -> int:
        return len(self.trades) + len(self.candles) + self.bad_count
