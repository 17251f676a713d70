"""`/quotes`: the last 24 hours of some markets, for lists of symbols."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from chandlery.api.answering import server_of
from chandlery.api.udf.answers import json, patiently, query_of
from chandlery.api.udf.lookup import exchange_of, number_of
from chandlery.api.udf.symbols import description_of
from chandlery.core.errors import UnknownMarketError, UsageError
from chandlery.core.market import MOST_CHARACTERS, Market
from chandlery.engine.server import Server
from chandlery.engine.tickers import Ticker

MOST_SYMBOLS = 200
"""Symbols of one request."""


@get("/quotes")
async def quotes(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return a quote for each symbol, in their order; of an unknown one only that it is."""
    server = server_of(request)
    text = query_of(request).text("symbols", most=MOST_SYMBOLS * (MOST_CHARACTERS + 1))
    symbols = [symbol for symbol in text.split(",") if symbol.strip()]
    if not 1 <= len(symbols) <= MOST_SYMBOLS:
        message = f"1 to {MOST_SYMBOLS} symbols expected, found {len(symbols)}"
        raise UsageError(message)
    return json({"s": "ok", "d": [await _quote(server, symbol) for symbol in symbols]})


async def _quote(server: Server, symbol: str) -> dict[str, Any]:
    try:
        number = await patiently(lambda: number_of(server, symbol))
    except UnknownMarketError:
        return {"s": "error", "n": symbol, "v": {}}
    ticker = await patiently(lambda: server.tickers.of(number))
    values = _values(server.engine.registry.market(number), ticker)
    return {"s": "ok", "n": symbol, "v": values}


def _values(market: Market, ticker: Ticker) -> dict[str, Any]:
    """Return what is known, by TradingView's names; what is not is left out."""
    previous = None
    if ticker.last is not None and ticker.change is not None:
        previous = ticker.open
    known = {
        "short_name": market.name,
        "original_name": market.symbol,
        "exchange": exchange_of(market),
        "description": description_of(market),
        "lp": ticker.last,
        "ch": ticker.change,
        "chp": ticker.change_percent,
        "open_price": ticker.open,
        "high_price": ticker.high,
        "low_price": ticker.low,
        "prev_close_price": previous,
        "volume": ticker.volume,
    }
    return {name: value for name, value in known.items() if value is not None}
