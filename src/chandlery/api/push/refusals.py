"""How a push that cannot be taken is answered."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response
from litestar.types import ExceptionHandlersMap

from chandlery.api.errors import ErrorBody, Kind, refusal
from chandlery.core.errors import InputError
from chandlery.sources.push import BodyError, Fault, MissingArrowError

STATUSES = {
    Fault.EMPTY_BODY: 400,
    Fault.BAD_BODY: 400,
    Fault.TOO_DEEP: 400,
    Fault.BAD_ENCODING: 400,
    Fault.BODY_TOO_LARGE: 413,
    Fault.TOO_MANY_ROWS: 413,
    Fault.UNSUPPORTED_ENCODING: 415,
    Fault.UNSUPPORTED_MEDIA_TYPE: 415,
}
MISSING_ARROW = Kind(501, "missing_extra")


class KeyReusedError(InputError):
    """An Idempotency-Key that belongs to another body."""


KEY_REUSED = Kind(422, "idempotency_key_reused")


def kind_of_body(error: BodyError) -> Kind:
    """Return how a body that cannot be taken is answered."""
    return Kind(STATUSES[error.fault], error.fault.value)


def _bad_body(request: Request[Any, Any, Any], error: BodyError) -> Response[ErrorBody]:
    return refusal(kind_of_body(error), error.message, error.hint)


def _missing(request: Request[Any, Any, Any], error: MissingArrowError) -> Response[ErrorBody]:
    return refusal(MISSING_ARROW, error.message, error.hint)


def _reused(request: Request[Any, Any, Any], error: KeyReusedError) -> Response[ErrorBody]:
    return refusal(KEY_REUSED, error.message, error.hint)


HANDLERS: ExceptionHandlersMap = {
    BodyError: _bad_body,
    MissingArrowError: _missing,
    KeyReusedError: _reused,
}
