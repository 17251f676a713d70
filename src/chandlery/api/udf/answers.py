"""How TradingView's client is answered.

It ignores the status of HTTP and reads only the body, and one error makes a series stay empty: so
refusals are bodies, and what failed for a reason that may pass is tried again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from chandlery.api.query import Query
from chandlery.core.errors import ChandleryError, QueryBudgetError, UnknownMarketError

Result = TypeVar("Result")

UNKNOWN_SYMBOL = "unknown_symbol"
"""The one error TradingView's charts know by name."""
PAUSES_S = (0.05, 0.2, 0.5)
"""How long is waited before something that may pass is tried again."""

_FRESH = {"Cache-Control": "no-cache"}
_log = structlog.get_logger()


def query_of(request: Request[Any, Any, Any]) -> Query:
    """Return the parameters of a request."""
    return Query.parse(request.scope["query_string"])


def json(body: Any) -> Response[bytes]:
    """Answer with JSON."""
    return json_text(msgspec.json.encode(body))


def json_text(body: bytes) -> Response[bytes]:
    """Answer with JSON that is written already."""
    return Response(body, media_type=MediaType.JSON, status_code=200, headers=_FRESH)


def plain(body: str, status: int = 200) -> Response[bytes]:
    """Answer with plain text."""
    return Response(body.encode(), media_type=MediaType.TEXT, status_code=status, headers=_FRESH)


def nothing_at(path: str, status: int) -> Response[bytes]:
    """Answer what is not there: in plain text, for any JSON would be taken for an answer."""
    return plain(f"there is no TradingView endpoint at {path}, or not for this method", status)


def failed(message: str) -> Response[bytes]:
    """Answer with TradingView's error."""
    return json({"s": "error", "errmsg": message})


def told(error: ChandleryError) -> str:
    """Return an error as one line."""
    return f"{error.message}: {error.hint}" if error.hint else error.message


async def patiently(work: Callable[[], Awaitable[Result]]) -> Result:
    """Await work, and again a few times when it fails for a reason that may pass.

    What took too long is tried once more: the disk may have been busy with something else.
    """
    is_late = False
    for pause in PAUSES_S:
        try:
            return await work()
        except QueryBudgetError:
            if is_late:
                raise
            is_late = True
        except ChandleryError as error:
            if not error.retryable:
                raise
        await asyncio.sleep(pause)
    return await work()


def _ours(request: Request[Any, Any, Any], error: ChandleryError) -> Response[bytes]:
    return failed(message_of(request, error))


def _theirs(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    return failed(message_of(request, error))


def _unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    return failed(message_of(request, error))


def message_of(request: Request[Any, Any, Any], error: Exception) -> str:
    """Return what may be told of an error, and log what was no mistake of the client."""
    if isinstance(error, UnknownMarketError):
        return UNKNOWN_SYMBOL
    if isinstance(error, ChandleryError):
        return told(error)
    if isinstance(error, HTTPException):
        return str(error.detail)
    _log.error("request failed", path=request.url.path, exc_info=error)
    return "internal error: the server's log says more"


HANDLERS: ExceptionHandlersMap = {
    ChandleryError: _ours,
    HTTPException: _theirs,
    Exception: _unexpected,
}
