"""When a market is open during a week, read from TradingView's session text. Pure.

`24x7`, or parts joined by `|`, each `HHMM-HHMM[,HHMM-HHMM...][:days]`, in the market's local time.
Days are 1 (Sunday) to 7 (Saturday) and default to Monday to Friday. An interval whose start is not
before its end begins on the evening before; an end of `0000` is the midnight that ends the day.
A leading `N;` or a trailing `;N` sets the day on which weeks start.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from chandlery.core.errors import SessionError

DAY = 86_400
MONDAY = 0
ALWAYS = "24x7"

_FRAME = re.compile(r"(?:([1-7]);)?([^;]+?)(?:;([1-7]))?")
_PART = re.compile(r"([^:]+)(?::([1-7]{1,7}))?")
_INTERVAL = re.compile(r"([0-9]{2})([0-9]{2})-([0-9]{2})([0-9]{2})")
_MONDAY_TO_FRIDAY = "23456"
_HINT = "write sessions as 24x7, 0930-1600 or 0900-1130,1230-1500:23456"


class Interval(NamedTuple):
    """From `start` to `end`, in seconds from the local midnight that begins the trading day.

    A negative start lies on the evening before.
    """

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Session:
    """The intervals of each weekday's trading day, Monday first, and the first day of weeks."""

    weekdays: tuple[tuple[Interval, ...], ...]
    first_day: int = MONDAY

    @property
    def is_always_open(self) -> bool:
        """Whether there is no moment outside the session."""
        return all(intervals == (Interval(0, DAY),) for intervals in self.weekdays)

    def previous(self, weekday: int) -> tuple[int, int]:
        """Return the trading day before a weekday: how many days earlier, and its last end."""
        days = next(days for days in range(1, 8) if self.weekdays[weekday - days])
        return days, self.weekdays[weekday - days][-1].end


@lru_cache(maxsize=256)
def parse_session(text: str) -> Session:
    """Return the session a text describes."""
    frame = _FRAME.fullmatch(text)
    if frame is None or (frame[1] and frame[3]):
        raise _unreadable(text, "a session such as 24x7 or 0930-1600:23456", text)
    first_day = _weekday(frame[1] or frame[3] or "2")
    week: list[list[Interval]] = [[] for _ in range(7)]
    if frame[2] == ALWAYS:
        week = [[Interval(0, DAY)] for _ in range(7)]
    else:
        for part in frame[2].split("|"):
            _add_part(week, part, text)
    session = Session(tuple(tuple(sorted(intervals)) for intervals in week), first_day)
    _refuse_overlaps(session, text)
    return session


def _add_part(week: list[list[Interval]], part: str, text: str) -> None:
    found = _PART.fullmatch(part)
    if found is None:
        raise _unreadable(text, "HHMM-HHMM, with :days from 1 (Sunday) to 7 if wanted", part)
    intervals = [_interval(interval, text) for interval in found[1].split(",")]
    for digit in set(found[2] or _MONDAY_TO_FRIDAY):
        week[_weekday(digit)] += intervals


def _interval(part: str, text: str) -> Interval:
    found = _INTERVAL.fullmatch(part)
    if found is None:
        raise _unreadable(text, "HHMM-HHMM", part)
    start_h, start_m, end_h, end_m = map(int, found.groups())
    start, end = start_h * 3600 + start_m * 60, end_h * 3600 + end_m * 60
    if start_m > 59 or end_m > 59 or start >= DAY or end > DAY:
        raise _unreadable(text, "times from 0000 to 2359", part)
    end = end or DAY
    return Interval(start - DAY if start >= end else start, end)


def _weekday(digit: str) -> int:
    """Return the weekday (Monday is 0) of a day's number (Sunday is 1)."""
    return (int(digit) + 5) % 7


def _refuse_overlaps(session: Session, text: str) -> None:
    for weekday, intervals in enumerate(session.weekdays):
        if not intervals:
            continue
        days, end = session.previous(weekday)
        ends = [end - days * DAY, *(interval.end for interval in intervals)]
        if any(end > interval.start for end, interval in zip(ends, intervals, strict=False)):
            raise _unreadable(text, "intervals that do not overlap", text)


def _unreadable(text: str, expected: str, found: str) -> SessionError:
    shown = text if len(text) <= 80 else f"{text[:77]}..."
    message = f"session {shown!r} cannot be read: expected {expected}, found {found[:80]!r}"
    return SessionError(message, hint=_HINT)
