"""Where marks lie among the bars of a chart. Pure."""

from __future__ import annotations

import numpy as np

from chandlery.core.calendar import Calendar
from chandlery.core.columns import Int64s
from chandlery.core.resolution import Resolution

MOST_CHECKED_S = 7 * 86_400
"""A longer stretch has a session in it for certain."""

_MINUTE = Resolution.parse("1m")


def bar_times(calendar: Calendar, resolution: Resolution, moments: Int64s, t: Int64s) -> Int64s:
    """Return, for each moment, the time of the bar that shows it.

    That is its own bar if `t` has it, else the last one before it, else the first one of `t`.
    """
    own = calendar.floor(resolution, moments)
    if not len(t):
        return own
    row = np.searchsorted(t, own, side="right") - 1
    return t[np.maximum(row, 0)]


def is_open_within(calendar: Calendar, start: int, end: int) -> bool:
    """Return whether a session has a part in [start, end)."""
    if calendar.is_plain or end - start > MOST_CHECKED_S:
        return True
    first = int(calendar.floor(_MINUTE, np.array([start], dtype=np.int64))[0])
    return len(calendar.bars(_MINUTE, first, end)) > 0
