"""How TradingView names bars of days, weeks and months. Pure.

Our bars are named by the first calendar date they may hold, TradingView's by their first trading
day. Both are 00:00 UTC, and they differ only where there are dates without trading.
"""

from __future__ import annotations

import numpy as np

from chandlery.core.calendar import Calendar
from chandlery.core.columns import Int64s
from chandlery.core.resolution import Resolution, Unit

_DAY = Resolution(1, Unit.DAY)


def is_renamed(calendar: Calendar, resolution: Resolution) -> bool:
    """Return whether bars may have another name on the chart."""
    return resolution != _DAY and not resolution.is_intraday and not calendar.is_plain


def stamps(calendar: Calendar, resolution: Resolution, t: Int64s) -> Int64s:
    """Return the names that bars have on the chart."""
    if not is_renamed(calendar, resolution):
        return t
    return calendar.floor(_DAY, calendar.open(resolution, t))


def bound(calendar: Calendar, resolution: Resolution, stamp: int) -> int:
    """Return the least bar time whose name on the chart is not before `stamp`, or more.

    So `stamp <= name` of a bar on the chart is the same as `bound <= t` of the bar.
    """
    if not is_renamed(calendar, resolution):
        return stamp
    date = np.array([-(-stamp // _DAY.seconds) * _DAY.seconds], dtype=np.int64)
    t = calendar.floor(resolution, calendar.open(_DAY, date))
    is_before = int(stamps(calendar, resolution, t)[0]) < stamp
    return int(t[0]) + is_before


def horizon(calendar: Calendar, resolution: Resolution, now: int) -> int:
    """Return the moment just behind the name of the bar of now: later ones are in the future.

    A bar in the future would make a chart refuse every tick until its time has come.
    """
    return int(calendar.floor(resolution, np.array([now], dtype=np.int64))[0]) + 1
