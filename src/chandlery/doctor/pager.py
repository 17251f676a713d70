"""What a TradingView chart asks a UDF server for, step by step. Sans I/O.

Written from measurements of the client's requests. The chart pages backwards and believes that
each answer holds everything of the range that was asked for: what a server leaves out is never
asked for again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from chandlery.core.calendar import Calendar
from chandlery.core.resolution import Resolution, Unit
from chandlery.core.session import DAY
from chandlery.doctor.history import Bar, History

FIRST_PAINT = 300
"""Bars that a chart wants before anything is shown."""
MOST_EMPTY = 50
"""Answers without a bar, one after another, after which the chart gives up."""
STORM = 10
"""A chart that asks more often than this for one page makes a storm of requests."""
MOST_REQUESTS = 60
"""Where a simulation ends: a broken server may keep a chart asking for ever."""

ONE_DAY = Resolution(1, Unit.DAY)


class PageRequest(NamedTuple):
    """The range [start, end) in seconds, and how many bars are wanted; None: not said."""

    start: int
    end: int
    wanted: int | None = None

    def params(self, symbol: str, resolution: str) -> dict[str, str]:
        """Return the parameters of GET /history."""
        params = {"symbol": symbol, "resolution": resolution}
        params |= {"from": str(self.start), "to": str(self.end)}
        return params if self.wanted is None else {**params, "countback": str(self.wanted)}


def first_end(calendar: Calendar, resolution: Resolution, now: int) -> int:
    """Return `to` of a chart's first request: a minute ahead, or the next trading day's 00:00Z."""
    if resolution.is_intraday:
        return now + 60
    today = int(calendar.floor(ONE_DAY, np.array([now], dtype=np.int64))[0])
    following = calendar.bars(ONE_DAY, today + DAY, today + 30 * DAY)
    return int(following[0]) if len(following) else today + DAY


class Pager:
    """One chart: ask for `request`, hand the answer to `take`, until there is no request.

    `requests` counts all answers, `doubles` bars that came again, `dropped` answers that overlap
    so far that the client throws its cache away, and `has_ended` says that the chart has been
    told, or believes, that there is nothing older.
    """

    def __init__(
        self, calendar: Calendar, resolution: Resolution, now: int, wanted: int = FIRST_PAINT
    ) -> None:
        self._calendar = calendar
        self.resolution = resolution
        self._bars: dict[int, Bar] = {}
        self._wanted = wanted
        self._began = 0
        self._empty = 0
        self.first_end = self._end = first_end(calendar, resolution, now)
        self.requests = 0
        self.doubles = 0
        self.dropped = 0
        self.worst = 0
        self.has_ended = False
        self.error = ""

    @property
    def bars(self) -> list[Bar]:
        """What the chart has, oldest first."""
        return [self._bars[t] for t in sorted(self._bars)]

    @property
    def is_storm(self) -> bool:
        """Whether one page took more requests than a page may."""
        return self.worst > STORM

    @property
    def request(self) -> PageRequest | None:
        """What the chart asks for next; None if it has enough, or got all, or gave up."""
        missing = self._wanted - len(self._bars)
        if self.has_ended or self.error or missing <= 0:
            return None
        if self.requests - self._began >= MOST_REQUESTS:
            return None
        start = self._calendar.back(self.resolution, self._end, missing)
        return PageRequest(start, self._end, missing) if start < self._end else None

    def scroll(self, wanted: int) -> None:
        """Go back until so many bars are there in all."""
        self._wanted = wanted
        self._began = self.requests

    def take(self, history: History) -> None:
        """Take the answer to `request`."""
        request = self.request
        if request is None:
            return
        self.requests += 1
        self.worst = max(self.worst, self.requests - self._began)
        if history.status == "ok":
            self._take_bars(request, history.bars)
        elif history.status == "no_data":
            self._take_no_data(request, history.next_time)
        else:
            self.error = history.message
        # Before 1900 there is nothing to ask for.
        self.has_ended |= self._calendar.back(self.resolution, self._end, 1) >= self._end

    def missing(self, truth: Iterable[int]) -> list[int]:
        """Return the times in truth that a chart which reached further back does not have."""
        oldest = self.first_end if not self._bars else min(self._bars)
        wanted = (t for t in truth if oldest <= t < self.first_end)
        return [t for t in wanted if t not in self._bars]

    def _take_bars(self, request: PageRequest, bars: Sequence[Bar]) -> None:
        if not bars:
            self._empty += 1
            self.has_ended = self._empty >= MOST_EMPTY
            self._end = request.start
            return
        self._empty = 0
        times = [bar.t for bar in bars]
        self.doubles += len(times) - len(set(times) - self._bars.keys())
        oldest = min(self._bars, default=None)
        if oldest is not None and sum(t >= oldest for t in times) > 1:
            self.dropped += 1
        self._bars |= {bar.t: bar for bar in bars}
        self._end = min(request.start, *times)

    def _take_no_data(self, request: PageRequest, next_time: int | None) -> None:
        """Whatever bars came with it are not looked at."""
        if next_time is None:
            self.has_ended = True
            return
        # The bar at nextTime must lie before the exclusive end of the next range.
        self._end = min(request.start, next_time + self.resolution.seconds)
