"""Where TradingView's library expects the bars of a resolution. Pure."""

from __future__ import annotations

import numpy as np

from chandlery.core.calendar import Calendar
from chandlery.core.columns import Bools, Int64s
from chandlery.core.resolution import Resolution
from chandlery.core.session import DAY
from chandlery.doctor.pager import ONE_DAY


def misplaced(calendar: Calendar, resolution: Resolution, times: list[int]) -> list[int]:
    """Return the times at which no bar of the resolution begins.

    A bar of days, weeks or months may be named by 00:00Z of its first date or of the first
    trading day in it.
    """
    t = np.array(times, dtype=np.int64)
    if resolution.is_intraday:
        wrong = calendar.floor(resolution, t) != t
    else:
        wrong = (t % DAY != 0) | ~_begins(calendar, resolution, t)
    return [int(time) for time in t[wrong]]


def opened(calendar: Calendar, resolution: Resolution, times: list[int]) -> Int64s:
    """Return the instants at which bars begin."""
    return calendar.open(resolution, np.array(times, dtype=np.int64))


def expected(calendar: Calendar, resolution: Resolution, time: int) -> int:
    """Return the time of the bar that a misplaced one should have been."""
    at = np.array([time], dtype=np.int64)
    return int(calendar.floor(resolution, at if resolution.is_intraday else _open(calendar, at))[0])


def _begins(calendar: Calendar, resolution: Resolution, t: Int64s) -> Bools:
    """Whether no trading day of the bar's period lies before the date `t`."""
    first = calendar.floor(resolution, _open(calendar, t))
    found: Bools = (first <= t) & (_open(calendar, first) == _open(calendar, t))
    return found


def _open(calendar: Calendar, t: Int64s) -> Int64s:
    return calendar.open(ONE_DAY, t)
