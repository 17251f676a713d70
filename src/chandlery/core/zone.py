"""Local wall time to instants, for whole columns. Reads the time zone database and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from chandlery.core.columns import Int64s
from chandlery.core.errors import SessionError

EARLIEST = int(datetime(1900, 1, 1, tzinfo=UTC).timestamp())
LATEST = int(datetime(2101, 1, 1, tzinfo=UTC).timestamp())
"""Between these the changes of the clocks are known."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WEEK = 7 * 86_400
_LONG_AGO = -(1 << 62)


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of a name in the IANA database."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"unknown time zone {name[:80]!r} (expected such as UTC or America/New_York)"
        raise SessionError(message, hint="use a name of the IANA time zone database") from None


def instants(zone: str, wall: Int64s) -> Int64s:
    """Return the instants of local times, given as seconds since 1970-01-01 00:00 local.

    A local time that the clocks skip is the instant of the change, one that they repeat is its
    first occurrence. So later local times are never earlier instants.
    """
    since, offset = _offsets(zone)
    local_end = since[1:] + offset[:-1]
    period = np.searchsorted(local_end, wall, side="right")
    found: Int64s = np.maximum(wall - offset[period], since[period])
    return found


@lru_cache(maxsize=32)
def _offsets(name: str) -> tuple[Int64s, Int64s]:
    """Return since when each offset from UTC holds, and the offsets."""
    zone = zone_of(name)
    since, offsets = [_LONG_AGO], [_offset(zone, EARLIEST)]
    # Looked at week by week: since 1970 no zone has changed its clocks and back within one.
    for end in range(EARLIEST + _WEEK, LATEST + 2 * _WEEK, _WEEK):
        offset = _offset(zone, end)
        if offset != offsets[-1]:
            since.append(_change(zone, end - _WEEK, end))
            offsets.append(offset)
    return np.array(since, dtype=np.int64), np.array(offsets, dtype=np.int64)


def _change(zone: ZoneInfo, before: int, after: int) -> int:
    """Return the first instant with the offset that holds at `after`."""
    offset = _offset(zone, after)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            after = middle
        else:
            before = middle
    return after


def _offset(zone: ZoneInfo, instant: int) -> int:
    offset = (_EPOCH + timedelta(seconds=instant)).astimezone(zone).utcoffset()
    return round(offset.total_seconds()) if offset is not None else 0
