"""Moments as users write them: a date, an ISO time, or seconds since 1970. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from chandlery.core.errors import UsageError

LATEST_S = 253_402_300_799
"""The end of the year 9999."""

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
        moment = datetime.fromisoformat(written)
    except ValueError:
        message = f"a time {_EXPECTED} expected, found {text[:60]!r}"
        raise UsageError(message) from None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return int(aware.timestamp() // 1)


def iso_of(seconds: int) -> str:
    """Return a moment as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(text: str, seconds: int) -> int:
    if seconds > LATEST_S:
        message = f"a time in seconds expected, found {text}"
        raise UsageError(message, hint="it looks like milliseconds: leave the last 3 digits out")
    return seconds
