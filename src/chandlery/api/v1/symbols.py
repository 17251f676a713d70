"""`symbols`: searching markets, a page at a time, and a single one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response

from chandlery.api import cursors, parameters
from chandlery.api.answering import Content, answered, server_of
from chandlery.api.operation import TEXT, WHOLE, Operation, list_of, record
from chandlery.api.parameters import Parameters
from chandlery.api.v1.reading import PREFIX, reading
from chandlery.core.market import Market
from chandlery.engine.registry import Registry

USUAL, MOST = 100, 1_000
"""Markets of a page, if nothing is said and at most."""

QUERY = parameters.text("query", "What to search for; without it, all markets.", example="btc")
EXCHANGE = parameters.text("exchange", "Only markets of this exchange.", example="BINANCE")
TYPE = parameters.text("type", "Only markets of this type.", example="crypto")
LIMIT = parameters.whole("limit", "Markets of a page.", bounds=(1, MOST), default=USUAL)
CURSOR = cursors.parameter()
ACCEPTED = Parameters(QUERY, EXCHANGE, TYPE, LIMIT, CURSOR)
SYMBOL = parameters.symbol(is_in_path=True)

MARKET = record(
    symbol=TEXT,
    exchange=TEXT,
    base=TEXT,
    quote=TEXT,
    type=TEXT,
    description=TEXT,
    session=TEXT,
    time_zone=TEXT,
    price_scale=WHOLE,
    volume_precision=WHOLE,
)
EXAMPLE = {
    "symbol": "BINANCE:BTCUSDT",
    "exchange": "BINANCE",
    "base": "BTC",
    "quote": "USDT",
    "type": "crypto",
    "description": "",
    "session": "24x7",
    "time_zone": "UTC",
    "price_scale": 100,
    "volume_precision": 5,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which markets are asked for."""

    text: str
    exchange: str
    type: str

    def fits(self, market: Market) -> bool:
        """Return whether a market is of the exchange and the type."""
        return self.exchange in ("", market.exchange.casefold()) and self.type in (
            "",
            market.type.casefold(),
        )


@reading(
    "symbols",
    Operation(
        summary="Search the markets",
        description="Best matches first: the symbol itself, then beginnings, words, and parts. "
        "Without `query` in the order in which the markets were added.",
        tag="Markets",
        parameters=ACCEPTED.listed,
        schema=list_of(MARKET),
        example=[EXAMPLE],
        headers=cursors.HEADERS,
    ),
)
async def symbols(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the markets that fit, a page of them."""
    server, query = server_of(request), request.scope["query_string"]
    given = ACCEPTED.read(query)
    wanted = Wanted(given[QUERY], given[EXCHANGE].casefold(), given[TYPE].casefold())
    cursor = given[CURSOR]
    after = None if cursor is None else cursor.open(wanted, tuple[cursors.Row, str])
    limit = given[LIMIT] or USUAL
    registry = server.engine.registry
    found, row = await server.ask(lambda: _page(registry, wanted, after, limit))
    following = None if row is None else cursors.cursor_of(wanted, (row, found[-1].symbol))
    listed = Content.of([market_row(market) for market in found])
    headers = cursors.next_headers(f"{PREFIX}/symbols", query, following)
    return await answered(request, Content(listed.body, headers=headers))


@reading(
    "symbols/{symbol:path}",
    Operation(
        summary="One market",
        description="What is known of a market. A symbol may hold slashes.",
        tag="Markets",
        parameters=(SYMBOL,),
        schema=MARKET,
        example=EXAMPLE,
        errors=(400, 404, 500, 503),
    ),
)
async def symbol(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return one market."""
    Parameters().read(request.scope["query_string"])
    registry = server_of(request).engine.registry
    wanted = SYMBOL.of(request.path_params["symbol"].removeprefix("/"))
    market = registry.market(registry.number(wanted))
    return await answered(request, Content.of(market_row(market)))


def market_row(market: Market) -> dict[str, Any]:
    """Return a market as it is answered."""
    return {name: getattr(market, name) for name in EXAMPLE}


def _page(
    registry: Registry, wanted: Wanted, after: tuple[int, str] | None, limit: int
) -> tuple[Sequence[Market], int | None]:
    """Return the markets after a place, and the row behind them if there are more."""
    every = registry.search(wanted.text, len(registry))
    fitting = [market for market in every if wanted.fits(market)]
    first = 0 if after is None else _row_after(fitting, *after)
    page = fitting[first : first + limit]
    return page, first + limit if first + limit < len(fitting) else None


def _row_after(markets: Sequence[Market], row: int, symbol: str) -> int:
    """Return the row behind a market; the one it had when it has gone."""
    if 0 < row <= len(markets) and markets[row - 1].symbol == symbol:
        return row
    rows = (number for number, market in enumerate(markets, 1) if market.symbol == symbol)
    return next(rows, row)
