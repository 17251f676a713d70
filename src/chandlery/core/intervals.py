"""Half-open intervals as pairs of whole numbers. Pure."""

from __future__ import annotations

from collections.abc import Iterable

Pair = tuple[int, int]


def union(intervals: Iterable[Pair]) -> list[Pair]:
    """Return the disjoint ascending intervals that hold the same moments."""
    merged: list[Pair] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def clip(intervals: Iterable[Pair], start: int, end: int) -> list[Pair]:
    """Return the parts that lie inside [start, end)."""
    parts = ((max(low, start), min(high, end)) for low, high in intervals)
    return [(low, high) for low, high in parts if low < high]


def subtract(intervals: Iterable[Pair], holes: Iterable[Pair]) -> list[Pair]:
    """Return what of the intervals lies in none of the holes."""
    left = union(intervals)
    for low, high in union(holes):
        left = [
            part
            for start, end in left
            for part in ((start, min(end, low)), (max(start, high), end))
            if part[0] < part[1]
        ]
    return left
