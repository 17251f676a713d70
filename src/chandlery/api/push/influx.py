"""InfluxDB's way to write, so that Telegraf and its clients can send trades unchanged.

Errors are told as both its versions do: `code` and `message` (2), `error` (1).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
from litestar import HttpMethod, Request, Response, post, route

from chandlery import __version__
from chandlery.api.errors import RETRY_AFTER_S, kind_of
from chandlery.api.operation import Body, Operation
from chandlery.api.push.outcome import Outcome
from chandlery.api.push.refusals import kind_of_body
from chandlery.api.push.route import desk_of, outcome_of
from chandlery.api.query import Query
from chandlery.core.errors import ChandleryError, UsageError
from chandlery.sources.push import PRECISIONS, BodyError, Parsed, read_lines

MOST_REASONS = 10
_CODES = {
    400: "invalid",
    413: "request too large",
    415: "invalid",
    429: "too many requests",
    503: "unavailable",
}


class _Wished(NamedTuple):
    """What a URL says; whatever else clients put there is passed over."""

    precision: str

    @classmethod
    def of(cls, query: bytes) -> _Wished:
        precision = Query.parse(query).optional("precision") or "ns"
        if precision not in PRECISIONS:
            message = (
                f"precision: one of {', '.join(PRECISIONS)} expected, found {precision[:20]!r}"
            )
            raise UsageError(message)
        return cls(precision)


def _operation(summary: str, description: str) -> dict[str, Any]:
    told = Operation(
        summary=summary,
        description=f"{description} The market is the tag `symbol` or `market`, or else the "
        "measurement; fields are price, size (or amount, volume, qty), side, id, sequence. 204 "
        "when it is durable; 400 names the lines that are none, the others being stored. Also "
        "`precision` in the URL: ns, us, ms, s, m or h. It needs a key with the scope write.",
        tag="Push",
        schema={"type": "string"},
        example="",
        media_type="text/plain",
        errors=(400, 413, 415),
        body=Body(
            media_type="text/plain",
            schema={"type": "string"},
            example="trades,symbol=MYDEX:SOL/USDC price=189.25,size=1.5 1735689600123000000",
        ),
        is_cached=False,
        statuses=(204,),
    )
    return told.opt


@post(
    "/api/v2/write",
    status_code=200,
    request_max_body_size=None,
    opt=_operation("Write lines (InfluxDB 2)", "Trades in the line protocol of InfluxDB."),
)
async def write_v2(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Take lines as version 2 does."""
    return await _answered(request)


@post(
    "/write",
    status_code=200,
    request_max_body_size=None,
    opt=_operation("Write lines (InfluxDB 1)", "The same as `/api/v2/write`."),
)
async def write_v1(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Take lines as version 1 does."""
    return await _answered(request)


@route(
    "/ping",
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    status_code=200,
    opt=Operation(
        summary="Whether the server is there",
        description="Asked by clients of InfluxDB before they write.",
        tag="Push",
        schema={"type": "string"},
        example="",
        media_type="text/plain",
        errors=(),
        is_cached=False,
        statuses=(204,),
    ).opt,
)
async def ping() -> Response[bytes]:
    """Say that we are there."""
    return _response(204, b"", {"X-Influxdb-Version": f"chandlery-{__version__}"})


async def _answered(request: Request[Any, Any, Any]) -> Response[bytes]:
    try:
        outcome = await _taken(request)
    except BodyError as error:
        return _refused(kind_of_body(error).status, error)
    except ChandleryError as error:
        return _refused(kind_of(error).status, error)
    return _told(outcome) if outcome.rejected else _response(204, b"")


async def _taken(request: Request[Any, Any, Any]) -> Outcome:
    desk = desk_of(request)
    wished = _Wished.of(request.scope["query_string"])
    desk.refuse_if_full()
    asked, now_us = desk.asked(unit="us"), desk.now_us()

    def read(data: bytes, media_type: str) -> Parsed:
        return read_lines(data, wished.precision, now_us, asked)

    async with desk.bodies.read(request) as body:
        return await outcome_of(desk, body, read)


def _told(outcome: Outcome) -> Response[bytes]:
    """Say which lines were none, as clients show it: lines are counted from 1."""
    reasons = [
        f"line {row + 1}: {outcome.rejected[row]}"
        for row in sorted(outcome.rejected)[:MOST_REASONS]
    ]
    count = len(outcome.rejected)
    more = f"; and {count - MOST_REASONS} more" if count > MOST_REASONS else ""
    message = f"partial write: {'; '.join(reasons)}{more}, dropped={count}"
    return _error(400, "invalid", (message, ""), {"line": min(outcome.rejected) + 1})


def _refused(status: int, error: ChandleryError) -> Response[bytes]:
    code = _CODES.get(status, "internal error")
    return _error(status, code, (error.message, error.hint), {})


def _error(status: int, code: str, told: tuple[str, str], more: dict[str, int]) -> Response[bytes]:
    error, hint = told
    message = f"{error} ({hint})" if hint else error
    body = {"code": code, "message": message, "error": message, "hint": hint, **more}
    headers = {"X-Influxdb-Error": _line(message)}
    if status == 503:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    return _response(status, msgspec.json.encode(body), headers)


def _line(message: str) -> str:
    """Return what may stand in a header."""
    return message[:200].encode("ascii", "replace").decode().replace("\n", " ").replace("\r", " ")


def _response(status: int, body: bytes, headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(
        body,
        media_type="application/json",
        status_code=status,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )
