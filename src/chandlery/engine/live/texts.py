"""The JSON text of closed bars, rendered once and sliced for ever after."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from chandlery.core.candles import Candles
from chandlery.formats.bars_json import ROW_FORMS, UDF, Form, number_text
from chandlery.formats.numbers import joined

Buffer: TypeAlias = bytes | memoryview

HEADS: dict[Form, tuple[bytes, ...]] = {
    "udf": (b'{"s":"ok","t":[', *(b'],"%s":[' % name.encode() for name in UDF[1:])),
    "rows": (b"[",),
    "lightweight": (b"[",),
}
"""What stands before each column, or before the rows."""
COMMA = ord(",")
ENDS: dict[Form, bytes] = {"udf": b"]}", "rows": b"]", "lightweight": b"]"}


class Pieces:
    """Many short texts in one buffer, each with a comma behind it. Only grows: see `spliced`."""

    __slots__ = ("_buffer", "_offsets")

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self._buffer = bytearray()
        self._offsets = array("q", (0,))
        if texts:
            self._offsets.extend(accumulate(len(text) + 1 for text in texts))
            self._buffer += ",".join(texts).encode() + b","

    @classmethod
    def of_numbers(cls, column: NDArray[Any]) -> Pieces:
        """Return the texts of numbers."""
        pieces = cls()
        if len(column):
            pieces._buffer += joined(column) + b","
            ends = np.flatnonzero(np.frombuffer(pieces._buffer, dtype=np.uint8) == COMMA) + 1
            pieces._offsets.frombytes(ends.astype(np.int64).tobytes())
        return pieces

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @property
    def nbytes(self) -> int:
        """The memory it takes."""
        return len(self._buffer) + 8 * len(self._offsets)

    def append(self, text: bytes) -> None:
        """Add a text at the end."""
        self._buffer += text + b","
        self._offsets.append(len(self._buffer))

    def between(self, first: int, end: int, last: bytes | None) -> Iterator[Buffer]:
        """Yield the texts of [first, end) and one more, with commas between."""
        start, stop = self._offsets[first], self._offsets[end]
        if last is not None:
            yield memoryview(self._buffer)[start:stop]
            yield last
        elif stop > start:
            yield memoryview(self._buffer)[start : stop - 1]

    def spliced(self, first: int, end: int, between: Pieces) -> Pieces:
        """Return a copy in which the texts of [first, end) are replaced."""
        copy = Pieces()
        low, high = self._offsets[first], self._offsets[end]
        copy._buffer = self._buffer[:low] + between._buffer + self._buffer[high:]
        moved = np.frombuffer(self._offsets[end + 1 :], dtype=np.int64)
        copy._offsets = self._offsets[:first]
        copy._offsets.extend(low + offset for offset in between._offsets)
        copy._offsets.frombytes((moved + (low + len(between._buffer) - high)).tobytes())
        return copy


class Texts:
    """Closed bars in one form: the pieces of each column, or of whole rows."""

    def __init__(self, form: Form, candles: Candles) -> None:
        self._form = form
        self._columns = _columns(form, candles)

    @property
    def nbytes(self) -> int:
        """The memory it takes."""
        return sum(column.nbytes for column in self._columns)

    def append(self, bar: Mapping[str, float]) -> None:
        """Add a bar at the end, whose numbers are given."""
        for column, text in zip(self._columns, one_bar(self._form, bar), strict=True):
            column.append(text)

    def spliced(self, first: int, end: int, candles: Candles) -> Texts:
        """Return a copy in which the bars of [first, end) are replaced."""
        copy = Texts(self._form, Candles.empty())
        pairs = zip(self._columns, _columns(self._form, candles), strict=True)
        copy._columns = [column.spliced(first, end, between) for column, between in pairs]
        return copy

    def joined(self, first: int, end: int, last: Sequence[bytes] | None) -> bytes:
        """Return the JSON of the bars [first, end), and of one more whose texts are given."""
        parts: list[Buffer] = []
        for row, (column, head) in enumerate(zip(self._columns, HEADS[self._form], strict=True)):
            parts.append(head)
            parts += column.between(first, end, None if last is None else last[row])
        parts.append(ENDS[self._form])
        return b"".join(parts)


def one_bar(form: Form, bar: Mapping[str, float]) -> list[bytes]:
    """Return the texts of a single bar, whose numbers are given."""
    if form == "udf":
        return [number_text(bar[name]).encode() for name in UDF]
    return [ROW_FORMS[form].one(bar).encode()]


def _columns(form: Form, candles: Candles) -> list[Pieces]:
    """Return the texts of each column, or of the rows."""
    if form == "udf":
        return [Pieces.of_numbers(getattr(candles, name)) for name in UDF]
    return [Pieces(ROW_FORMS[form].rows(candles))]
