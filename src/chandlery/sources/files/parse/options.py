"""How a file is to be read, as its user says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from chandlery.core.errors import UsageError
from chandlery.core.resolution import Resolution
from chandlery.sources.files.parse.times import UNITS

_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions:
    """How to read files: whatever is left out is told from the file.

    With `interval` the rows are bars, without it trades (unless the columns say otherwise).
    `columns` maps our fields to the file's column names or numbers, counted from 1.
    """

    market: str | None = None
    interval: Resolution | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    time_unit: str | None = None
    delimiter: str | None = None
    strict: bool = False
    chunk_rows: int = 500_000

    def __post_init__(self) -> None:
        if self.time_unit is not None and self.time_unit not in UNITS:
            message = f"unknown time unit {self.time_unit!r}"
            raise UsageError(message, hint=f"expected one of {', '.join(UNITS)}")
        if self.delimiter is not None:
            delimiter = _DELIMITERS.get(self.delimiter.lower(), self.delimiter)
            if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n':
                message = f"the delimiter must be one character, found {self.delimiter!r}"
                raise UsageError(message, hint="such as ',' or 'tab'")
            object.__setattr__(self, "delimiter", delimiter)
        if self.chunk_rows < 1:
            message = f"chunk_rows must be at least 1, found {self.chunk_rows}"
            raise UsageError(message)

    def with_defaults(self, market: str | None, interval: Resolution | None) -> FileOptions:
        """Return the options with what a file's name says where the user said nothing."""
        return replace(self, market=self.market or market, interval=self.interval or interval)
