"""A GET endpoint that answers HEAD too and is described in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import HttpMethod, route
from litestar.handlers import HTTPRouteHandler

from chandlery.api.operation import Operation

PREFIX = "/api/v1"


def reading(path: str, operation: Operation) -> Callable[[Callable[..., Any]], HTTPRouteHandler]:
    """Return the decorator of a handler below `/api/v1`."""
    return route(
        f"{PREFIX}/{path}",
        http_method=[HttpMethod.GET, HttpMethod.HEAD],
        status_code=200,
        opt=operation.opt,
    )
