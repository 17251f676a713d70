"""What was not collected of a market: known gaps, and what lies between two stretches seen."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

from chandlery.core.clock import Clock
from chandlery.core.columns import US, Int64s
from chandlery.core.delivery import GapState
from chandlery.core.intervals import Pair, subtract, union
from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine
from chandlery.engine.statistics import Figure

TRADES = "trades"
KINDS = (TRADES, "bars")
GIVEN = Resolution.parse("1m")
"""The bars that venues give."""
STATES: tuple[GapState, ...] = ("open", "filling", "lost")


@dataclass(frozen=True, slots=True)
class Gap:
    """An interval [start, end) in seconds that no feed has seen."""

    start: int
    end: int
    state: GapState = "open"
    """`filling` is: it is being asked for; `lost`: it can never be filled."""
    reason: str = ""
    has_ended: bool = True
    """Whether anything is seen again; if not, `end` is now."""


class GapRow(msgspec.Struct, frozen=True):
    """A gap of one of many markets; without an end while nothing is seen again."""

    symbol: str
    kind: str
    start: int
    end: int | None
    state: str
    reason: str


def gaps(engine: Engine, market: int, kind: str = TRADES, now_s: int | None = None) -> list[Gap]:
    """Return the gaps of a market, in order. Blocks.

    Before the first stretch that was seen there is no gap. After the last there is one if a feed
    has said so, which is told only if it is said what time it is.
    """
    told = [
        Gap(
            gap.start,
            gap.end if gap.end is not None else now_s or 0,
            gap.state,
            gap.reason,
            has_ended=gap.end is not None,
        )
        for gap in engine.store.gaps(market)
        if gap.kind == kind and (gap.end is not None or now_s is not None)
    ]
    seen = engine.store.coverage(market, kind)
    between = [(end, start) for (_, end), (start, _) in pairwise(seen)]
    untold = subtract(between, [(gap.start, gap.end) for gap in told])
    found = [*told, *(Gap(start, end) for start, end in untold)]
    return sorted((gap for gap in found if gap.start < gap.end), key=lambda gap: gap.start)


def seen(engine: Engine, market: int, resolution: Resolution) -> list[Pair]:
    """Return the seconds that are whole in bars of a resolution, in order. Blocks.

    Either kind makes them so: what trades were seen, and what bars a venue gave.
    """
    return union(
        part for kind in _kinds_of(resolution) for part in engine.store.coverage(market, kind)
    )


def missed(engine: Engine, market: int, resolution: Resolution, now_s: int) -> list[Pair]:
    """Return the seconds that bars of a resolution lack up to now, in order. Blocks."""
    whole = seen(engine, market, resolution)
    between = [(end, start) for (_, end), (start, _) in pairwise(whole)]
    told = [
        (gap.start, now_s if gap.end is None else gap.end)
        for gap in engine.store.gaps(market)
        if gap.kind in _kinds_of(resolution)
    ]
    return subtract([*between, *told], whole)


def _kinds_of(resolution: Resolution) -> tuple[str, ...]:
    """Return the kinds that bars of a resolution are made of: given ones make none finer."""
    return KINDS if GIVEN.divides(resolution) else (TRADES,)


def partial(
    engine: Engine, market: int, resolution: Resolution, t: Int64s, now_s: int
) -> NDArray[np.bool_]:
    """Tell of each bar whether a part of its time was not collected. Blocks."""
    calendar = engine.registry.calendars.of(market)
    is_partial = np.zeros(len(t), dtype=np.bool_)
    for start, end in missed(engine, market, resolution, now_s):
        ends = np.array([start, end - 1], dtype=np.int64)
        first, last = calendar.floor(resolution, ends)
        is_partial[np.searchsorted(t, first) : np.searchsorted(t, last, side="right")] = True
    return is_partial


def gap_rows(engine: Engine, symbol: str | None, now_s: int) -> list[GapRow]:
    """Return the gaps of a market, or of all, of every kind. Blocks."""
    registry = engine.registry
    numbers = range(len(registry)) if symbol is None else [registry.number(symbol)]
    return [
        GapRow(
            registry.market(number).symbol,
            kind,
            gap.start,
            gap.end if gap.has_ended else None,
            gap.state,
            gap.reason,
        )
        for number in numbers
        for kind in KINDS
        for gap in gaps(engine, number, kind, now_s)
    ]


def metrics_of(engine: Engine, clock: Clock) -> tuple[Figure, ...]:
    """Return what is shown of the gaps that feeds have told; read without waiting."""

    def told(*, seconds: bool) -> dict[str, float]:
        found: dict[str, float] = dict.fromkeys(STATES, 0.0)
        now_s = clock.now_us() // US
        for gap in engine.store.gaps():
            end = now_s if gap.end is None else gap.end
            found[gap.state] += max(0, end - gap.start) if seconds else 1
        return found

    return (
        Figure("gaps", "Gaps that feeds know of.", lambda: told(seconds=False), label="state"),
        Figure(
            "gap_seconds", "How long these gaps are.", lambda: told(seconds=True), label="state"
        ),
    )
