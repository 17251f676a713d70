"""`/api/session`: a browser that was given a key once keeps it as a cookie that no script can read.

The key comes in the body, as a link carries it behind `#`, where no server and no log sees it.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, delete, post

from chandlery.api.access import ForbiddenError, Protection
from chandlery.api.access.cookie import set_cookie
from chandlery.api.access.guard import is_from_own_page
from chandlery.core.errors import UsageError


class Token(msgspec.Struct, forbid_unknown_fields=True):
    """What is sent."""

    token: str


def _cookie(
    request: Request[Any, Any, Any], token: str, **options: int
) -> Response[dict[str, str]]:
    value = set_cookie(token, is_secure=request.scope["scheme"] == "https", **options)
    headers = {"Set-Cookie": value.decode(), "Cache-Control": "no-store"}
    return Response({"status": "ok"}, status_code=200, headers=headers)


def _refuse_others(request: Request[Any, Any, Any]) -> None:
    """Keep pages of other sites from signing a browser in as somebody else."""
    if not is_from_own_page(dict(request.scope["headers"])):
        message = "pages of other sites may not sign in here"
        raise ForbiddenError(message, hint="open the link in the address bar")


@post(
    "/api/session",
    tags=["operations"],
    summary="Keep a key in this browser",
    include_in_schema=False,
)
async def open_session(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """Check a key, and answer with a cookie that holds it."""
    protection: Protection = request.app.state.protection
    _refuse_others(request)
    try:
        said = msgspec.json.decode(await request.body(), type=Token)
    except msgspec.MsgspecError as error:
        message = f'{{"token": "..."}} expected: {error}'
        raise UsageError(message) from None
    client = request.scope["client"]
    caller = protection.guard.caller_of(list(request.scope["headers"]), client[0] if client else "")
    protection.guard.identify_token(said.token, caller)
    return _cookie(request, said.token)


@delete("/api/session", status_code=200, include_in_schema=False)
async def close_session(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """Take the cookie away."""
    return _cookie(request, "", max_age_s=0)


ROUTES = (open_session, close_session)
