"""Candles and trades in pieces that fit in memory. Numbers come from the history alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from chandlery.core.candles import Candles, Fill, fill
from chandlery.core.columns import US
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine

BARS_A_PIECE = 200_000
DAY_US = 86_400 * US


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which candles: [start, end) in seconds, of those the newest `limit`; None is no bound."""

    market: int
    resolution: Resolution
    start: int | None
    end: int | None
    limit: int | None
    fill: Fill


def pieces(engine: Engine, wanted: Wanted, now: int) -> Iterator[Candles]:
    """Yield the candles in order. Flat bars are added up to the end named, but not after now."""
    if wanted.limit is not None:
        yield _newest(engine, wanted, wanted.limit, now)
        return
    start, end = _bounds(engine, wanted)
    if wanted.fill == "flat":
        end = _flat_end(engine, wanted, now)
    before = _before(engine, wanted, start)
    step = BARS_A_PIECE * wanted.resolution.seconds
    for low in range(start, end, step):
        high = min(low + step, end)
        found = engine.history.candles(wanted.market, wanted.resolution, low, high)
        filled = _filled(engine, wanted, Candles.concat((before, found)), high)
        piece = filled.take(filled.t >= low)
        before = filled.take(slice(-1, None)) if wanted.fill == "flat" else before
        yield piece


def trade_pieces(
    engine: Engine, market: int, bounds: tuple[int | None, int | None], limit: int | None
) -> Iterator[Trades]:
    """Yield the trades of [start, end) seconds in order, a day at a time unless they are few."""
    first, last = engine.registry.reach(market)
    start = max(first if bounds[0] is None else bounds[0], first) * US
    end = min(last + 1 if bounds[1] is None else bounds[1], last + 1) * US
    if limit is not None:
        newest = engine.history.newest_trades(market, limit, max(end, 0))
        yield newest.take(newest.time >= start)
        return
    for low in range(start, end, DAY_US):
        yield engine.history.trades(market, low, min(low + DAY_US, end))


def _newest(engine: Engine, wanted: Wanted, limit: int, now: int) -> Candles:
    found = engine.history.newest(wanted.market, wanted.resolution, limit, wanted.end)
    filled = found if wanted.fill == "none" else _flat_tail(engine, wanted, found, now)
    if wanted.start is not None:
        filled = filled.take(filled.t >= wanted.start)
    return filled.take(slice(max(0, len(filled) - limit), None))


def _flat_tail(engine: Engine, wanted: Wanted, found: Candles, now: int) -> Candles:
    """Return the last bars filled up to the end: no more of them than are wanted."""
    end = _flat_end(engine, wanted, now)
    calendar = engine.registry.calendars.of(wanted.market)
    start = calendar.back(wanted.resolution, end, wanted.limit or 0)
    is_before = found.t < start
    base = found.take(is_before).take(slice(-1, None))
    # The close that goes on is moved to the start: what lies before it is not wanted.
    base = replace(base, t=np.full(len(base), start - 1))
    filled = _filled(engine, wanted, Candles.concat((base, found.take(~is_before))), end)
    return filled.take(filled.t >= start)


def _bounds(engine: Engine, wanted: Wanted) -> tuple[int, int]:
    """Return the interval in which there can be bars."""
    first, last = engine.registry.reach(wanted.market)
    slack = wanted.resolution.seconds + 7 * 86_400
    start = first - slack if wanted.start is None else max(wanted.start, first - slack)
    end = last + slack if wanted.end is None else min(wanted.end, last + slack)
    return start, end


def _before(engine: Engine, wanted: Wanted, start: int) -> Candles:
    """Return the last bar before the start: flat bars go on from its close."""
    if wanted.fill == "none" or wanted.start is None:
        return Candles.empty()
    return engine.history.newest(wanted.market, wanted.resolution, 1, start)


def _flat_end(engine: Engine, wanted: Wanted, now: int) -> int:
    """Return up to where flat bars go: the end that was named, or the last bar."""
    if wanted.end is not None:
        return min(wanted.end, now)
    newest = engine.history.newest(wanted.market, wanted.resolution, 1)
    return int(newest.t[0]) + 1 if len(newest) else 0


def _filled(engine: Engine, wanted: Wanted, candles: Candles, end: int) -> Candles:
    """Return the candles with flat ones between them and up to the end."""
    return fill(candles, wanted.fill, wanted.resolution, engine.registry.calendars, end)
