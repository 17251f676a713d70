"""The markets as a list: how far each reaches and what it last cost. Calls block."""

from __future__ import annotations

from dataclasses import dataclass

from chandlery.core.columns import US
from chandlery.core.market import Market
from chandlery.engine.engine import Engine


@dataclass(frozen=True, slots=True)
class MarketSummary:
    """A market with the seconds of its first and last data, and the last price."""

    market: Market
    first: int | None
    last: int | None
    price: float | None


def summaries(engine: Engine, query: str = "", limit: int = 1_000) -> list[MarketSummary]:
    """Return the markets that fit a query, best first; all of them without one."""
    markets = engine.registry.search(query, limit)
    first = _first_bars(engine)
    return [_summary(engine, market, first) for market in markets]


def _first_bars(engine: Engine) -> dict[int, int]:
    """Return when each market's finest bars begin: one query for each series."""
    first: dict[int, int] = {}
    behind = engine.dirt.frontier(engine.dirt.rungs[0])
    for table, since in (*((s.resolution, 0) for s in engine.store.series()), (None, behind)):
        found = engine.store.extents(table, since)
        for number, start in zip(found.market.tolist(), found.start.tolist(), strict=True):
            first.setdefault(number, start)
    return first


def _summary(engine: Engine, market: Market, first: dict[int, int]) -> MarketSummary:
    number = engine.registry.number(market.symbol)
    for resolution in (series.resolution for series in engine.store.series()):
        bars = engine.history.newest(number, resolution, 1)
        if len(bars):
            last, price = int(bars.t[0]), float(bars.c[0])
            # A bar's trades lie in so short a time that reading them costs next to nothing.
            trades = engine.history.trades(number, last * US, (last + resolution.seconds) * US)
            last = int(trades.time[-1]) // US if len(trades) else last
            return MarketSummary(market, first.get(number, last), last, price)
    return MarketSummary(market, None, None, None)
