"""What the document says of administration, where its routes are."""

from __future__ import annotations

from typing import Any

import msgspec

from chandlery.api.admin.frames import MEDIA_TYPE
from chandlery.api.admin.requests import (
    BackfillRequest,
    CandlesRequest,
    KeyRequest,
    RangeRequest,
    TradesRequest,
)
from chandlery.api.openapi.kinds import number, said
from chandlery.api.operation import JSON, Body, Operation, list_of
from chandlery.api.parameters import Parameter

PREFIX = "/api/v1/admin"

OBJECT: dict[str, Any] = {"type": "object"}
RANGE = {"symbol": "BINANCE:BTCUSDT", "start": 1735689600, "end": 1735776000}
BACKFILL = {"markets": "binance:BTCUSDT", "kind": "bars", "start": 1735689600}
_KEY = {"id": "k1", "name": "grafana", "scope": "read"}


def told(
    summary: str, description: str, example: Any, *parameters: Parameter[Any], **more: Any
) -> Operation:
    """Return the description of an endpoint that needs the scope admin."""
    known: dict[str, Any] = {"schema": OBJECT, "tag": "Administration", "errors": (400, 404)}
    return Operation(
        summary=summary,
        description=f"{description} It needs a key with the scope admin.",
        example=example,
        parameters=parameters,
        is_cached=False,
        **(known | more),
    )


def _stream(summary: str, description: str, body: Body | None = None) -> Operation:
    """Return the description of an endpoint that answers with frames."""
    schema = {"type": "string", "contentMediaType": MEDIA_TYPE}
    return told(summary, description, "", body=body, schema=schema, media_type=MEDIA_TYPE)


def body_of(kind: type[msgspec.Struct], example: Any) -> Body:
    """Return the description of a JSON body; what it refers to is put in its place."""
    _, parts = msgspec.json.schema_components([kind], ref_template="{name}")
    return Body(media_type=JSON, schema=parts[kind.__name__], example=example)


_OPERATIONS: dict[tuple[str, str], Operation] = {
    ("POST", "candles"): _stream(
        "Stream candles",
        "Any number of bars as frames, exactly as they are stored.",
        body_of(CandlesRequest, {**RANGE, "resolution": "1m"}),
    ),
    ("POST", "trades"): _stream(
        "Stream trades",
        "Any number of trades as frames, in order.",
        body_of(TradesRequest, {**RANGE, "limit": 1000}),
    ),
    ("GET", "summaries"): told(
        "The markets with what they hold",
        "How far each market's data reaches, and its last price.",
        [{"first": 1735689600, "last": 1735776000, "price": 93610.9}],
        said("query", "What to search for.", "btc", needed=False),
        number("limit", "Markets at most.", 1000, needed=False),
        schema=list_of(OBJECT),
    ),
    ("GET", "jobs"): told(
        "The roll-ups",
        "The state of each roll-up as it stands.",
        [{"name": "roll-up 1m", "lag_s": 0, "marks": 0}],
        schema=list_of(OBJECT),
    ),
    ("POST", "verify"): _stream(
        "Compare every candle with its trades", "Frames tell how far it is, and what differs."
    ),
    ("POST", "rebuild"): _stream(
        "Make candles again",
        "Those of a market in a range; frames tell how far it is.",
        body_of(RangeRequest, RANGE),
    ),
    ("POST", "maintain"): _stream(
        "Tidy the store",
        "Lets go of what is past its time and tidies the file; frames tell how far it is.",
    ),
    ("POST", "backfill"): _stream(
        "Fetch the past",
        "Bars or trades of markets from their venue; frames tell how far it is. It stops when "
        "nobody listens any more, and goes on from there when it is asked for again.",
        body_of(BackfillRequest, BACKFILL),
    ),
    ("GET", "gaps"): told(
        "What was not collected",
        "The gaps of a market, or of all, of every kind.",
        [],
        Parameter(
            name="symbol",
            help="The market; empty is all of them.",
            read=str,
            schema={"type": "string"},
            example="BINANCE:BTCUSDT",
            default="",
        ),
        schema=list_of(OBJECT),
    ),
    ("GET", "keys"): told(
        "The keys",
        "All keys, without anything of their secrets.",
        [_KEY],
        schema=list_of(OBJECT),
    ),
    ("POST", "keys"): told(
        "Make a key",
        "Its text is shown this once.",
        {"key": _KEY, "text": "..."},
        body=body_of(KeyRequest, {"name": "grafana", "scope": "read"}),
    ),
    ("POST", "keys/{key_id}/revoke"): told(
        "Revoke a key",
        "It counts no longer, at once.",
        _KEY,
        Parameter(
            name="key_id",
            help="The key's id.",
            read=str,
            schema={"type": "string"},
            example="k1",
            is_required=True,
            is_in_path=True,
        ),
    ),
}
ADMINISTRATION = {
    (method, f"{PREFIX}/{path}"): operation for (method, path), operation in _OPERATIONS.items()
}
