"""Which bars of a series are wanted."""

from __future__ import annotations

from dataclasses import dataclass

from chandlery.core.errors import UsageError

MOST_BARS = 50_000
"""Bars of one answer."""


class TooManyBarsError(UsageError):
    """A window holds more bars than one answer may."""


@dataclass(frozen=True, slots=True)
class Window:
    """Bars with start <= t < end, in seconds; None is open.

    Of them the newest `count`, all without one. With `at_least` it is the other way round: all of
    them, and at least `count` bars before `end`, however far back those begin.
    """

    start: int | None = None
    end: int | None = None
    count: int | None = None
    at_least: bool = False


def too_many(window: Window) -> TooManyBarsError:
    """Return the error for a window that holds too much."""
    wanted = f"from {window.start} to {window.end}" if window.start is not None else "without start"
    message = f"more than {MOST_BARS:,} bars lie in the range {wanted}"
    return TooManyBarsError(message, hint="ask for a shorter range, fewer bars or a coarser one")
