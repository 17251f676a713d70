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
    return [summary(engine, market) for market in engine.registry.search(query, limit)]


def summary(engine: Engine, market: Market) -> MarketSummary:
    """Return what is known of one market."""
    number = engine.registry.number(market.symbol)
    first, last = engine.registry.reach(number)
    if first >= last:
        return MarketSummary(market, None, None, None)
    newest = engine.history.newest_trades(number, 1)
    if len(newest):
        return MarketSummary(market, first, int(newest.time[0]) // US, float(newest.price[0]))
    for series in engine.store.series():
        bars = engine.history.newest(number, series.resolution, 1)
        if len(bars):
            return MarketSummary(market, first, int(bars.t[0]), float(bars.c[0]))
    return MarketSummary(market, first, last, None)
