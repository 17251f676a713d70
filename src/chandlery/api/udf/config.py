"""`/config` and `/time`: what a chart asks first."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from chandlery.api.answering import server_of
from chandlery.api.udf.answers import json, patiently, plain
from chandlery.api.udf.lookup import exchange_of
from chandlery.api.udf.resolutions import SUPPORTED
from chandlery.core.columns import US
from chandlery.core.market import Market

ALL_EXCHANGES = {"value": "", "name": "All exchanges", "desc": ""}
ALL_TYPES = {"name": "All types", "value": ""}


@get("/config")
async def config(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return what this datafeed can do."""
    server = server_of(request)
    markets = await patiently(lambda: server.ask(server.engine.registry.markets))
    return json(configuration(markets))


def configuration(markets: list[Market]) -> dict[str, Any]:
    """Return the configuration for these markets."""
    exchanges = sorted({exchange_of(market) for market in markets})
    types = sorted({market.type for market in markets if market.type})
    return {
        "supports_search": True,
        "supports_group_request": False,
        "supports_marks": True,
        "supports_timescale_marks": True,
        "supports_time": True,
        "exchanges": [
            ALL_EXCHANGES,
            *({"value": name, "name": name, "desc": name} for name in exchanges),
        ],
        "symbols_types": [ALL_TYPES, *({"name": name, "value": name} for name in types)],
        "supported_resolutions": list(SUPPORTED),
    }


@get("/time")
async def time(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the seconds since 1970, as a bare number."""
    return plain(str(server_of(request).clock.now_us() // US))
