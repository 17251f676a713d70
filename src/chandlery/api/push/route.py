"""What every route of pushes does around its own reading of a body."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Response

from chandlery.api.parameters import Parameter, ParameterError, choice, symbol
from chandlery.api.push.bodies import Body
from chandlery.api.push.desk import Desk
from chandlery.api.push.outcome import Answer, Outcome
from chandlery.sources.push import UNITS, Parsed

BYTES_OF_A_REASON = 64
KEY = "idempotency-key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

SYMBOL: Parameter[str] = Parameter(
    name="symbol",
    help="The market of rows that name none.",
    read=symbol().read,
    schema=symbol().schema,
    example="BINANCE:BTCUSDT",
    default="",
)
TIME_UNIT = choice(
    "time_unit",
    "The unit of times that are numbers; `auto` tells it from each number's magnitude.",
    ("auto", *UNITS),
)


def desk_of(request: Request[Any, Any, Any]) -> Desk:
    """Return where pushes are taken."""
    desk: Desk = request.app.state.push
    return desk


def unit_of(text: str) -> str | None:
    """Return the unit that a parameter names; None for `auto`."""
    return None if text == "auto" else text


async def taken(
    request: Request[Any, Any, Any], read: Callable[[bytes, str], Parsed]
) -> Response[bytes]:
    """Answer a push when it is durable; with an Idempotency-Key the same every time."""
    desk, key = desk_of(request), _key_of(request)
    async with desk.bodies.read(request) as body:

        async def answer() -> Answer:
            desk.refuse_if_full()
            outcome = await outcome_of(desk, body, read)
            size = len(outcome.rejected) * BYTES_OF_A_REASON
            return await desk.aside(size, lambda: Answer.of(outcome))

        if not key:
            return _response(await answer(), is_again=False)
        fingerprint = body.fingerprint(request.scope["query_string"])
        return _response(*await desk.once.answer(key, fingerprint, answer))


def outcome_of(desk: Desk, body: Body, read: Callable[[bytes, str], Parsed]) -> Awaitable[Outcome]:
    """Have what a body holds written."""
    most = desk.limits.body_bytes
    # What is packed may be of any size; and the first Arrow stream has much code loaded.
    is_large = body.encoding or "arrow" in body.media_type or body.data[:1] == b"\xff"
    size = most if is_large else len(body.data)
    return desk.take(size, lambda: read(body.unpacked(most), body.media_type))


def _response(answer: Answer, is_again: bool) -> Response[bytes]:  # noqa: FBT001 - of a pair
    headers = {"Cache-Control": "no-store"}
    if is_again:
        headers["Idempotency-Replayed"] = "true"
    return Response(
        answer.body, media_type="application/json", status_code=answer.status, headers=headers
    )


def _key_of(request: Request[Any, Any, Any]) -> str:
    """Return the key of a request, apart from those of others; empty if there is none."""
    key = request.headers.get(KEY)
    if key is None:
        return ""
    if _KEY.fullmatch(key) is None:
        message = "an Idempotency-Key of 1 to 255 visible characters expected"
        raise ParameterError(message, hint="such as a UUID")
    principal = request.scope.get("state", {}).get("principal")
    owner = "" if principal is None else principal.who or principal.name
    return f"{request.scope['path']} {owner} {key}"
