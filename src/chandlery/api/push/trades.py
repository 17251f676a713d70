"""`POST /api/v1/trades` and `/api/v1/events`: answered when what was sent is durable."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, post

from chandlery.api.operation import TEXT, WHOLE, Body, Operation, list_of, record
from chandlery.api.parameters import Parameters, text
from chandlery.api.push.formats import read_event_body, read_trades
from chandlery.api.push.refusals import HANDLERS
from chandlery.api.push.route import SYMBOL, TIME_UNIT, desk_of, taken, unit_of

EVENT = text("event", "The kind of events that do not say it in `event`.", example="Swap")
TRADES = Parameters(SYMBOL, TIME_UNIT)
EVENTS = Parameters(EVENT, SYMBOL, TIME_UNIT)

_NUMBER = {"type": ["number", "string"]}
_ROW = {
    "type": "object",
    "properties": {
        "symbol": TEXT,
        "time": {**_NUMBER, "description": "s, ms, us or ns since 1970, or ISO 8601."},
        "price": _NUMBER,
        "size": _NUMBER,
        "side": {"type": ["string", "integer", "null"], "description": "The taker's: buy, sell."},
        "id": {"type": ["integer", "string", "null"]},
        "sequence": {"type": ["integer", "string", "null"]},
    },
    "required": ["time", "price", "size"],
    "additionalProperties": False,
}
_EVENT = {"type": "object", "properties": {"event": TEXT}}
_OUTCOME = record(
    accepted={**WHOLE, "description": "Rows that are stored now and were not before."},
    duplicate={**WHOLE, "description": "Rows that were there before."},
    rejected=list_of(record(index=WHOLE, reason=TEXT)),
)
_EXAMPLE = {"accepted": 2, "duplicate": 0, "rejected": [{"index": 1, "reason": "size: ..."}]}
_TRADE = {
    "symbol": "MYDEX:SOL/USDC",
    "time": 1735689600123,
    "price": 189.25,
    "size": "1.5",
    "side": "buy",
    "id": "5f3a:0",
}


def _body(row: dict[str, Any], example: Any) -> Body:
    schema = {"oneOf": [row, {"type": "array", "items": row}]}
    return Body(media_type="application/json", schema=schema, example=example)


def _operation(
    summary: str, description: str, parameters: Parameters, body: Body
) -> dict[str, Any]:
    told = Operation(
        summary=summary,
        description=f"{description} Answered when it is durable; with status 400 if no row is "
        "good, else 200. A row that is rejected is named by its place, from 0. The header "
        "`Idempotency-Key` gives the same request the same answer. It needs a key with the "
        "scope write.",
        tag="Push",
        parameters=parameters.listed,
        schema=_OUTCOME,
        example=_EXAMPLE,
        errors=(400, 413, 415, 422, 501),
        body=body,
        is_cached=False,
    )
    return told.opt


@post(
    "/api/v1/trades",
    status_code=200,
    request_max_body_size=None,
    exception_handlers=HANDLERS,
    opt=_operation(
        "Push trades",
        "One JSON object, an array, JSON lines, CSV with a header, or an Arrow stream, as "
        "`Content-Type` says; `Content-Encoding` gzip or zstd. A symbol that is not known yet "
        "becomes a market.",
        TRADES,
        _body(_ROW, _TRADE),
    ),
)
async def push_trades(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Take trades."""
    given = TRADES.read(request.scope["query_string"])
    asked = desk_of(request).asked(given[SYMBOL], unit_of(given[TIME_UNIT]))
    return await taken(request, lambda data, kind: read_trades(data, kind, asked))


@post(
    "/api/v1/events",
    status_code=200,
    request_max_body_size=None,
    exception_handlers=HANDLERS,
    opt=_operation(
        "Push events",
        "Events of your own, each with its kind in `event`, as one JSON object, an array or JSON "
        "lines; the settings say which of their fields make a trade.",
        EVENTS,
        _body(_EVENT, {"event": "Swap", "pool": "MYDEX:SOL/USDC", "amount": "1500000000"}),
    ),
)
async def push_events(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Take events."""
    given = EVENTS.read(request.scope["query_string"])
    desk = desk_of(request)
    asked = desk.asked(given[SYMBOL], unit_of(given[TIME_UNIT]))
    maps = (desk.events, given[EVENT])
    return await taken(request, lambda data, kind: read_event_body(data, kind, maps, asked))
