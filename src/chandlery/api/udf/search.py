"""`/search`: markets by what a user types."""

from __future__ import annotations

from itertools import islice
from typing import Any

from litestar import Request, Response, get

from chandlery.api.answering import server_of
from chandlery.api.query import Query
from chandlery.api.udf.answers import json, patiently, query_of
from chandlery.api.udf.lookup import exchange_of
from chandlery.api.udf.symbols import description_of
from chandlery.core.errors import UsageError
from chandlery.core.market import Market
from chandlery.engine.registry import Registry

USUAL, MOST = 30, 1_000
"""Markets of an answer, if nothing is said and at most."""


@get("/search")
async def search(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the markets that fit best, as a list; without a query the first ones."""
    server, query = server_of(request), query_of(request)
    limit = _limit(query)
    text = query.optional("query") or ""
    filters = (query.optional("exchange") or "", query.optional("type") or "")
    found = await patiently(
        lambda: server.ask(lambda: _found(server.engine.registry, text, filters, limit))
    )
    return json([_row(market) for market in found])


def _limit(query: Query) -> int:
    limit = query.whole("limit")
    if limit is not None and limit < 1:
        message = f"a limit of at least 1 expected, found {limit}"
        raise UsageError(message)
    return min(limit or USUAL, MOST)


def _found(registry: Registry, text: str, filters: tuple[str, str], limit: int) -> list[Market]:
    exchange, kind = (wanted.casefold() for wanted in filters)
    if not exchange and not kind:
        return registry.search(text, limit)
    fits = (
        market
        for market in registry.matches(text)
        if exchange in ("", exchange_of(market).casefold()) and kind in ("", market.type.casefold())
    )
    return list(islice(fits, limit))


def _row(market: Market) -> dict[str, str]:
    exchange = exchange_of(market)
    return {
        "symbol": market.name,
        "full_name": f"{exchange}:{market.name}",
        "description": description_of(market),
        "exchange": exchange,
        "ticker": market.symbol,
        "type": market.type or "crypto",
    }
