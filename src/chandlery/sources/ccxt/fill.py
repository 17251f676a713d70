"""Asking for the trades between the last that was seen and the first that came again.

An exchange may heed `since` or not, and may give the first trades from there or the newest. What
it gave has no hole only where each answer holds the trade that the one before it ended with.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from chandlery.sources.ccxt.parse import Print

Fetch = Callable[[int], Awaitable[list[Print]]]
"""Return trades since a moment in milliseconds, in ascending order."""
Sleep = Callable[[float], Awaitable[None]]

MOST_PAGES = 1_000
MOST_WAITS = 5
PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class Filled:
    """What was missed, and whether that is all of it."""

    trades: list[Print]
    is_whole: bool


async def filled(fetch: Fetch, last: Print, first: Print | None, sleep: Sleep) -> Filled:
    """Return the trades after `last` and before `first`; without `first`, up to now."""
    found: dict[tuple[int, int], Print] = {}
    at, is_whole, waits = last, True, 0
    for _ in range(MOST_PAGES):
        # A millisecond more, since for some exchanges `since` is exclusive.
        page = await fetch(at.ms - 1)
        is_whole = is_whole and _joins(page, at)
        fresh = [each for each in page if _is_between(each, at, first, found)]
        found |= {(each.ms, each.id): each for each in fresh}
        if fresh:
            at = fresh[-1]
        if _is_done(page, fresh, first):
            return Filled(sorted(found.values()), is_whole)
        if not fresh:
            # The list is behind the stream: wait a moment for it.
            waits += 1
            if waits > MOST_WAITS:
                break
            await sleep(PAUSE_S)
    return Filled(sorted(found.values()), is_whole=False)


def _joins(page: list[Print], at: Print) -> bool:
    """Return whether a page holds the trade that is known, or nothing at all."""
    return not page or any(each.likeness == at.likeness for each in page)


def _is_done(page: list[Print], fresh: list[Print], first: Print | None) -> bool:
    if first is None:
        return not fresh
    return any(each.ms > first.ms or each.likeness == first.likeness for each in page)


def _is_between(
    each: Print, at: Print, first: Print | None, found: dict[tuple[int, int], Print]
) -> bool:
    if each.ms < at.ms or (each.ms, each.id) in found or (each.ms, each.id) == (at.ms, at.id):
        return False
    if each.ms == at.ms and each.likeness == at.likeness and each.sequence == 0:
        return False
    return first is None or (each.ms <= first.ms and (each.ms, each.id) != (first.ms, first.id))
