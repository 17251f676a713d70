"""`intervals`: the lengths of bars that are offered."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response

from chandlery.api import parameters
from chandlery.api.answering import Content, answered, server_of
from chandlery.api.operation import TEXT, WHOLE, Operation, list_of, record
from chandlery.api.parameters import Parameter, Parameters
from chandlery.api.udf.resolutions import OFFERED
from chandlery.api.v1.reading import reading
from chandlery.core.market import symbol_of
from chandlery.core.resolution import Resolution, Unit

SYMBOL: Parameter[str] = Parameter(
    name="symbol",
    help="The market; without it, what every market has.",
    read=symbol_of,
    schema=parameters.symbol().schema,
    example="BINANCE:BTCUSDT",
    default="",
)
ACCEPTED = Parameters(SYMBOL)

_BARE = {Unit.DAY: "D", Unit.WEEK: "W", Unit.MONTH: "M"}


@reading(
    "intervals",
    Operation(
        summary="The intervals offered",
        description="Each length of bars with the spellings that name it. A rung is kept ready; "
        "the others are made from rungs when they are asked for. Any other length that bars can "
        "have is answered too, such as `7m`.",
        tag="Markets",
        parameters=ACCEPTED.listed,
        schema=list_of(
            record(
                interval=TEXT,
                spellings=list_of(TEXT),
                seconds=WHOLE,
                rung={"type": "boolean"},
            )
        ),
        example=[{"interval": "1h", "spellings": ["1h", "60"], "seconds": 3600, "rung": True}],
        errors=(400, 404, 500, 503),
    ),
)
async def intervals(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the intervals, shortest first."""
    engine = server_of(request).engine
    symbol = ACCEPTED.read(request.scope["query_string"])[SYMBOL]
    if symbol:
        engine.registry.number(symbol)
    rungs = engine.dirt.rungs
    rows = [_row(each, is_rung=each in rungs) for each in sorted({*OFFERED, *rungs})]
    return await answered(request, Content.of(rows))


def _row(resolution: Resolution, *, is_rung: bool) -> dict[str, Any]:
    return {
        "interval": str(resolution),
        "spellings": list(dict.fromkeys(_spellings(resolution))),
        "seconds": resolution.seconds,
        "rung": is_rung,
    }


def _spellings(resolution: Resolution) -> list[str]:
    """Return how users, TradingView and exchanges write it, ours first."""
    spellings = [str(resolution), resolution.tradingview]
    if resolution.count == 1 and resolution.unit in _BARE:
        spellings.append(_BARE[resolution.unit])
    if resolution.is_intraday and resolution.count % 3600 == 0:
        spellings.append(f"{resolution.count // 60}m")
    return spellings
