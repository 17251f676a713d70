"""Plain REST: candles, markets, jobs. Times are seconds since 1970, UTC."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromQuery, QueryParameter

from chandlery.core.candles import Candles
from chandlery.core.errors import UsageError
from chandlery.core.market import Market
from chandlery.core.moments import moment_of
from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine
from chandlery.engine.job_list import current_jobs
from chandlery.engine.server import Server
from chandlery.formats.json import candles_json

NEWEST, MOST = 500, 10_000
"""Bars of an answer, if nothing is said and at most."""
MOST_SYMBOLS = 1_000


@get("/api/v1/candles")
async def candles(  # noqa: PLR0913 - one parameter a query parameter
    state: State,
    symbol: FromQuery[str],
    interval: FromQuery[str],
    start: FromQuery[str | None] = None,
    end: FromQuery[str | None] = None,
    limit: FromQuery[int] = NEWEST,
) -> Response[bytes]:
    """Return [{t,o,h,l,c,v,q,n,bv}, ...]: the newest `limit` bars with start <= t < end."""
    server: Server = state.server
    if not 1 <= limit <= MOST:
        message = f"a limit from 1 to {MOST} expected, found {limit}"
        raise UsageError(message, hint="ask for less at once, with start and end")
    resolution = Resolution.parse(interval)
    first = None if start is None else moment_of(start)
    last = None if end is None else moment_of(end)

    def read() -> bytes:
        number = server.engine.registry.number(symbol)
        found = _newest(server.engine, number, resolution, (first, last, limit))
        return candles_json(found)

    return Response(await server.ask(read), media_type="application/json")


@get("/api/v1/symbols")
async def symbols(
    state: State,
    text: Annotated[str, QueryParameter(name="query")] = "",
    limit: FromQuery[int] = MOST_SYMBOLS,
) -> list[dict[str, Any]]:
    """Return the markets that fit a query, best first."""
    server: Server = state.server
    if not 1 <= limit <= MOST_SYMBOLS:
        message = f"a limit from 1 to {MOST_SYMBOLS} expected, found {limit}"
        raise UsageError(message)
    found = await server.ask(lambda: server.engine.registry.search(text, limit))
    return [_market(market) for market in found]


@get("/api/v1/jobs")
async def jobs(state: State) -> Response[bytes]:
    """Return the state of each roll-up."""
    server: Server = state.server
    now = server.clock.now_us() // 1_000_000
    found = await server.ask(lambda: current_jobs(server.engine, now))
    return Response(msgspec.json.encode(found), media_type="application/json")


def _newest(
    engine: Engine,
    number: int,
    resolution: Resolution,
    bounds: tuple[int | None, int | None, int],
) -> Candles:
    start, end, limit = bounds
    if start is not None and end is not None and end - start <= limit * resolution.seconds:
        return engine.history.candles(number, resolution, start, end)
    found = engine.history.newest(number, resolution, limit, end)
    return found if start is None else found.take(found.t >= start)


def _market(market: Market) -> dict[str, Any]:
    return {
        "symbol": market.symbol,
        "exchange": market.exchange,
        "description": market.description,
        "type": market.type,
        "session": market.session,
        "time_zone": market.time_zone,
        "price_scale": market.price_scale,
        "volume_precision": market.volume_precision,
    }
