"""`gaps`: where a market was not collected, which is not the same as no trades."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response

from chandlery.api import parameters
from chandlery.api.answering import Content, answered, server_of
from chandlery.api.operation import TEXT, TIME, Operation, list_of, record
from chandlery.api.parameters import Parameter, Parameters
from chandlery.api.v1.reading import reading
from chandlery.core.columns import US
from chandlery.engine.gaps import STATES, Gap
from chandlery.engine.gaps import gaps as gaps_of

SYMBOL = parameters.symbol()
KIND: Parameter[str] = Parameter(
    name="kind",
    help="What should have been collected.",
    read=str.strip,
    schema={"type": "string", "minLength": 1, "maxLength": 64, "default": "trades"},
    example="trades",
    default="trades",
)
ACCEPTED = Parameters(SYMBOL, KIND)
OPEN_END = {"type": ["integer", "null"], "description": "Null while nothing is seen again."}
STATE = {"type": "string", "enum": list(STATES)}


@reading(
    "gaps",
    Operation(
        summary="What was not collected",
        description="The stretches `[start, end)` that feeds have not seen, up to now where `end` "
        "is null. `filling` means that it is being asked for, `lost` that it never can be filled. "
        "No gap means that nothing is missing, or that no feed has recorded what it saw.",
        tag="Data",
        parameters=ACCEPTED.listed,
        schema=list_of(record(start=TIME, end=OPEN_END, state=STATE, reason=TEXT)),
        example=[
            {"start": 1735689600, "end": 1735693200, "state": "filling", "reason": "disconnected"}
        ],
        errors=(400, 404, 500, 503),
    ),
)
async def gaps(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the gaps of a market, in order."""
    server, given = server_of(request), ACCEPTED.read(request.scope["query_string"])
    number = server.engine.registry.number(given[SYMBOL])
    now_s = server.clock.now_us() // US
    found = await server.ask(lambda: gaps_of(server.engine, number, given[KIND], now_s))
    return await answered(request, Content.of([_row(gap) for gap in found]))


def _row(gap: Gap) -> dict[str, int | str | None]:
    end = gap.end if gap.has_ended else None
    return {"start": gap.start, "end": end, "state": gap.state, "reason": gap.reason}
