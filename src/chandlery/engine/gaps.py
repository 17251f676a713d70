"""Where nothing is known of a market although it is known before and after: not collected."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from chandlery.engine.engine import Engine


@dataclass(frozen=True, slots=True)
class Gap:
    """An interval [start, end) in seconds that no feed has seen."""

    start: int
    end: int


def gaps(engine: Engine, market: int, kind: str = "trades") -> list[Gap]:
    """Return what lies between the intervals that were seen, in order. Blocks.

    Before the first and after the last of them there is no gap: a feed that runs is about to
    see what comes next.
    """
    seen = engine.store.coverage(market, kind)
    return [Gap(end, start) for (_, end), (start, _) in pairwise(seen)]
