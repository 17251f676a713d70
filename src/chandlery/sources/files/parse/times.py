"""Times of any spelling as exact microseconds: whole numbers never pass through a float.

The unit of numbers is told from their magnitude, which keeps seconds, ms, us and ns of the
years 1971 to 2603 apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np

from chandlery.core.columns import Bools, Int64s
from chandlery.core.moments import is_moderate, micros_of_iso
from chandlery.core.trades import EARLIEST_US
from chandlery.sources.files.parse.faults import Faults

UNITS = ("s", "ms", "us", "ns")
LATEST_US = 4_102_444_800_000_000
"""2100-01-01: a generous end; the engine knows the clock."""
EARLIEST_BAR_US = -2_208_988_800_000_000
"""1900-01-01: daily bars of indices reach far back."""

_EARLIEST_NUMBER_US = 31_536_000_000_000
_BORDERS = np.array([2 * 10**10, 2 * 10**13, 2 * 10**16], dtype=np.int64)
_LENGTH_US = {"s": 1_000_000, "ms": 1000, "us": 1}
_SAMPLE = 10_000
_ISO = re.compile(rb"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?)?")
_NOT_A_TIME = "expected a time (seconds, ms, us or ns since 1970, or ISO 8601)"
_MISSING = np.iinfo(np.int64).min


class TimeReader:
    """Reads the times of one file, whose numbers share a unit that its first rows decide.

    With `by_row` the unit is told for each row: some archives changed it on the way.
    """

    def __init__(self, unit: str | None, *, by_row: bool = False, is_bars: bool = False) -> None:
        self._unit = unit
        self._is_told = unit is not None
        self._by_row = by_row and unit is None
        self._earliest = EARLIEST_BAR_US if is_bars else EARLIEST_US + 1
        self._name = "1900" if is_bars else "2009"

    def of_values(self, values: list[Any], faults: Faults, *, is_careful: bool = False) -> Int64s:
        """Return the microseconds of raw values, marking those that are no time."""
        texts = _as_bytes(values)
        careful = is_careful and any(b"_" in text for text in texts)
        if not careful:
            integers = _integers(texts)
            if integers is not None:
                return self.of_numbers(integers, None, faults)
            decimals = _decimals(texts)
            if decimals is not None:
                return self.of_numbers(*decimals, faults)
            moments = _iso(texts)
            if moments is not None:
                return self.of_moments(moments, faults)
        return self._one_by_one(texts, faults)

    def of_numbers(self, whole: Int64s, millionths: Int64s | None, faults: Faults) -> Int64s:
        """Return the microseconds of numbers in the file's unit plus millionths of that unit."""
        if self._by_row:
            return self._of_mixed(whole, millionths, faults)
        unit = self._unit or self._decide(whole)
        wrong = self._outside(whole, unit)
        if not self._is_told:
            wrong |= _units(whole) != UNITS.index(unit)
        if wrong.any():
            reason = f"expected a time between {self._name} and 2100 in {unit}"
            faults.mark(wrong, "time", reason)
            whole = np.where(wrong, 0, whole)
        return _to_us(whole, millionths, unit)

    def of_moments(self, moments: Int64s, faults: Faults) -> Int64s:
        """Return microseconds as they are, marking those that cannot be."""
        faults.mark(moments == _MISSING, "time", _NOT_A_TIME)
        wrong = (moments < self._earliest) | (moments >= LATEST_US)
        faults.mark(wrong, "time", f"expected a time between {self._name} and 2100")
        return moments

    def _decide(self, whole: Int64s) -> str:
        """Return the unit of most of the first plausible numbers, and keep to it."""
        sample = whole[:_SAMPLE]
        units = _units(sample)
        votes = [
            np.count_nonzero((units == code) & ~self._outside(sample, unit))
            for code, unit in enumerate(UNITS)
        ]
        unit = UNITS[int(np.argmax(votes))]
        if any(votes):
            self._unit = unit
        return unit

    def _outside(self, whole: Int64s, unit: str) -> Bools:
        earliest = self._earliest if self._is_told else max(self._earliest, _EARLIEST_NUMBER_US)
        if unit == "ns":
            return (whole < earliest * 1000) | (whole >= LATEST_US * 1000)
        length_us = _LENGTH_US[unit]
        return (whole < -(-earliest // length_us)) | (whole >= LATEST_US // length_us)

    def _of_mixed(self, whole: Int64s, millionths: Int64s | None, faults: Faults) -> Int64s:
        codes = _units(whole)
        result = np.zeros(len(whole), dtype=np.int64)
        wrong = np.zeros(len(whole), dtype=np.bool_)
        for code, unit in enumerate(UNITS):
            rows = np.flatnonzero(codes == code)
            if not len(rows):
                continue
            outside = self._outside(whole[rows], unit)
            wrong[rows[outside]] = True
            rows = rows[~outside]
            parts = None if millionths is None else millionths[rows]
            result[rows] = _to_us(whole[rows], parts, unit)
        faults.mark(wrong, "time", f"expected a time between {self._name} and 2100")
        return result

    def _one_by_one(self, texts: list[bytes], faults: Faults) -> Int64s:
        """Read values that are not all of one form: each its own way."""
        numbers = [_number(text) for text in texts]
        is_number = np.array([number is not None for number in numbers], dtype=np.bool_)
        moments = [
            0 if number is not None else _moment(text)
            for number, text in zip(numbers, texts, strict=True)
        ]
        result = np.array(moments, dtype=np.int64)
        rows = np.flatnonzero(~is_number)
        part = Faults(len(rows))
        self.of_moments(result[rows], part)
        _merge(part, rows, faults)
        found = [number for number in numbers if number is not None]
        rows = np.flatnonzero(is_number)
        if len(rows):
            part = Faults(len(rows))
            whole = np.array([number[0] for number in found], dtype=np.int64)
            millionths = np.array([number[1] for number in found], dtype=np.int64)
            result[rows] = self.of_numbers(whole, millionths, part)
            _merge(part, rows, faults)
        return result


def _merge(part: Faults, rows: Int64s, faults: Faults) -> None:
    """Carry the faults of some rows over to all rows."""
    by_reason: dict[str, list[int]] = {}
    for fault in part.first():
        by_reason.setdefault(fault.reason, []).append(fault.row)
    for reason, some in by_reason.items():
        failed = np.zeros(len(faults.bad), dtype=np.bool_)
        failed[rows[some]] = True
        faults.mark(failed, "time", reason)
    failed = np.zeros(len(faults.bad), dtype=np.bool_)
    failed[rows[part.bad]] = True
    faults.mark(failed, "time", _NOT_A_TIME)


def _units(whole: Int64s) -> Int64s:
    return np.searchsorted(_BORDERS, np.abs(whole), side="right")


def _to_us(whole: Int64s, millionths: Int64s | None, unit: str) -> Int64s:
    if unit == "ns":
        return whole // 1000
    length_us = _LENGTH_US[unit]
    moments = whole if length_us == 1 else whole * length_us
    if millionths is None or length_us == 1:
        return moments
    return moments + millionths // (1_000_000 // length_us)


def _as_bytes(values: list[Any]) -> list[bytes]:
    if not values or type(values[0]) is bytes:
        return values
    return [value if type(value) is bytes else str(value).encode() for value in values]


def _integers(texts: Sequence[bytes]) -> Int64s | None:
    try:
        return np.fromiter(map(int, texts), dtype=np.int64, count=len(texts))
    except (ValueError, OverflowError):
        return None


def _decimals(texts: Sequence[bytes]) -> tuple[Int64s, Int64s] | None:
    parts = [text.partition(b".") for text in texts]
    if not all(part[2].isdigit() or not part[2] for part in parts):
        return None
    try:
        whole = np.fromiter((int(part[0]) for part in parts), np.int64, len(parts))
    except (ValueError, OverflowError):
        return None
    digits = ((part[2] + b"000000")[:6] for part in parts)
    return whole, np.fromiter(map(int, digits), np.int64, len(parts))


def _iso(texts: list[bytes]) -> Int64s | None:
    """Read ISO times without a zone, or all in UTC, at once."""
    if all(text[-1:] in b"Zz" for text in texts):
        texts = [text[:-1] for text in texts]
    if not all(map(_ISO.fullmatch, texts)):
        return None
    try:
        return np.array(texts).astype("M8[us]").view(np.int64)
    except ValueError:
        return None


def _number(text: bytes) -> tuple[int, int] | None:
    """Return the whole part and the millionths of a number, or None."""
    if b"_" in text:
        return None
    try:
        value = Decimal(text.decode().strip())
    except (InvalidOperation, UnicodeDecodeError):
        return None
    if not is_moderate(value):
        return None
    whole = int(value // 1)
    return whole, int((value - whole) * 1_000_000)


def _moment(text: bytes) -> int:
    try:
        return micros_of_iso(text.decode().strip())
    except ValueError:
        return int(_MISSING)
