"""What is wrong with which row: rows with a fault are left out and named, the rest goes on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from chandlery.core.columns import Bools

MOST_NAMED = 20
"""Bad rows are all counted; this many of a file are also named."""
_MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that could not be taken: `line` counts from 1, `found` is the value as text."""

    file: str
    line: int
    column: str
    found: str
    reason: str

    @override
    def __str__(self) -> str:
        column = f"{self.column}: " if self.column else ""
        return f"{self.file}:{self.line}: {column}{self.reason}, found {self.found}"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """The first thing wrong with a row, by its position among the rows of a frame."""

    row: int
    field: str
    reason: str


class Faults:
    """The faults of one frame of rows. A row keeps the first that is marked."""

    __slots__ = ("_noted", "bad")

    def __init__(self, rows: int) -> None:
        self.bad: Bools = np.zeros(rows, dtype=np.bool_)
        self._noted: list[Fault] = []

    def mark(self, failed: Bools, field: str, reason: str) -> None:
        """Mark the rows that failed, those not marked before being new."""
        if not failed.any():
            return
        fresh = np.flatnonzero(failed & ~self.bad)
        self.bad[fresh] = True
        self._noted += [Fault(row, field, reason) for row in fresh[:MOST_NAMED].tolist()]

    def first(self) -> list[Fault]:
        """Return the first faults in the order of the rows, at most `MOST_NAMED`."""
        return sorted(self._noted)[:MOST_NAMED]

    def __len__(self) -> int:
        return int(np.count_nonzero(self.bad))


def shown(value: object) -> str:
    """Return a value for a message: text in quotes, shortened, with nothing unprintable."""
    if value is None:
        return "null"
    if isinstance(value, bytes):
        value = value.decode(errors="backslashreplace")
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 4]}...{text[0]}"
