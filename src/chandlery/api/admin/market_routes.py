"""Markets by hand, and the rules by which trades are left out. See docs/administration.md."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from litestar import Response, delete, get, patch, post, put
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery

from chandlery.api.admin.answers import Asked, body_of, json_of, page_of
from chandlery.api.admin.desk import Admin
from chandlery.api.admin.requests import FilterRequest, NewMarketRequest
from chandlery.core.filters import Rule
from chandlery.engine.editing import (
    MarketEdit,
    add_market,
    edit_market,
    market_row,
    market_rows,
)
from chandlery.engine.filters import filter_of, filter_rows, set_rule
from chandlery.engine.server import Server

PREFIX = "/api/v1/admin"


@get(f"{PREFIX}/markets")
async def markets(
    state: State,
    request: Asked,
    limit: FromQuery[int] = 200,
    offset: FromQuery[int] = 0,
) -> Response[bytes]:
    """Return the markets, hidden ones too."""
    server: Server = state.admin.server
    page = page_of(limit, offset)
    query = request.query_params.get("query", "")
    found = await server.ask(lambda: market_rows(server.engine, query))
    return json_of({"total": len(found), "markets": found[page]})


@post(f"{PREFIX}/markets", status_code=200)
async def create(state: State, request: Asked) -> Response[bytes]:
    """Make a market."""
    server: Server = state.admin.server
    asked = await body_of(request, NewMarketRequest)
    said = {n: getattr(asked, n) for n in MarketEdit.__struct_fields__}
    edit = MarketEdit(**said)
    market = await asyncio.to_thread(lambda: add_market(server.engine, asked.symbol, edit))
    return _row(server, server.engine.registry.number(market.symbol))


@patch(f"{PREFIX}/markets/{{symbol:path}}")
async def change(state: State, request: Asked, symbol: FromPath[str]) -> Response[bytes]:
    """Change what is known of a market."""
    server: Server = state.admin.server
    edit = await body_of(request, MarketEdit)
    number = server.engine.registry.number(symbol.removeprefix("/"))
    is_moved = await asyncio.to_thread(
        lambda: edit_market(server.engine, server.clock, number, edit)
    )
    if is_moved:
        server.live.forget(number)
    return _row(server, number)


@get(f"{PREFIX}/filters")
async def filters(state: State) -> Response[bytes]:
    """Return the rules of the settings' patterns, and those of single markets."""
    admin: Admin = state.admin
    return json_of({"filters": await asyncio.to_thread(lambda: filter_rows(admin.server.engine))})


@put(f"{PREFIX}/filters")
async def set_filter(state: State, request: Asked) -> Response[bytes]:
    """Give a market a rule of its own."""
    asked = await body_of(request, FilterRequest)
    rule = Rule(
        min_notional=asked.min_notional,
        max_deviation=asked.max_deviation,
        window_s=asked.window_s,
    )
    return await _ruled(state.admin.server, asked.symbol, rule)


@delete(f"{PREFIX}/filters", status_code=200)
async def clear_filter(state: State, symbol: FromQuery[str]) -> Response[bytes]:
    """Have a market follow the patterns again."""
    return await _ruled(state.admin.server, symbol, None)


ROUTES = (markets, create, change, filters, set_filter, clear_filter)


async def _ruled(server: Server, symbol: str, rule: Rule | None) -> Response[bytes]:
    number = server.engine.registry.number(symbol)
    await asyncio.to_thread(lambda: set_rule(server.engine, number, rule))
    first, last = server.engine.registry.reach(number)
    if first < last:
        server.live.refresh(number, first, last)
    return json_of(filter_of(server.engine, number))


def _row(server: Server, number: int) -> Response[bytes]:
    row: dict[str, Any] = market_row(server.engine, number)
    return json_of(msgspec.to_builtins(row))
