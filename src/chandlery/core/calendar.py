"""Where the bars of each resolution lie on the time line of a market. Pure.

Intraday bars are named by the instant at which they begin. They restart with each session
interval; before, between and after the intervals the grid goes on, cut at each interval's edges.
Bars of days, weeks and months are named by 00:00 UTC of the first date they may hold. Every moment
has exactly one bar of each resolution, also outside the sessions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from chandlery.core.columns import Int32s, Int64s
from chandlery.core.days import Days, SessionDays, UtcDays, Window
from chandlery.core.periods import first_dates, next_dates
from chandlery.core.resolution import Resolution
from chandlery.core.session import ALWAYS, DAY, MONDAY, parse_session
from chandlery.core.zone import EARLIEST, zone_of

_UTC = frozenset(("UTC", "Etc/UTC", "GMT", "Etc/GMT", "Etc/UCT", "UCT", "Zulu", "Etc/Zulu"))
_LONGEST_DAYS = 400
"""More days than any bar lasts."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The sessions of a market and its time zone: a value. See `session` for the grammar."""

    session: str = ALWAYS
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        parse_session(self.session)
        zone_of(self.time_zone)

    @property
    def is_plain(self) -> bool:
        """Whether the market never closes, its days are UTC dates and its weeks start on Monday."""
        return self._first_day == MONDAY and isinstance(self._days, UtcDays)

    def floor(self, resolution: Resolution, time: Int64s) -> Int64s:
        """Return the bar time of each moment in seconds."""
        if resolution.is_intraday:
            return self._days.floor(resolution.count, time)
        return self._first_dates(resolution, self._days.dates(time)) * DAY

    def open(self, resolution: Resolution, t: Int64s) -> Int64s:
        """Return the instant at which each bar begins, given its bar time.

        Two bars of days, weeks or months begin at one instant only if the first holds no trading
        day and so never has a trade.
        """
        return t if resolution.is_intraday else self._days.begin(t // DAY)

    def next_open(self, resolution: Resolution, time: Int64s) -> Int64s:
        """Return the instant at which the bar after that of each moment begins."""
        if resolution.is_intraday:
            return self._days.next(resolution.count, time)
        first = self._first_dates(resolution, self._days.dates(time))
        return self._days.begin(next_dates(resolution, first, self._first_day))

    def bars(self, resolution: Resolution, start: int, end: int) -> Int64s:
        """Return every bar time in [start, end) that lies in a session, ascending.

        The caller bounds the interval: a year of seconds is 31,536,000 bars.
        """
        if resolution.is_intraday:
            return self._days.bars(resolution.count, Window(start, end))
        dates = self._days.trading(-(-start // DAY), -(-end // DAY) + _LONGEST_DAYS)
        t = np.unique(self._first_dates(resolution, dates)) * DAY
        return t[(t >= start) & (t < end)]

    def back(self, resolution: Resolution, end: int, count: int) -> int:
        """Return the bar time from which `count` session bars lie before `end`.

        Fewer only where that would be before 1900.
        """
        if count < 1:
            return end
        span, start, found = resolution.seconds * count, end, np.empty(0, dtype=np.int64)
        while len(found) < count and start > EARLIEST:
            start = max(end - span, EARLIEST)
            found = self.bars(resolution, start, end)
            span *= 2
        return int(found[-count:][0]) if len(found) else end

    def _first_dates(self, resolution: Resolution, dates: Int64s) -> Int64s:
        return first_dates(resolution, dates, self._first_day)

    @property
    def _first_day(self) -> int:
        return parse_session(self.session).first_day

    @property
    def _days(self) -> Days:
        return _days_of(self.session, self.time_zone)


@lru_cache(maxsize=32)
def _days_of(session: str, time_zone: str) -> Days:
    """Return the days of a calendar; a table of them takes some megabytes."""
    parsed = parse_session(session)
    if parsed.is_always_open and time_zone in _UTC:
        return UtcDays()
    return SessionDays.of(parsed, time_zone)


class Calendars:
    """The calendar of each market, by its number; `default` where a market has none of its own.

    Immutable. This is the grid that folding and rolling up ask for bars.
    """

    def __init__(
        self, by_market: Mapping[int, Calendar] | None = None, default: Calendar | None = None
    ) -> None:
        self._default = default or Calendar()
        given = sorted((by_market or {}).items())
        self._by_market = {market: own for market, own in given if own != self._default}
        self._kinds = (self._default, *dict.fromkeys(self._by_market.values()))
        number = {kind: index for index, kind in enumerate(self._kinds)}
        self._special = np.array(list(self._by_market), dtype=np.int32)
        self._kind = np.array([number[own] for own in self._by_market.values()], dtype=np.intp)

    @property
    def is_plain(self) -> bool:
        """Whether every market has a plain calendar."""
        return all(kind.is_plain for kind in self._kinds)

    def of(self, market: int) -> Calendar:
        """Return a market's calendar."""
        return self._by_market.get(market, self._default)

    def floor(self, resolution: Resolution, market: Int32s, time: Int64s) -> Int64s:
        """Return the bar time of each (market, moment in seconds)."""
        return self._each(market, time, lambda calendar, of: calendar.floor(resolution, of))

    def open(self, resolution: Resolution, market: Int32s, t: Int64s) -> Int64s:
        """Return the instant at which each (market, bar) begins: what `floor` of a bar needs."""
        return self._each(market, t, lambda calendar, of: calendar.open(resolution, of))

    def next_open(self, resolution: Resolution, market: Int32s, time: Int64s) -> Int64s:
        """Return the instant at which the bar after that of each (market, moment) begins."""
        return self._each(market, time, lambda calendar, of: calendar.next_open(resolution, of))

    def bars(self, resolution: Resolution, market: int, start: int, end: int) -> Int64s:
        """Return every bar time in [start, end) that the market's sessions allow."""
        return self.of(market).bars(resolution, start, end)

    def _each(
        self, market: Int32s, time: Int64s, apply: Callable[[Calendar, Int64s], Int64s]
    ) -> Int64s:
        """Apply a calendar's law to the rows of the markets that share it."""
        kind = self._kinds_of(market)
        if kind is None:
            return apply(self._default, time)
        result = np.empty_like(time)
        for number in np.unique(kind):
            rows = kind == number
            result[rows] = apply(self._kinds[number], time[rows])
        return result

    def _kinds_of(self, market: Int32s) -> NDArray[np.intp] | None:
        """Return which kind of calendar each row has; None where all have the default."""
        if not len(self._special):
            return None
        row = np.searchsorted(self._special, market)
        row[row == len(self._special)] = 0
        is_special = self._special[row] == market
        return np.where(is_special, self._kind[row], 0) if is_special.any() else None


ALWAYS_OPEN = Calendars()
"""Every market plain: always open, UTC days, weeks from Monday."""
