"""`/symbols` and `/symbol_info`: what a chart must know of a market."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from chandlery.api.answering import server_of
from chandlery.api.udf.answers import json, patiently, query_of
from chandlery.api.udf.lookup import exchange_of, number_of
from chandlery.api.udf.resolutions import DAYS, MINUTES, MONTHS, SECONDS, SUPPORTED, WEEKS
from chandlery.core.market import Market

USUAL_PRICE_SCALE = 100
"""While no price is known."""
MOST_PRICE_SCALE = 10**16
"""A larger one shows the noise of floating point."""

_UTC = frozenset(("UTC", "UCT", "GMT", "Zulu", "Etc/UCT", "Etc/GMT", "Etc/Zulu", "Etc/UTC"))


@get("/symbols")
async def symbols(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return all that is known of one market."""
    server = server_of(request)
    symbol = query_of(request).text("symbol")
    number = await patiently(lambda: number_of(server, symbol))
    return json(symbol_of(server.engine.registry.market(number)))


@get("/symbol_info")
async def symbol_info(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the markets of a group, which is an exchange, as a table; of all without a group.

    An unknown group has no markets. It must not be an error: charts would know no symbol at all.
    """
    server = server_of(request)
    group = query_of(request).optional("group") or ""
    markets = await patiently(lambda: server.ask(server.engine.registry.markets))
    wanted = [
        market
        for market in markets
        if not group or exchange_of(market).casefold() == group.casefold()
    ]
    return json(table_of(wanted))


def symbol_of(market: Market) -> dict[str, Any]:
    """Return a market as charts know it."""
    known = {
        "name": market.name,
        "ticker": market.symbol,
        "description": description_of(market),
        "type": market.type or "crypto",
        "exchange": exchange_of(market),
        "listed_exchange": exchange_of(market),
        "session": market.session,
        "timezone": time_zone_of(market),
        "format": "price",
        "minmov": 1,
        "pricescale": price_scale_of(market),
        "has_intraday": True,
        "intraday_multipliers": MINUTES,
        "has_seconds": True,
        "seconds_multipliers": SECONDS,
        "has_daily": True,
        "daily_multipliers": DAYS,
        "has_weekly_and_monthly": True,
        "weekly_multipliers": WEEKS,
        "monthly_multipliers": MONTHS,
        "supported_resolutions": list(SUPPORTED),
        "has_empty_bars": False,
        "visible_plots_set": "ohlcv",
        "volume_precision": market.volume_precision,
        "data_status": "streaming",
    }
    return known | ({"currency_code": market.quote} if market.quote else {})


def table_of(markets: list[Market]) -> dict[str, Any]:
    """Return markets as a table of columns; what is the same for all stands once."""
    exchanges = [exchange_of(market) for market in markets]
    return {
        "symbol": [market.name for market in markets],
        "ticker": [market.symbol for market in markets],
        "description": [description_of(market) for market in markets],
        "type": [market.type or "crypto" for market in markets],
        "exchange-listed": exchanges,
        "exchange-traded": exchanges,
        "exchange_listed_name": exchanges,
        "session-regular": [market.session for market in markets],
        "timezone": [time_zone_of(market) for market in markets],
        "minmovement": 1,
        "pricescale": [price_scale_of(market) for market in markets],
        "has-intraday": True,
        "intraday-multipliers": MINUTES,
        "has-daily": True,
        "has-weekly-and-monthly": True,
        "has-empty-bars": False,
        "supported-resolutions": list(SUPPORTED),
        "visible-plots-set": "ohlcv",
        "volume-precision": [market.volume_precision for market in markets],
        "currency-code": [market.quote for market in markets],
    }


def description_of(market: Market) -> str:
    """Return what a market is called: charts show it, so there is always something."""
    pair = f"{market.base} / {market.quote}" if market.base and market.quote else market.name
    return market.description or pair


def time_zone_of(market: Market) -> str:
    """Return the time zone by the name TradingView has for it."""
    return "Etc/UTC" if market.time_zone in _UTC else market.time_zone


def price_scale_of(market: Market) -> int:
    """Return the number that makes shown prices whole."""
    return min(market.price_scale or USUAL_PRICE_SCALE, MOST_PRICE_SCALE)
