"""From pieces of raw rows to what a body holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from chandlery.core.columns import Int32s
from chandlery.sources.push.errors import BodyError, Fault
from chandlery.sources.push.faults import Faults, shown
from chandlery.sources.push.parsed import Parsed, Raw, Rows
from chandlery.sources.push.times import times
from chandlery.sources.push.values import ids, numbers, sequences, sides


@dataclass(frozen=True, slots=True)
class Asked:
    """What the request says of its body: defaults, and how many rows it may hold."""

    symbol: str = ""
    """Of rows that name none."""
    unit: str | None = None
    """Of times that are numbers; None: told from each number."""
    most_rows: int = 250_000


class Builder:
    """Collects the rows of one body."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self._codes: dict[Any, int] = {}
        self._symbols: list[str] = []
        self._pieces: list[Rows] = []
        self._rejected: dict[int, str] = {}

    def limit(self, rows: int) -> None:
        """Raise if a body of so many rows is refused."""
        most = self.asked.most_rows
        if rows > most:
            message = f"at most {most:,} rows expected, found more"
            raise BodyError(Fault.TOO_MANY_ROWS, message, hint="send them in several requests")

    def reject(self, index: int, reason: str) -> None:
        """Note that a row could not even be taken apart."""
        self._rejected.setdefault(index, reason)

    def add(self, raw: Raw) -> None:
        """Take in rows of raw values."""
        if not len(raw):
            return
        faults = Faults(len(raw))
        identity, is_named, is_number = ids(raw.id, faults)
        sequence, is_numbered = sequences(raw.sequence, faults)
        self.add_rows(
            Rows(
                index=np.array(raw.index, dtype=np.int64),
                symbol=self.symbols(raw.symbol, faults),
                time=times(raw.time, self.asked.unit, faults),
                price=numbers(raw.price, "price", faults),
                size=numbers(raw.size, "size", faults),
                side=sides(raw.side, faults),
                sequence=sequence,
                id=identity,
                is_named=is_named,
                is_ordered=is_number | is_numbered,
                is_numbered=is_numbered,
            ),
            faults,
        )

    def add_rows(self, rows: Rows, faults: Faults) -> None:
        """Take in columns, but for the rows that are bad."""
        if faults.reasons:
            places = rows.index.tolist()
            for row, reason in faults.reasons.items():
                self.reject(places[row], reason)
            rows = rows.take(~faults.bad)
        self._pieces.append(rows)

    def symbols(self, values: list[Any], faults: Faults) -> Int32s:
        """Return the code of each symbol, marking rows without one."""
        for value in dict.fromkeys(values):
            if value not in self._codes:
                self._codes[value] = self._code(value)
        found = np.fromiter(map(self._codes.__getitem__, values), np.int32, len(values))
        for row in np.flatnonzero(found < 0).tolist():
            faults.mark(row, f"symbol: expected one, found {shown(values[row])}")
        return found

    def _code(self, value: Any) -> int:
        text = (value.strip() if isinstance(value, str) else "") or self.asked.symbol
        if not text:
            return -1
        self._symbols.append(text)
        return len(self._symbols) - 1

    def done(self) -> Parsed:
        """Return all that was collected."""
        return Parsed(Rows.concat(self._pieces), tuple(self._symbols), self._rejected)
