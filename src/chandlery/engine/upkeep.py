"""Keeping a store small and in order: retention, sorted runs, the log folded into the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine

ROWS_A_RUN = 5_000_000
"""A run is sorted in memory, or beside the file where that is too small."""

FOREVER_S = 0
"""A retention of nothing means: keep everything."""


def maintain(engine: Engine, retention: Mapping[Resolution | None, int], now: int) -> Iterator[str]:
    """Let go of what is past its time, sort what is loose, checkpoint; yield what was done.

    `retention` maps a rung, or None for the trades, to seconds.
    """
    for resolution, seconds in retention.items():
        if seconds != FOREVER_S:
            yield from forget(engine, resolution, now - seconds)
    yield from compact(engine, now)
    engine.store.checkpoint()
    yield "checkpoint done"


def forget(engine: Engine, resolution: Resolution | None, before: int) -> Iterator[str]:
    """Let go of rows, but never of any that a coarser bar is still to be made of."""
    name = "trades" if resolution is None else f"{resolution} bars"
    coarser = engine.dirt.rungs[0] if resolution is None else engine.dirt.coarser(resolution)
    if coarser is not None:
        frontier = engine.dirt.frontier(coarser)
        pending = [mark.start for mark in engine.dirt.all_marks() if mark.rung <= coarser]
        safe = min([frontier, *pending])
        if safe < before:
            yield f"{name}: bars of {coarser} are not rolled up past {safe}, so later rows stay"
            before = safe
        before = engine.rollup.edge(coarser, before)
    if before <= _kept_from(engine, resolution):
        return
    gone = engine.store.forget(resolution, before)
    yield f"{name}: {gone:,} rows before {before} let go"


def compact(engine: Engine, before: int) -> Iterator[str]:
    """Rewrite the closed stretches that are out of order as sorted runs."""
    for table, start, end in _runs(engine, before):
        rows = engine.store.compact(table, start, end)
        # Space is given back at a checkpoint: the next rewrite then goes where this one was.
        engine.store.checkpoint()
        yield f"{table}: {rows:,} rows of [{start}, {end}) sorted"


def _runs(engine: Engine, before: int) -> Iterator[tuple[str, int, int]]:
    """Join neighbouring blocks as long as a run stays small: long runs take fewer bytes."""
    table, start, end, rows = "", 0, 0, 0
    for name, block_start, block_end in engine.store.loose_blocks():
        if block_end > before:
            continue
        more = engine.store.rows_in(name, block_start, block_end)
        if name == table and block_start == end and rows + more <= ROWS_A_RUN:
            end, rows = block_end, rows + more
            continue
        if table:
            yield table, start, end
        table, start, end, rows = name, block_start, block_end, more
    if table:
        yield table, start, end


def _kept_from(engine: Engine, resolution: Resolution | None) -> int:
    if resolution is None:
        return engine.store.trades_kept_from()
    kept = [s.kept_from for s in engine.store.series() if s.resolution == resolution]
    return kept[0] if kept else 0
