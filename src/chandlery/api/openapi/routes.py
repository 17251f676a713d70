"""`/openapi.json`, and `/docs`: a page, its style and its script, from this server alone."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import msgspec
from litestar import HttpMethod, MediaType, Request, Response, route
from litestar.handlers import HTTPRouteHandler

from chandlery.api.answering import Content, answered
from chandlery.api.openapi.document import document_of

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Only files of this server run, and only this server is asked."""

_READ = [HttpMethod.GET, HttpMethod.HEAD]
_PAGE = {"is_page": True}
_HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}


@route("/openapi.json", http_method=_READ, status_code=200, opt=_PAGE)
async def document(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the OpenAPI document."""
    state = request.app.state
    text: bytes | None = state.get("openapi_json")
    if text is None:
        text = state["openapi_json"] = msgspec.json.encode(document_of(request.app))
    return await answered(request, Content(text))


def _file(path: str, name: str, media_type: str) -> HTTPRouteHandler:
    @route(path, http_method=_READ, status_code=200, opt=_PAGE)
    async def file(request: Request[Any, Any, Any]) -> Response[bytes]:
        return await answered(request, Content(_text(name), media_type, headers=_HEADERS))

    return file


@cache
def _text(name: str) -> bytes:
    return (resources.files("chandlery.api.openapi") / "page" / name).read_bytes()


ROUTES: list[HTTPRouteHandler] = [
    document,
    _file("/docs", "docs.html", MediaType.HTML),
    _file("/docs/docs.css", "docs.css", MediaType.CSS),
    _file("/docs/docs.js", "docs.js", "text/javascript"),
    _file("/docs/render.js", "render.js", "text/javascript"),
    _file("/docs/request.js", "request.js", "text/javascript"),
]
