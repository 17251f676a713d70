"""What every route of administration does: read a body strictly, answer JSON."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from litestar import Request, Response

from chandlery.core.errors import UsageError

Body = TypeVar("Body", bound=msgspec.Struct)
Asked = Request[Any, Any, Any]

MOST_ROWS = 1_000
"""Rows of a page."""


async def body_of(request: Asked, kind: type[Body]) -> Body:
    """Return what a request says; refuse anything else."""
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except msgspec.MsgspecError as error:
        message = f"the body does not say what is wanted: {error}"
        raise UsageError(message) from error


def json_of(value: Any) -> Response[bytes]:
    """Return an answer."""
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(value), media_type="application/json", headers=headers)


def checked(name: str, value: int, least: int, most: int) -> int:
    """Return a number that lies in its bounds."""
    if not least <= value <= most:
        message = f"{name} from {least} to {most} expected, found {value}"
        raise UsageError(message)
    return value


def page_of(limit: int, offset: int) -> slice:
    """Return which rows of a list are asked for; refuse what cannot be."""
    checked("limit", limit, 1, MOST_ROWS)
    checked("offset", offset, 0, 1 << 31)
    return slice(offset, offset + limit)
