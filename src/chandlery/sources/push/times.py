"""Times of any spelling as exact microseconds; whole numbers never pass through a float.

Without a unit, each number's magnitude tells it: seconds below 2e10, ms below 2e13, us below
2e16, ns from there on. That keeps the units of the years 1971 to 2603 apart.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np

from chandlery.core.columns import Int64s
from chandlery.core.moments import is_moderate, micros_of_iso
from chandlery.sources.push.faults import Faults, shown

UNITS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}
"""Nanoseconds of each unit."""
_BORDERS = (2 * 10**10, 2 * 10**13, 2 * 10**16)
_LATEST_US = 4_102_444_800_000_000
"""2100-01-01: what is later has a wrong unit."""
_LONGEST = 40
_EXPECTED = "expected seconds, ms, us or ns since 1970, or ISO 8601"


def times(values: list[Any], unit: str | None, faults: Faults) -> Int64s:
    """Return the microseconds of raw values, marking those that are no time."""
    if set(map(type, values)) == {int}:
        try:
            return _of_integers(np.fromiter(values, np.int64, len(values)), unit, faults)
        except OverflowError:
            pass
    found = np.zeros(len(values), dtype=np.int64)
    for row, value in enumerate(values):
        moment = _moment(value, unit)
        if moment is None:
            faults.mark(row, f"time: {_EXPECTED}, found {shown(value)}")
        else:
            found[row] = moment
    return found


def of_integers(values: Int64s, unit: str | None, faults: Faults) -> Int64s:
    """Return the microseconds of whole numbers."""
    return _of_integers(values, unit, faults)


def _of_integers(values: Int64s, unit: str | None, faults: Faults) -> Int64s:
    if unit is None:
        code = np.searchsorted(_BORDERS, np.abs(values), side="right")
        scale = np.array([1_000_000, 1_000, 1, 1], dtype=np.int64)[code]
        return np.where(code == 3, values // 1_000, values * scale)
    if unit == "ns":
        return values // 1_000
    scale_us = UNITS[unit] // 1_000
    is_late = np.abs(values) > _LATEST_US // scale_us
    for row in np.flatnonzero(is_late).tolist():
        faults.mark(row, f"time: expected {unit} since 1970, found {values[row]}")
    return np.where(is_late, 0, values) * scale_us


def _moment(value: Any, unit: str | None) -> int | None:
    """Return the microseconds of one value, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = value.strip() if isinstance(value, str) else repr(value)
    if len(text) > _LONGEST or "_" in text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return _of_iso(text) if isinstance(value, str) else None
    if not is_moderate(number):
        return None
    length = UNITS[unit or _unit_of(number)]
    moment = int(number * length // 1_000)
    return moment if abs(moment) <= _LATEST_US else None


def _unit_of(number: Decimal) -> str:
    return tuple(UNITS)[sum(abs(number) >= border for border in _BORDERS)]


def _of_iso(text: str) -> int | None:
    try:
        return micros_of_iso(text)
    except ValueError:
        return None
