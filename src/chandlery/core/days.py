"""How trading days and intraday bars lie on the time line, for whole columns. Pure.

A trading day begins where its session would have begun on the date after the trading day before
it (at midnight, or on the evening before for an overnight session), but not before that day's
session has ended. So dates without a session belong to the next trading day, and trading days
tile time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from chandlery.core.columns import Bools, Int64s
from chandlery.core.session import DAY, Session
from chandlery.core.zone import EARLIEST, LATEST, instants


class Window(NamedTuple):
    """The instants in [start, end), in seconds."""

    start: int
    end: int


class Days(Protocol):
    """Trading days, named by their dates (days since 1970-01-01), and the intraday bars in them."""

    def dates(self, time: Int64s) -> Int64s:
        """Return the trading day of each moment."""
        ...

    def begin(self, dates: Int64s) -> Int64s:
        """Return when the first trading day on or after each date begins."""
        ...

    def trading(self, first: int, last: int) -> Int64s:
        """Return the trading days with first <= date < last."""
        ...

    def floor(self, step: int, time: Int64s) -> Int64s:
        """Return when the intraday bar of each moment begins."""
        ...

    def next(self, step: int, time: Int64s) -> Int64s:
        """Return when the intraday bar after that of each moment begins."""
        ...

    def bars(self, step: int, window: Window) -> Int64s:
        """Return when the intraday bars begin that begin in a session and in the window."""
        ...


class UtcDays:
    """Every date is a trading day from midnight to midnight UTC: arithmetic is enough."""

    def dates(self, time: Int64s) -> Int64s:
        """See Days.dates."""
        return time // DAY

    def begin(self, dates: Int64s) -> Int64s:
        """See Days.begin."""
        return dates * DAY

    def trading(self, first: int, last: int) -> Int64s:
        """See Days.trading."""
        return np.arange(first, last, dtype=np.int64)

    def floor(self, step: int, time: Int64s) -> Int64s:
        """See Days.floor."""
        if DAY % step == 0:
            return time // step * step
        midnight = time // DAY * DAY
        return midnight + (time - midnight) // step * step

    def next(self, step: int, time: Int64s) -> Int64s:
        """See Days.next."""
        return np.minimum(self.floor(step, time) + step, time // DAY * DAY + DAY)

    def bars(self, step: int, window: Window) -> Int64s:
        """See Days.bars."""
        if DAY % step == 0:
            return np.arange(-(-window.start // step) * step, window.end, step, dtype=np.int64)
        midnights = np.arange(window.start // DAY * DAY, window.end, DAY, dtype=np.int64)
        return _steps(midnights, midnights + DAY, step, window)


@dataclass(frozen=True, slots=True, eq=False)
class SessionDays:
    """Trading days with sessions, as tables over 1900 to 2100.

    A moment outside these years is taken as the nearest one inside. `begins` and `on` are the
    trading days. The segments between `edges` lie each wholly inside or outside a session
    interval, and the grid of bars in a segment has its origin at `anchor`.
    """

    begins: Int64s
    on: Int64s
    edges: Int64s
    anchor: Int64s
    is_open: Bools

    @classmethod
    def of(cls, session: Session, zone: str) -> SessionDays:
        """Lay out the sessions of every week, in local time, and find their instants."""
        layout = _layout(session)
        dates = np.arange(EARLIEST // DAY - 14, LATEST // DAY + 14, dtype=np.int64)
        weekday = (dates + 3) % 7
        trades = np.array([bool(intervals) for intervals in session.weekdays])[weekday]
        dates, weekday = dates[trades], weekday[trades]
        midnights = dates[:, np.newaxis] * DAY
        edges = instants(zone, midnights + layout.edges[weekday])
        anchor = instants(zone, midnights + layout.anchors[weekday]).ravel()
        is_open = np.tile(layout.is_open, len(dates))
        begins = edges[:, 0]
        # A day or a segment that the clocks skip has no length, and no moment belongs to it.
        day, segment = _lasting(begins), _lasting(edges.ravel())
        kept_edges = edges.ravel()[segment]
        return cls(begins[day], dates[day], kept_edges, anchor[segment], is_open[segment])

    def dates(self, time: Int64s) -> Int64s:
        """See Days.dates."""
        row = np.searchsorted(self.begins, time, side="right") - 1
        return self.on[np.maximum(row, 0)]

    def begin(self, dates: Int64s) -> Int64s:
        """See Days.begin."""
        row = np.searchsorted(self.on, dates)
        return self.begins[np.minimum(row, len(self.on) - 1)]

    def trading(self, first: int, last: int) -> Int64s:
        """See Days.trading."""
        low, high = np.searchsorted(self.on, (first, last))
        return self.on[low:high]

    def floor(self, step: int, time: Int64s) -> Int64s:
        """See Days.floor."""
        time, row = self._segment(time)
        anchor = self.anchor[row]
        return np.maximum(anchor + (time - anchor) // step * step, self.edges[row])

    def next(self, step: int, time: Int64s) -> Int64s:
        """See Days.next."""
        time, row = self._segment(time)
        anchor = self.anchor[row]
        following = anchor + ((time - anchor) // step + 1) * step
        return np.minimum(following, self.edges[row + 1])

    def bars(self, step: int, window: Window) -> Int64s:
        """See Days.bars."""
        low, high = np.searchsorted(self.edges, window)
        rows = np.arange(max(low - 1, 0), min(high, len(self.edges) - 1))
        rows = rows[self.is_open[rows]]
        return _steps(self.edges[rows], self.edges[rows + 1], step, window)

    def _segment(self, time: Int64s) -> tuple[Int64s, Int64s]:
        """Return the moments, brought inside the table, and the segment of each."""
        inside = np.clip(time, self.edges[0], self.edges[-1] - 1)
        return inside, np.searchsorted(self.edges, inside, side="right") - 1


class _Layout(NamedTuple):
    """For each weekday, where segments begin, in seconds from the local midnight of the date.

    The first segment is the time before the session. Then intervals and what follows each take
    turns; the end of the last is repeated on weekdays that have fewer intervals.
    """

    edges: Int64s
    anchors: Int64s
    is_open: Bools


def _layout(session: Session) -> _Layout:
    most = max(len(intervals) for intervals in session.weekdays)
    edges = np.zeros((7, 1 + 2 * most), dtype=np.int64)
    anchors = np.zeros_like(edges)
    for weekday, intervals in enumerate(session.weekdays):
        if not intervals:
            continue
        days, end = session.previous(weekday)
        begin = max(min(intervals[0].start, 0) - (days - 1) * DAY, end - days * DAY)
        padding = [intervals[-1]] * (most - len(intervals))
        bounds = [bound for interval in intervals for bound in interval]
        edges[weekday] = [begin, *bounds, *(last.end for last in padding for _ in range(2))]
        # After an interval its grid goes on: only the time before a session has its origin ahead.
        starts = [interval.start for interval in (intervals[0], *intervals, *padding)]
        anchors[weekday] = np.repeat(starts, 2)[1:]
    return _Layout(edges, anchors, np.arange(1 + 2 * most) % 2 == 1)


def _lasting(begins: Int64s) -> Bools:
    return np.append(begins[1:] > begins[:-1], True)


def _steps(begin: Int64s, end: Int64s, step: int, window: Window) -> Int64s:
    """Return every `begin + k * step` that is before its `end` and in the window."""
    skipped = np.maximum(-((begin - window.start) // step), 0)
    first = begin + skipped * step
    counts = np.maximum(-((first - np.minimum(end, window.end)) // step), 0)
    before = np.cumsum(counts) - counts
    found: Int64s = np.repeat(first - before * step, counts) + np.arange(counts.sum()) * step
    return found
