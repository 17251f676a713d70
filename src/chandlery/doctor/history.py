"""Reads an answer of /history the way the client does: leniently. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chandlery.core.moments import iso_of

MS_FROM = 100_000_000_000
"""A time in seconds as large as this lies after the year 5138: it is in milliseconds."""

_FARTHEST = 1e15


class Bar(NamedTuple):
    """A bar as the client holds it; what cannot be read is NaN."""

    t: int
    o: float
    h: float
    l: float  # noqa: E741 - the protocol's name
    c: float
    v: float


@dataclass(frozen=True, slots=True)
class History:
    """What the client understands: `status` is ok, no_data or error."""

    status: str
    bars: tuple[Bar, ...] = ()
    next_time: int | None = None
    message: str = ""


def history_of(data: object) -> History:
    """Return what the client makes of a decoded body."""
    if not isinstance(data, dict):
        return History("error", message="the answer is no JSON object")
    status, following = data.get("s"), data.get("nextTime")
    if status == "no_data":
        return History("no_data", next_time=seconds_of(following) if is_number(following) else None)
    if status != "ok":
        return History("error", message=str(data.get("errmsg", f"s is {status!r}")))
    return History("ok", _bars(data))


def is_number(value: object) -> bool:
    """Return whether a JSON value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def number_of(value: object) -> float:
    """Return a value as the client's parseFloat does."""
    if isinstance(value, int | float):
        return float(value)
    try:
        return float(value) if isinstance(value, str) else math.nan
    except ValueError:
        return math.nan


def seconds_of(value: object) -> int:
    """Return a number as a time, whatever a server may send."""
    return int(min(max(number_of(value), -_FARTHEST), _FARTHEST))


def shown(t: int) -> str:
    """Return a time to be read by people."""
    return iso_of(t) if 0 <= t < MS_FROM else str(t)


def column(data: dict[str, object], name: str) -> list[object]:
    """Return a column of an answer; nothing if there is none."""
    found = data.get(name)
    return found if isinstance(found, list) else []


def times_of(data: dict[str, object]) -> list[int]:
    """Return the times that are numbers."""
    return [seconds_of(t) for t in column(data, "t") if is_number(t)]


def _bars(data: dict[str, object]) -> tuple[Bar, ...]:
    close = column(data, "c")
    columns = [column(data, name) or close for name in "ohl"]
    volume = column(data, "v")
    bars = []
    for row, t in enumerate(column(data, "t")):
        time = number_of(t)
        if math.isfinite(time):
            prices = [_at(values, row) for values in (*columns, close, volume)]
            bars.append(Bar(seconds_of(time), *prices))
    return tuple(bars)


def _at(values: Sequence[object], row: int) -> float:
    return number_of(values[row]) if row < len(values) else math.nan
