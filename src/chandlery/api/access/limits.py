"""How many requests: a token bucket for each client and endpoint, exact and bounded in memory.

A bucket holds a minute's worth and fills evenly. One whole number says all of it: the moment at
which it will be full again, in nanoseconds times the limit, so that a request's share of time is
whole too and nothing is ever rounded.
"""

from __future__ import annotations

import msgspec

from chandlery.core.clock import Clock

MOST_BUCKETS = 100_000
ROWS_OF_A_UNIT = 1_000

_NS = 1_000_000_000
_SHARE = 60 * _NS

Pairs = tuple[tuple[bytes, bytes], ...]


class Verdict(msgspec.Struct, frozen=True):
    """Whether a request may go on, and what is left; times in whole seconds, rounded up."""

    allowed: bool
    limit: int
    """Requests a minute; 0 means there is no limit."""
    remaining: int
    reset_s: int
    """When the bucket is full again."""
    retry_after_s: int = 0
    """When the same request will be allowed, if it is not now."""


UNLIMITED = Verdict(allowed=True, limit=0, remaining=0, reset_s=0)


def cost_of(rows: int) -> int:
    """Return the units a request costs: 1, and 1 more for each 1,000 rows."""
    return 1 + max(rows, 0) // ROWS_OF_A_UNIT


def headers_of(verdict: Verdict) -> Pairs:
    """Return the headers that tell a client about its limit."""
    if not verdict.limit:
        return ()
    pairs = (
        (b"ratelimit-limit", b"%d" % verdict.limit),
        (b"ratelimit-remaining", b"%d" % verdict.remaining),
        (b"ratelimit-reset", b"%d" % verdict.reset_s),
    )
    return pairs if verdict.allowed else (*pairs, (b"retry-after", b"%d" % verdict.retry_after_s))


class RateLimits:
    """The buckets. For one event loop: no call waits, none is made from two threads.

    Those not used for longest are forgotten, half of them at a time: the newer half is found
    first, and what is used moves there.
    """

    def __init__(self, limit: int, clock: Clock, most: int = MOST_BUCKETS) -> None:
        """Allow `limit` units a minute, 0 any number."""
        self._limit = limit
        self._clock = clock
        self._half = max(most // 2, 1)
        self._newer: dict[tuple[str, str], int] = {}
        self._older: dict[tuple[str, str], int] = {}

    def __len__(self) -> int:
        return len(self._newer) + len(self._older)

    def take(self, who: str, endpoint: str, cost: int = 1) -> Verdict:
        """Take units out of a bucket, or say when it can be done; nobody (empty) is not limited.

        What costs more than a full bucket needs a full one.
        """
        limit = self._limit
        if not limit or not who:
            return UNLIMITED
        key, now = (who, endpoint), int(self._clock.elapsed() * _NS) * limit
        full = self._full_at(key, now)
        after = full - now + min(cost, limit) * _SHARE
        spare = limit * _SHARE - after
        if spare < 0:
            self._keep(key, full)
            left = (limit * _SHARE - (full - now)) // _SHARE
            return Verdict(
                allowed=False,
                limit=limit,
                remaining=max(left, 0),
                reset_s=_seconds(full - now, limit),
                retry_after_s=_seconds(-spare, limit),
            )
        self._keep(key, now + after)
        return Verdict(
            allowed=True, limit=limit, remaining=spare // _SHARE, reset_s=_seconds(after, limit)
        )

    def charge(self, who: str, endpoint: str, cost: int) -> None:
        """Take units for what has been done already, at most one more full bucket of debt."""
        limit = self._limit
        if not limit or not who or cost <= 0:
            return
        key, now = (who, endpoint), int(self._clock.elapsed() * _NS) * limit
        owed = self._full_at(key, now) + cost * _SHARE
        self._keep(key, min(owed, now + 2 * limit * _SHARE))

    def _full_at(self, key: tuple[str, str], now: int) -> int:
        full = self._newer.get(key)
        if full is None:
            full = self._older.get(key, 0)
        return max(full, now)

    def _keep(self, key: tuple[str, str], full: int) -> None:
        self._newer[key] = full
        if len(self._newer) >= self._half:
            self._newer, self._older = {}, self._newer


def _seconds(scaled: int, limit: int) -> int:
    return -(-scaled // (limit * _NS))
