"""Which group of dates a date belongs to: days, weeks and months as TradingView counts them. Pure.

Dates are days since 1970-01-01. Every group is named by its first date.
"""

from __future__ import annotations

import numpy as np

from chandlery.core.columns import Int64s
from chandlery.core.resolution import Resolution, Unit


def first_dates(resolution: Resolution, dates: Int64s, first_day: int) -> Int64s:
    """Return the first date of the group of each date; weeks begin on `first_day` (Monday is 0).

    Groups of days restart on 1 January, groups of months in January, and groups of weeks with the
    first week that begins in the year.
    """
    if resolution.count == 1 and resolution.unit is Unit.DAY:
        return dates
    if resolution.count == 1 and resolution.unit is Unit.WEEK:
        return _weeks(dates, first_day)
    if len(dates) and _is_dense(dates):
        low = int(dates.min())
        every = np.arange(low, int(dates.max()) + 1, dtype=np.int64)
        return _groups(resolution, every, first_day)[dates - low]
    return _groups(resolution, dates, first_day)


def next_dates(resolution: Resolution, first: Int64s, first_day: int) -> Int64s:
    """Return the first date of the group after each, given by its first date."""
    if resolution.unit is Unit.MONTH:
        months = _months(first)
        year = months // 12 * 12
        return _first_of_month(np.minimum(months + resolution.count, year + 12))
    days = 7 if resolution.unit is Unit.WEEK else 1
    following = first + days * resolution.count
    if resolution.count == 1:
        return following
    return np.minimum(following, _restart(first, first_day, days, years=1))


def _is_dense(dates: Int64s) -> bool:
    """Whether the dates between the first and the last are fewer than the dates given."""
    return bool(dates.max() - dates.min() < len(dates))


def _groups(resolution: Resolution, dates: Int64s, first_day: int) -> Int64s:
    if resolution.unit is Unit.MONTH:
        months = _months(dates)
        return _first_of_month(months - months % 12 % resolution.count)
    days = 7 if resolution.unit is Unit.WEEK else 1
    if days == 7:
        dates = _weeks(dates, first_day)
    length = days * resolution.count
    restart = _restart(dates, first_day, days)
    return restart + (dates - restart) // length * length


def _restart(dates: Int64s, first_day: int, days: int, years: int = 0) -> Int64s:
    """Return where the groups of days (or of weeks, 7 days) restart in each date's year."""
    year = _months(dates) // 12 * 12 + 12 * years
    restart = _first_of_month(year)
    return restart if days == 1 else _weeks(restart + 6, first_day)


def _weeks(dates: Int64s, first_day: int) -> Int64s:
    # 1970-01-01 was a Thursday, weekday 3.
    return (dates + (3 - first_day)) // 7 * 7 - (3 - first_day)


def _months(dates: Int64s) -> Int64s:
    """Return the months since January 1970."""
    return dates.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _first_of_month(months: Int64s) -> Int64s:
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
