"""`symbols`: searching markets, a page at a time, and a single one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import numpy as np
from litestar import Request, Response

from chandlery.api import cursors, parameters
from chandlery.api.answering import Content, answered, server_of
from chandlery.api.operation import TEXT, WHOLE, Operation, list_of, record
from chandlery.api.parameters import Parameters
from chandlery.api.v1.reading import PREFIX, reading
from chandlery.core.columns import Int64s
from chandlery.core.market import Market
from chandlery.engine.registry import Registry

USUAL, MOST = 100, 1_000
"""Markets of a page, if nothing is said and at most."""

QUERY = parameters.text("query", "What to search for; without it, all markets.", example="btc")
EXCHANGE = parameters.text("exchange", "Only markets of this exchange.", example="BINANCE")
TYPE = parameters.text("type", "Only markets of this type.", example="crypto")
SORT = parameters.choice(
    "sort",
    "`activity`: by trades in the last 24 hours, the most first.",
    ("match", "activity"),
)
LIMIT = parameters.whole("limit", "Markets of a page.", bounds=(1, MOST), default=USUAL)
CURSOR = cursors.parameter()
ACCEPTED = Parameters(QUERY, EXCHANGE, TYPE, SORT, LIMIT, CURSOR)
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
    sort: str = "match"

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
        "Without `query` in the order in which the markets were added. With `sort=activity` the "
        "busiest first, as it was a minute ago at most.",
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
    wanted = Wanted(given[QUERY], given[EXCHANGE].casefold(), given[TYPE].casefold(), given[SORT])
    cursor = given[CURSOR]
    after = None if cursor is None else cursor.open(wanted, tuple[cursors.Row, str])
    limit = given[LIMIT] or USUAL
    registry = server.engine.registry
    ranks = await server.activity.ranks() if wanted.sort == "activity" else None
    found, row = await server.ask(lambda: _page(registry, wanted, (ranks, after), limit))
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
    registry: Registry,
    wanted: Wanted,
    order: tuple[Int64s | None, tuple[int, str] | None],
    limit: int,
) -> tuple[Sequence[Market], int | None]:
    """Return the markets after a place in an order, and the row behind them if there are more."""
    ranks, after = order
    found = registry.matches(wanted.text) if ranks is None else _busiest(registry, wanted, ranks)
    fitting = (market for market in found if wanted.fits(market))
    if after is None:
        # Only so many are looked for.
        few = list(islice(fitting, limit + 1))
        return few[:limit], limit if len(few) > limit else None
    every = list(fitting)
    first = _row_after(every, *after)
    page = every[first : first + limit]
    return page, first + limit if first + limit < len(every) else None


def _busiest(registry: Registry, wanted: Wanted, ranks: Int64s) -> Iterable[Market]:
    """Return the markets that match by their ranks; those that have none yet come last."""
    last = len(ranks)
    if not wanted.text:
        numbers = chain(np.argsort(ranks).tolist(), range(last, len(registry)))
        every = map(registry.market, numbers)
        return (market for market in every if not market.hidden)
    numbered = [(registry.number(found.symbol), found) for found in registry.matches(wanted.text)]
    numbered.sort(key=lambda pair: int(ranks[pair[0]]) if pair[0] < last else last)
    return (market for _, market in numbered)


def _row_after(markets: Sequence[Market], row: int, symbol: str) -> int:
    """Return the row behind a market; the one it had when it has gone."""
    if 0 < row <= len(markets) and markets[row - 1].symbol == symbol:
        return row
    rows = (number for number, market in enumerate(markets, 1) if market.symbol == symbol)
    return next(rows, row)
