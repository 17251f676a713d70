"""The only map from errors to HTTP: `{"error": "...", "hint": "...", "code": "..."}`.

`error` and `hint` are for people and may be worded anew; `code` is for programs and stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from chandlery.api.access.errors import AccessError, CredentialError
from chandlery.api.udf.answers import nothing_at
from chandlery.api.udf.paths import is_udf
from chandlery.core.errors import (
    ChandleryError,
    InputError,
    QueryBudgetError,
    StoreUnavailableError,
    UnknownMarketError,
    UnknownResolutionError,
    UsageError,
)
from chandlery.engine.feeding import UnknownFeedError
from chandlery.engine.ingest import BusyError
from chandlery.engine.live import TooManyBarsError
from chandlery.engine.tasks import UnknownTaskError
from chandlery.formats.arrow import MissingExtraError

RETRY_AFTER_S = 1
"""After how long to ask again what may pass."""


class UnknownIndicatorError(UsageError):
    """A name that no indicator has."""


class Kind(NamedTuple):
    """How an error is answered."""

    status: int
    code: str


_KINDS: dict[type[ChandleryError], Kind] = {
    UnknownMarketError: Kind(404, "unknown_symbol"),
    UnknownResolutionError: Kind(400, "unknown_interval"),
    UnknownIndicatorError: Kind(404, "unknown_indicator"),
    UnknownFeedError: Kind(404, "unknown_feed"),
    UnknownTaskError: Kind(404, "unknown_task"),
    TooManyBarsError: Kind(400, "too_many_bars"),
    MissingExtraError: Kind(501, "missing_extra"),
    UsageError: Kind(400, "bad_parameter"),
    InputError: Kind(400, "bad_input"),
    BusyError: Kind(503, "busy"),
    StoreUnavailableError: Kind(503, "unavailable"),
    QueryBudgetError: Kind(503, "timeout"),
    CredentialError: Kind(401, "unauthorized"),
    AccessError: Kind(403, "forbidden"),
}
"""Looked up along an error's ancestors, the nearest first."""

_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "timeout",
    413: "body_too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
    500: "internal",
    501: "not_implemented",
    503: "busy",
}
"""The codes of what is refused by its status alone."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What every refusal says."""

    error: str
    hint: str
    code: str


def kind_of(error: ChandleryError) -> Kind:
    """Return how an error is answered."""
    for ancestor in type(error).__mro__:
        if ancestor in _KINDS:
            return _KINDS[ancestor]
    return Kind(500, "internal")


def refusal(
    kind: Kind, error: str, hint: str = "", headers: Mapping[str, str] | None = None
) -> Response[ErrorBody]:
    """Return the answer that says what is wrong."""
    own = {"Cache-Control": "no-store"}
    if kind.status == 503:
        own["Retry-After"] = str(RETRY_AFTER_S)
    body = ErrorBody(error, hint, kind.code)
    return Response(body, status_code=kind.status, headers={**own, **(headers or {})})


def ours(request: Request[Any, Any, Any], error: ChandleryError) -> Response[ErrorBody]:
    """Answer with the status of the error's kind."""
    kind = kind_of(error)
    if kind.status == 500:
        _log.error("request failed", path=request.url.path, reason=error.message)
    own = error.headers if isinstance(error, AccessError) else ()
    headers = {name.decode(): value.decode() for name, value in own}
    return refusal(kind, error.message, error.hint, headers)


def theirs(
    request: Request[Any, Any, Any], error: HTTPException
) -> Response[ErrorBody] | Response[bytes]:
    """Answer what the framework refuses: no such path, a method that is none."""
    if is_udf(request.scope["path"]):
        # TradingView's client takes any JSON for an answer, and waits for ever for the rest of it.
        return nothing_at(request.scope["path"], error.status_code)
    status = error.status_code
    kind = Kind(status, _CODES.get(status, "bad_request" if status < 500 else "internal"))
    path = request.scope["path"]
    if status == 404:
        return refusal(kind, f"there is nothing at {path}", "/docs lists what there is")
    if status == 405:
        allowed = (error.headers or {}).get("allow", "")
        hint = f"allowed: {allowed}" if allowed else ""
        message = f"the method {request.method} is not allowed at {path}"
        return refusal(kind, message, hint, error.headers)
    reasons = error.extra if isinstance(error.extra, list) else []
    named = [f"{reason.get('key')}: {reason.get('message')}" for reason in reasons]
    return refusal(kind, "; ".join(named) or str(error.detail), headers=error.headers)


def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[ErrorBody]:
    """Answer a bug."""
    _log.error("request failed", path=request.url.path, exc_info=error)
    return refusal(Kind(500, "internal"), "internal error", "the server's log says more")


HANDLERS: ExceptionHandlersMap = {
    ChandleryError: ours,
    HTTPException: theirs,
    Exception: unexpected,
}
