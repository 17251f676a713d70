"""What has been seen of a market and what has not, kept in step. Pure.

A gap takes what it spans out of the coverage; coverage closes the gaps it spans.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chandlery.core.delivery import Coverage, Gap
from chandlery.core.intervals import Pair, subtract, union

Key = tuple[int, str]
_FOREVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one market and kind: disjoint ascending intervals, and the gaps told."""

    intervals: tuple[Pair, ...] = ()
    gaps: tuple[Gap, ...] = ()


def changed(
    known: dict[Key, Seen], gaps: Sequence[Gap], coverage: Sequence[Coverage]
) -> dict[Key, Seen]:
    """Return what is known afterwards of each market and kind that a change speaks of."""
    found: dict[Key, Seen] = {}
    for gap in gaps:
        key = (gap.market, gap.kind)
        found[key] = _opened(found.get(key) or known.get(key, Seen()), gap)
    added: dict[Key, list[Pair]] = {}
    for item in coverage:
        added.setdefault((item.market, item.kind), []).append((item.start, item.end))
    for key, parts in added.items():
        found[key] = _covered(found.get(key) or known.get(key, Seen()), parts)
    return found


def _opened(seen: Seen, gap: Gap) -> Seen:
    """Take a gap in; it replaces what was told of its own stretch of time."""
    hole = (gap.start, _FOREVER if gap.end is None else gap.end)
    others = [_ended(other, gap) for other in seen.gaps]
    kept = [part for other in others for part in _without(other, [hole])]
    ordered = sorted([*kept, replace(gap, is_closing=False)], key=lambda each: each.start)
    return Seen(tuple(subtract(seen.intervals, [hole])), tuple(ordered))


def _ended(other: Gap, gap: Gap) -> Gap:
    """Return another gap as a closing one leaves it: with an end, if it had none."""
    is_met = gap.is_closing and gap.end is not None and other.start < gap.end
    return replace(other, end=gap.end) if is_met and other.end is None else other


def _covered(seen: Seen, parts: Iterable[Pair]) -> Seen:
    intervals = union([*seen.intervals, *parts])
    gaps = [part for gap in seen.gaps for part in _left(gap, intervals)]
    return Seen(tuple(intervals), tuple(gaps))


def _left(gap: Gap, intervals: Sequence[Pair]) -> list[Gap]:
    """Return what is left of a gap. One without an end has it where something is seen again."""
    if gap.end is None:
        after = next((pair for pair in intervals if pair[1] > gap.start), None)
        if after is None:
            return [gap]
        gap = replace(gap, end=max(after[0], gap.start))
    return _without(gap, intervals)


def _without(gap: Gap, holes: Sequence[Pair]) -> list[Gap]:
    whole = (gap.start, _FOREVER if gap.end is None else gap.end)
    return [
        replace(gap, start=start, end=None if end == _FOREVER else end)
        for start, end in subtract([whole], holes)
    ]
