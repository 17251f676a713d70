"""The closed bars of a hot series: columns with room to grow, and their text.

A body only grows at its end; anything else makes a new one. So whoever holds a body and two row
numbers holds bars that never change.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chandlery.core.candles import Candles
from chandlery.core.columns import Int64s
from chandlery.engine.live.texts import Texts
from chandlery.formats.bars_json import Form

ROOM = 64


class Body:
    """Closed bars, with the sequence number of each one's last change and last correction."""

    __slots__ = ("_changed", "_columns", "_corrected", "_texts", "count", "newest_change", "times")

    def __init__(self, candles: Candles, changed: Int64s, corrected: Int64s) -> None:
        self.count = len(candles)
        self._columns = candles.columns()
        # One by one they are read much faster from here than from a column.
        self.times = array("q", candles.t.tobytes())
        self._changed = changed
        self.newest_change = int(changed.max(initial=0))
        self._corrected = corrected
        self._texts: dict[Form, Texts] = {}

    @classmethod
    def of(cls, candles: Candles, sequence: int) -> Body:
        """Return a body whose bars are as they were at a sequence number."""
        count = len(candles)
        return cls(candles, np.full(count, sequence), np.zeros(count, dtype=np.int64))

    @property
    def nbytes(self) -> int:
        """The memory it takes."""
        columns = sum(column.nbytes for column in self._columns.values())
        own = columns + self._changed.nbytes + self._corrected.nbytes + 8 * len(self.times)
        return own + sum(texts.nbytes for texts in self._texts.values())

    @property
    def t(self) -> Int64s:
        """The bars' times."""
        times: Int64s = self._columns["t"][: self.count]
        return times

    @property
    def changed(self) -> Int64s:
        """The sequence number of each bar's last change."""
        return self._changed[: self.count]

    @property
    def corrected(self) -> Int64s:
        """The sequence number of each bar's last change after it had closed; 0 without any."""
        return self._corrected[: self.count]

    def row_of(self, t: int) -> int:
        """Return how many bars are before a time."""
        return bisect_left(self.times, t, 0, self.count)

    def candles(self, first: int, end: int) -> Candles:
        """Return the bars of [first, end)."""
        return Candles(**{name: column[first:end] for name, column in self._columns.items()})

    def take(self, rows: Int64s) -> Candles:
        """Return the bars of some rows."""
        return Candles(**{name: column[rows] for name, column in self._columns.items()})

    def text(self, form: Form, first: int, end: int, last: Sequence[bytes] | None) -> bytes:
        """Return the JSON of the bars of [first, end), and of one more whose texts are given."""
        texts = self._texts.get(form)
        if texts is None:
            texts = self._texts[form] = Texts(form, self.candles(0, self.count))
        return texts.joined(first, end, last)

    def append(self, bar: Candles, sequence: int) -> None:
        """Add one bar at the end."""
        if self.count == len(self._changed):
            self._grow()
        for name, column in bar.columns().items():
            self._columns[name][self.count] = column[0]
        self.times.append(int(bar.t[0]))
        self._changed[self.count] = sequence
        self.newest_change = max(self.newest_change, sequence)
        self._corrected[self.count] = 0
        self.count += 1
        numbers = bar.row(0) if self._texts else {}
        for texts in self._texts.values():
            texts.append(numbers)

    def spliced(
        self, first: int, end: int, bars: Candles, sequence: int, *, is_late: bool = True
    ) -> Body:
        """Return a body in which the rows of [first, end) are replaced.

        Bars that are the same as before keep their numbers; others are corrections if `is_late`.
        """
        low, high = self.candles(0, first), self.candles(end, self.count)
        changed = np.full(len(bars), sequence)
        corrected = np.full(len(bars), sequence if is_late else 0)
        self._keep_numbers(slice(first, end), bars, changed, corrected)
        changed = np.concatenate((self.changed[:first], changed, self.changed[end:]))
        corrected = np.concatenate((self.corrected[:first], corrected, self.corrected[end:]))
        body = Body(Candles.concat((low, bars, high)), changed, corrected)
        body._texts = {form: t.spliced(first, end, bars) for form, t in self._texts.items()}
        return body

    def before(self, older: Candles, sequence: int) -> Body:
        """Return a body with older bars in front, known since a sequence number."""
        front = Body.of(older, sequence)
        body = Body(
            Candles.concat((older, self.candles(0, self.count))),
            np.concatenate((front.changed, self.changed)),
            np.concatenate((front.corrected, self.corrected)),
        )
        body._texts = {form: t.spliced(0, 0, older) for form, t in self._texts.items()}
        return body

    def from_row(self, first: int) -> Body:
        """Return a body without the rows before one."""
        nothing = Candles.empty()
        body = Body(
            Candles.concat((nothing, self.candles(first, self.count))),
            self.changed[first:].copy(),
            self.corrected[first:].copy(),
        )
        body._columns = {name: column.copy() for name, column in body._columns.items()}
        body._texts = {form: t.spliced(0, first, nothing) for form, t in self._texts.items()}
        return body

    def _keep_numbers(self, rows: slice, bars: Candles, changed: Int64s, corrected: Int64s) -> None:
        """Give bars that are the same as before the numbers they had."""
        old = self.candles(rows.start, rows.stop)
        if not len(old):
            return
        row = np.searchsorted(old.t, bars.t)
        twin = np.minimum(row, len(old) - 1)
        same = row < len(old)
        for name, column in bars.columns().items():
            same &= _equal(old.columns()[name][twin], column)
        changed[same] = self.changed[rows][twin[same]]
        corrected[same] = self.corrected[rows][twin[same]]

    def _grow(self) -> None:
        """Make room at the end, in new columns: the old ones may be in somebody's hands."""
        more = max(ROOM, self.count // 4)
        self._columns = {name: _longer(column, more) for name, column in self._columns.items()}
        self._changed = _longer(self._changed, more)
        self._corrected = _longer(self._corrected, more)


def _longer(column: NDArray[Any], more: int) -> NDArray[Any]:
    return np.concatenate((column, np.zeros(more, dtype=column.dtype)))


def _equal(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.bool_]:
    same: NDArray[np.bool_] = (a == b) | ((a != a) & (b != b))
    return same
