"""Plain REST below `/api/v1`. Times are seconds since 1970, UTC, unless said otherwise."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from chandlery.api.v1 import (
    candles,
    gaps,
    indicator,
    indicators,
    intervals,
    jobs,
    quality,
    symbols,
    ticker,
    trades,
)

ROUTES: list[HTTPRouteHandler] = [
    symbols.symbols,
    symbols.symbol,
    intervals.intervals,
    candles.candles,
    trades.trades,
    ticker.ticker,
    indicators.indicators,
    indicator.indicator,
    gaps.gaps,
    quality.quality,
    jobs.jobs,
]

__all__ = ["ROUTES"]
