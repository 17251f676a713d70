"""The only map from errors to HTTP: `{"error": "...", "hint": "..."}`."""

from __future__ import annotations

from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from chandlery.core.errors import (
    ChandleryError,
    StoreUnavailableError,
    UnknownMarketError,
    UsageError,
)
from chandlery.engine.ingest import BusyError

_STATUS: tuple[tuple[type[ChandleryError], int], ...] = (
    (UnknownMarketError, 404),
    (UsageError, 400),
    (BusyError, 503),
    (StoreUnavailableError, 503),
)

_log = structlog.get_logger()


def _body(status: int, error: str, hint: str = "") -> Response[dict[str, str]]:
    return Response({"error": error, "hint": hint}, status_code=status)


def ours(request: Request[Any, Any, Any], error: ChandleryError) -> Response[dict[str, str]]:
    """Answer with the status of the error's kind."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    if status == 500:
        _log.error("request failed", path=request.url.path, reason=error.message)
    return _body(status, error.message, error.hint)


def theirs(request: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, str]]:
    """Answer what the framework refuses: no such path, a parameter missing or of a wrong type."""
    reasons = error.extra if isinstance(error.extra, list) else []
    named = [f"{reason.get('key')}: {reason.get('message')}" for reason in reasons]
    if error.status_code == 404:
        return _body(404, f"there is nothing at {request.url.path}")
    return _body(error.status_code, "; ".join(named) or str(error.detail))


def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, str]]:
    """Answer a bug."""
    _log.error("request failed", path=request.url.path, exc_info=error)
    return _body(500, "internal error", "the server's log says more")


HANDLERS: ExceptionHandlersMap = {
    ChandleryError: ours,
    HTTPException: theirs,
    Exception: unexpected,
}
