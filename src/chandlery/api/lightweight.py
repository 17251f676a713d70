"""Lightweight Charts: bars as its `setData` takes them, ascending and each once, in UTC seconds."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, Router, get

from chandlery.api.answering import Content, answered
from chandlery.api.caching import is_settled
from chandlery.api.pages import text_of
from chandlery.api.query import Query
from chandlery.api.spaced import Spaced
from chandlery.api.udf.lookup import exchange_of, number_of
from chandlery.api.udf.stamps import horizon
from chandlery.api.udf.symbols import description_of, price_scale_of
from chandlery.core.columns import US
from chandlery.core.errors import UsageError
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.engine.live import MOST_BARS, Window
from chandlery.engine.server import Server

PREFIX = "/api/lightweight"
USUAL, MOST = 1_000, MOST_BARS
"""Items of an answer, if nothing is said and at most."""
FILLS = ("none", "flat")


@get("/ohlcv")
async def ohlcv(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return [{time,open,high,low,close,volume}, ...], the newest ones of the range."""
    server: Server = request.app.state.server
    query = Query.parse(request.scope["query_string"])
    symbol, resolution = query.text("symbol"), Resolution.parse(query.text("timeframe"))
    start, end = query.optional_seconds("from"), query.optional_seconds("to")
    limit, has_whitespace = _limit(query), query.truth("whitespace")
    is_filled = query.choice("fill", FILLS) == "flat"
    number = await number_of(server, symbol)
    if start is not None and end is not None and start >= end:
        return await _answer(request, b"[]")
    if has_whitespace or is_filled:
        calendar = server.engine.registry.calendars.of(number)
        latest = horizon(calendar, resolution, server.clock.now_us() // US)
        spaced = Spaced(server, number, resolution, limit, is_filled, has_whitespace)
        until = latest if end is None else min(end, latest)
        return await _answer(request, await spaced.text(start, until))
    page = await server.live.page(number, resolution, Window(start, end, limit))
    is_closed = page.is_final and is_settled(end, server.clock.now_us() // US)
    text = await text_of(server, page, "lightweight")
    return await _answer(request, text, settled=is_closed and len(page) > 0)


@get("/markets")
async def markets(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the markets, with what the options of a series need."""
    server: Server = request.app.state.server
    found = await server.ask(server.engine.registry.markets)
    return await _answer(request, msgspec.json.encode([_market(market) for market in found]))


ROUTES = [Router(PREFIX, route_handlers=[ohlcv, markets])]


def _limit(query: Query) -> int:
    limit = query.whole("limit")
    if limit is not None and not 1 <= limit <= MOST:
        message = f"a limit from 1 to {MOST} expected, found {limit}"
        raise UsageError(message, hint="ask for less at once, with from and to")
    return limit or USUAL


async def _answer(
    request: Request[Any, Any, Any], body: bytes, *, settled: bool = False
) -> Response[bytes]:
    return await answered(request, Content(body, is_settled=settled))


def _market(market: Market) -> dict[str, Any]:
    scale = price_scale_of(market)
    return {
        "symbol": market.symbol,
        "name": market.name,
        "exchange": exchange_of(market),
        "description": description_of(market),
        "type": market.type,
        "precision": len(str(scale)) - 1,
        "price_scale": scale,
        "volume_precision": market.volume_precision,
        "session": market.session,
        "time_zone": market.time_zone,
    }
