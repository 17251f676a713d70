"""What was collected of a market as few intervals, for a picture. `drawn` is pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from chandlery.core.errors import UsageError
from chandlery.core.intervals import Pair
from chandlery.engine.engine import Engine
from chandlery.engine.gaps import KINDS, Gap, gaps

MOST_CELLS = 2_000
USUAL_CELLS = 1_000

State = Literal["covered", "lost", "filling", "open"]
WORST_LAST: tuple[State, ...] = ("covered", "lost", "filling", "open")


class Stretch(msgspec.Struct, frozen=True):
    """[start, end) in seconds, and what is known of it."""

    start: int
    end: int
    state: State
    reason: str = ""


class Timeline(msgspec.Struct, frozen=True):
    """A range of a market. Where there is no interval, nobody followed it."""

    symbol: str
    kind: str
    start: int
    end: int
    resolution_s: int
    intervals: list[Stretch]
    open_since: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which market and kind, and of it [start, end), as fine as is wanted."""

    symbol: str
    kind: str = "trades"
    start: int | None = None
    end: int | None = None
    resolution_s: int | None = None


def timeline(engine: Engine, asked: Asked, now: int) -> Timeline:
    """Return what was collected of a market. Blocks."""
    number = engine.registry.number(asked.symbol)
    if asked.kind not in KINDS:
        message = f"kind: one of {', '.join(KINDS)} expected, found {asked.kind[:40]!r}"
        raise UsageError(message)
    seen = engine.store.coverage(number, asked.kind)
    missed = gaps(engine, number, asked.kind, now)
    firsts = [*(start for start, _ in seen[:1]), *(gap.start for gap in missed[:1])]
    end = now if asked.end is None else asked.end
    start = min(firsts, default=end) if asked.start is None else asked.start
    if start > end or (start == end and asked.start is not None):
        message = f"a start before the end expected, found {start} and {end}"
        raise UsageError(message)
    cell = _cell(end - start, asked.resolution_s)
    return Timeline(
        engine.registry.market(number).symbol,
        asked.kind,
        start,
        end,
        cell,
        drawn(seen, missed, (start, end), cell),
        next((gap.start for gap in missed if not gap.has_ended), None),
    )


def _cell(length: int, wanted: int | None) -> int:
    usual = -(-length // USUAL_CELLS) if wanted is None else wanted
    return max(1, usual, -(-length // MOST_CELLS))


def drawn(seen: Sequence[Pair], missed: Iterable[Gap], within: Pair, cell: int) -> list[Stretch]:
    """Return intervals made of cells: a gap has its whole cell, and the worst one counts."""
    start, end = within
    cells: dict[int, tuple[int, str]] = {}
    for low, high in seen:
        for number in _cells((low, high), within, cell):
            cells.setdefault(number, (0, ""))
    for gap in missed:
        found = (WORST_LAST.index(gap.state), gap.reason)
        for number in _cells((gap.start, gap.end), within, cell):
            if number not in cells or cells[number][0] < found[0]:
                cells[number] = found
    stretches: list[Stretch] = []
    for number in sorted(cells):
        rank, reason = cells[number]
        low, high = start + number * cell, min(end, start + (number + 1) * cell)
        stretch = Stretch(low, high, WORST_LAST[rank], reason)
        stretches[-1:] = _joined(stretches[-1:], stretch)
    return stretches


def _cells(pair: Pair, within: Pair, cell: int) -> Iterator[int]:
    """Yield the numbers of the cells that an interval touches."""
    low, high = max(pair[0], within[0]), min(pair[1], within[1])
    if low < high:
        yield from range((low - within[0]) // cell, -(-(high - within[0]) // cell))


def _joined(last: list[Stretch], new: Stretch) -> list[Stretch]:
    if last and (last[0].end, last[0].state, last[0].reason) == (new.start, new.state, new.reason):
        return [Stretch(last[0].start, new.end, new.state, new.reason)]
    return [*last, new]
