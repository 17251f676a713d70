"""Keeping a store small and in order: retention, sorted runs, the log folded into the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine
from chandlery.engine.making import grid_floor

ROWS_A_RUN = 2_000_000
"""A run is sorted in memory, or beside the file where that is too small."""

FEWEST_OPEN_ROWS = 50_000
"""With fewer bars in the open block, reading them in any order costs nothing."""

FOREVER_S = 0
"""A retention of nothing means: keep everything."""


def maintain(
    engine: Engine,
    retention: Mapping[Resolution | None, int],
    now: int,
    *,
    rows_a_run: int = ROWS_A_RUN,
) -> Iterator[str]:
    """Let go of what is past its time, sort what is loose, checkpoint; yield what was done.

    `retention` maps a rung, or None for the trades, to seconds.
    """
    for resolution, seconds in retention.items():
        if seconds != FOREVER_S:
            yield from forget(engine, resolution, now - seconds)
    for table, start, end in _runs(engine, now, rows_a_run):
        rows = engine.store.compact(table, start, end)
        # Space is given back at a checkpoint: the next rewrite then goes where this one was.
        engine.store.checkpoint()
        yield f"{table}: {rows:,} rows of [{start}, {end}) sorted"
    engine.store.checkpoint()
    yield "checkpoint done"


def forget(engine: Engine, resolution: Resolution | None, before: int) -> Iterator[str]:
    """Let go of rows, but never of any that a coarser bar is still to be made of."""
    name = "trades" if resolution is None else f"{resolution} bars"
    coarser = engine.dirt.rungs[0] if resolution is None else engine.dirt.coarser(resolution)
    if coarser is not None:
        safe = _safe(engine, resolution, coarser, grid_floor(coarser, before))
        if safe < grid_floor(coarser, before):
            yield f"{name}: bars of {coarser} are not rolled up past {safe}, so later rows stay"
        before = grid_floor(coarser, safe)
    kept_from = engine.dirt.kept_from(resolution)
    if before < kept_from or (before == kept_from and resolution is not None):
        return
    engine.dirt.keep_from(resolution, before)
    gone = engine.store.forget(resolution, before)
    engine.tails.cool()
    yield f"{name}: {gone:,} rows before {before} let go"


def _safe(engine: Engine, resolution: Resolution | None, coarser: Resolution, before: int) -> int:
    """Return up to where the coarser bars are made, and so their source can be let go."""
    if resolution is None:
        return engine.recorder.let_go(before)
    pending = (mark.start for mark in engine.dirt.all_marks() if mark.rung <= coarser)
    return min(before, engine.dirt.frontier(coarser), *pending)


def _runs(engine: Engine, now: int, most_rows: int) -> Iterator[tuple[str, int, int]]:
    """Yield the stretches to sort, each of some rows at most where it can be cut.

    Neighbouring blocks are joined while they are small, because long runs take fewer bytes. Of a
    block that is still being filled, bars are sorted up to the last full hour.
    """
    table, start, end, rows = "", 0, 0, 0
    for name, block_start, block_end in engine.store.loose_blocks():
        closed = block_end if block_end <= now else _last_hour(name, now)
        more = engine.store.rows_in(name, block_start, closed) if closed > block_start else 0
        if not more or (closed < block_end and more < FEWEST_OPEN_ROWS):
            continue
        if name == table and block_start == end and rows + more <= most_rows:
            end, rows = closed, rows + more
            continue
        yield from _cut(table, start, end, -(-rows // most_rows))
        table, start, end, rows = name, block_start, closed, more
    yield from _cut(table, start, end, -(-rows // most_rows))


def _cut(table: str, start: int, end: int, parts: int) -> Iterator[tuple[str, int, int]]:
    """Yield a stretch in equal parts of whole seconds."""
    edges = [start + (end - start) * part // max(parts, 1) for part in range(parts + 1)]
    for low, high in pairwise(edges):
        yield table, low, high


def _last_hour(table: str, now: int) -> int:
    """Return up to where an open block is sorted; one of trades is not."""
    return 0 if table == "trades" else now // 3_600 * 3_600
