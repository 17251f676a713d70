"""`ticker`: the last 24 hours of some markets, a line each."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response

from chandlery.api.answering import Content, answered, server_of
from chandlery.api.operation import MAYBE, TEXT, Operation, list_of, record
from chandlery.api.parameters import Parameter, ParameterError, Parameters
from chandlery.api.v1.reading import reading
from chandlery.core.market import symbol_of
from chandlery.engine.registry import Registry
from chandlery.engine.tickers import Ticker

MOST = 50
"""Markets of one request."""

FIGURES = (
    "last",
    "time",
    "open",
    "high",
    "low",
    "volume",
    "quote_volume",
    "change",
    "change_percent",
    "trades",
)


def _symbols(text: str) -> tuple[str, ...]:
    symbols = tuple(dict.fromkeys(symbol_of(part) for part in text.split(",")))
    if len(symbols) > MOST:
        message = f"at most {MOST} symbols expected, found {len(symbols)}"
        raise ParameterError(message, hint="ask for the others in a second request")
    return symbols


SYMBOLS: Parameter[tuple[str, ...]] = Parameter(
    name="symbols",
    help=f"Up to {MOST} markets, with commas between.",
    read=_symbols,
    schema={"type": "string", "minLength": 1},
    example="BINANCE:BTCUSDT,BINANCE:ETHUSDT",
    is_required=True,
)
ACCEPTED = Parameters(SYMBOLS)


@reading(
    "ticker",
    Operation(
        summary="The last 24 hours of markets",
        description="A line a market, in the order asked for. `time` is that of the newest bar, "
        "in seconds, and `last` its close, however old; `open` is the first price of the 24 "
        "hours. What is not known is null.",
        tag="Data",
        parameters=ACCEPTED.listed,
        schema=list_of(record(symbol=TEXT, **dict.fromkeys(FIGURES, MAYBE))),
        example=[
            {
                "symbol": "BINANCE:BTCUSDT",
                "last": 93610.9,
                "time": 1735689600,
                "open": 92000,
                "high": 94100.5,
                "low": 91870,
                "volume": 18250.5,
                "quote_volume": 1698000000.5,
                "change": 1610.9,
                "change_percent": 1.75097826087,
                "trades": 812034,
            }
        ],
        errors=(400, 404, 500, 503),
    ),
)
async def ticker(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the tickers of some markets."""
    server = server_of(request)
    registry = server.engine.registry
    symbols = ACCEPTED.read(request.scope["query_string"])[SYMBOLS]
    numbers = [registry.number(symbol) for symbol in symbols]
    found = await server.tickers.many(numbers)
    return await answered(request, Content.of([row_of(registry, each) for each in found]))


def row_of(registry: Registry, ticker: Ticker) -> dict[str, Any]:
    """Return a ticker as it is shown."""
    own = {"symbol": registry.market(ticker.market).symbol}
    return own | {name: getattr(ticker, name) for name in FIGURES}
