"""Makes the OpenAPI 3.1 document out of what each endpoint says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from chandlery import __version__
from chandlery.api.openapi.described import DESCRIBED, is_alias
from chandlery.api.operation import JSON, OPT, Operation
from chandlery.api.parameters import Parameter

ALWAYS = (401, 403, 405, 429, 500, 503)
"""What any endpoint may answer."""

REASONS = {
    400: ("BadRequest", "A parameter cannot be used.", "bad_parameter"),
    401: ("Unauthorized", "A credential is needed, or is not valid.", "unauthorized"),
    403: ("Forbidden", "The credential is not for this.", "forbidden"),
    404: ("NotFound", "There is no such market, or nothing at this path.", "unknown_symbol"),
    405: ("MethodNotAllowed", "The path knows other methods.", "method_not_allowed"),
    413: ("BodyTooLarge", "The body is too large.", "body_too_large"),
    415: ("UnsupportedMediaType", "The body is of no kind that is read.", "unsupported_media_type"),
    422: ("KeyReused", "An `Idempotency-Key` of another body.", "idempotency_key_reused"),
    429: ("RateLimited", "Too many requests: see `Retry-After`.", "rate_limited"),
    500: ("Internal", "A fault of the server: its log says more.", "internal"),
    501: ("MissingExtra", "A part that is installed on demand is missing.", "missing_extra"),
    503: (
        "Busy",
        "Ask again after `Retry-After` seconds: codes busy, timeout, unavailable.",
        "busy",
    ),
}
TAGS = {
    "Data": "Bars, trades and tickers, as plain REST.",
    "Push": "Trades that others send.",
    "Markets": "Which markets there are, and at which intervals.",
    "Indicators": "Indicators over bars.",
    "TradingView": "The UDF protocol of TradingView's charting library. Errors come with status "
    "200, in the body, as its client expects. The same is answered below `/udf`.",
    "Saved charts": "Charts and templates that TradingView's library saves. The same is answered "
    "below `/1.1` and `/udf/1.1`.",
    "Lightweight Charts": "Bars as Lightweight Charts takes them.",
    "Service": "The server itself.",
    "Administration": "For the command line and for scripts, with the scope admin.",
}
ERROR = {
    "type": "object",
    "properties": {
        "error": {"type": "string", "description": "What was expected and what was found."},
        "hint": {"type": "string", "description": "What to do next; may be empty."},
        "code": {"type": "string", "description": "For programs: it stays the same."},
    },
    "required": ["error", "hint", "code"],
}
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def document_of(app: Litestar) -> dict[str, Any]:
    """Return the document of an application's routes."""
    paths: dict[str, dict[str, Any]] = {}
    for path, method, operation in operations_of(app):
        paths.setdefault(path, {})[method.lower()] = _operation(path, method, operation)
    used = {each["tags"][0] for path in paths.values() for each in path.values()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Chandlery",
            "version": __version__,
            "description": "Trades in, exact candles out. Below `/api/v1` every GET answers HEAD "
            "too; answers carry an `ETag` and come compressed where `Accept-Encoding` allows.",
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": n, "description": text} for n, text in TAGS.items() if n in used],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {"Error": ERROR},
            "responses": {name: _refusal(status) for status, (name, _, _) in REASONS.items()},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"key": []}],
    }


def operations_of(app: Litestar) -> Iterator[tuple[str, str, Operation]]:
    """Yield the path, method and description of each endpoint that has one."""
    for path, method, operation in endpoints_of(app):
        if operation is not None:
            yield path, method, operation


def endpoints_of(app: Litestar) -> Iterator[tuple[str, str, Operation | None]]:
    """Yield every endpoint but for aliases and what is no data, such as pages."""
    for route in app.routes:
        path = getattr(route, "path_format", "")
        if not isinstance(route, HTTPRoute) or is_alias(path):
            continue
        # In an order of our own: the framework's is another one in each process.
        for method in _METHODS:
            for handler in route.route_handlers:
                if method in handler.http_methods and not _is_page(path, handler):
                    yield path, method, handler.opt.get(OPT) or DESCRIBED.get((method, path))


def _is_page(path: str, handler: HTTPRouteHandler) -> bool:
    opt = handler.opt
    return bool(opt.get("is_page")) or handler.include_in_schema is False


def _operation(path: str, method: str, operation: Operation) -> dict[str, Any]:
    words = path.strip("/").replace("{", "").replace("}", "").replace(".", "_").split("/")
    described: dict[str, Any] = {
        "operationId": "_".join((method.lower(), *words)).replace("-", "_"),
        "summary": operation.summary,
        "description": operation.description,
        "tags": [operation.tag],
        "parameters": [_parameter(each) for each in operation.parameters],
        "responses": _responses(operation),
    }
    if operation.body is not None:
        body = operation.body
        content = {body.media_type: {"schema": dict(body.schema), "example": body.example}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameter(parameter: Parameter[Any]) -> dict[str, Any]:
    described = {
        "name": parameter.name,
        "in": "path" if parameter.is_in_path else "query",
        "required": parameter.is_required,
        "description": parameter.help,
        "schema": dict(parameter.schema),
    }
    if not parameter.example:
        return described
    is_number = parameter.schema.get("type") == "integer"
    return described | {"example": int(parameter.example) if is_number else parameter.example}


def _responses(operation: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {
        operation.media_type: {"schema": dict(operation.schema), "example": operation.example}
    }
    content |= {name: {"schema": _FILE} for name in operation.other_media_types}
    headers = _headers(operation)
    answers: dict[str, Any] = {
        str(status): {"description": operation.summary, "headers": headers, "content": content}
        for status in operation.statuses
    }
    if operation.is_cached:
        answers["304"] = {"description": "The client has this already, as `If-None-Match` says."}
    for status in sorted({*ALWAYS, *operation.errors}):
        answers.setdefault(str(status), {"$ref": f"#/components/responses/{REASONS[status][0]}"})
    return answers


_FILE = {"type": "string", "contentMediaType": "application/octet-stream"}


def _headers(operation: Operation) -> Mapping[str, Any]:
    told = dict(operation.headers)
    if operation.is_cached:
        told["ETag"] = "The identity of the content, for `If-None-Match`."
    return {
        name: {"description": text, "schema": {"type": "string"}} for name, text in told.items()
    }


def _refusal(status: int) -> dict[str, Any]:
    _, description, code = REASONS[status]
    example = {"error": description, "hint": "", "code": code}
    schema = {"$ref": "#/components/schemas/Error"}
    return {
        "description": description,
        "content": {JSON: {"schema": schema, "example": example}},
    }


def missing(app: Litestar) -> Iterable[tuple[str, str]]:
    """Return the path and method of each endpoint that nothing is said of."""
    return [(path, method) for path, method, own in endpoints_of(app) if own is None]
