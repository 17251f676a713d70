"""Moments as texts: a date, an ISO time, or seconds since 1970. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from chandlery.core.errors import UsageError

LATEST_S = 253_402_300_799
"""The end of the year 9999."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LEAP = re.compile(r"(?<=:[25]9:)60")
_DAY_S = 86_400
_SECONDS = re.compile(r"[0-9]{1,20}")
_EXPECTED = "such as 2026-01-31, 2026-01-31T12:00:00Z or seconds since 1970"


def moment_of(text: str) -> int:
    """Return the seconds since 1970 that a text names; a time without a zone is in UTC.

    A fraction of a second is cut off.
    """
    written = text.strip()
    if _SECONDS.fullmatch(written):
        return _seconds(text, int(written))
    try:
        return micros_of_iso(written) // 1_000_000
    except ValueError:
        message = f"a time {_EXPECTED} expected, found {text[:60]!r}"
        raise UsageError(message) from None


def micros_of_iso(text: str) -> int:
    """Return the microseconds since 1970 of an ISO time, in UTC if it names no zone.

    A leap second, 23:59:60, is the second before it once more: so clocks show it that have none,
    and it stays in its minute and its day. ValueError is raised for what is no time.
    """
    written, leaps = _LEAP.subn("59", text, count=1)
    found = micros(datetime.fromisoformat(written))
    if leaps and found // 1_000_000 % _DAY_S != _DAY_S - 1:
        message = "a leap second at the end of a day of UTC expected"
        raise ValueError(message)
    return found


def micros(moment: datetime) -> int:
    """Return the microseconds since 1970 of a time, in UTC if it has no zone."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MICROSECOND


def is_moderate(number: Decimal) -> bool:
    """Return whether a number may be a time in some unit: one that 64 bits have room for."""
    # `abs` would compute, and overflow where exponents are enormous.
    return number.is_finite() and number.copy_abs() < 1 << 63


def iso_of(seconds: int) -> str:
    """Return a moment as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(text: str, seconds: int) -> int:
    if seconds > LATEST_S:
        message = f"a time in seconds expected, found {text}"
        raise UsageError(message, hint="it looks like milliseconds: leave the last 3 digits out")
    return seconds
