"""The web app at `/`, `/chart/...` and `/admin`, and the files it is made of."""

from __future__ import annotations

from typing import Any

from litestar import HttpMethod, MediaType, Request, Response, route
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from chandlery.api.caching import is_known
from chandlery.api.site.files import ADMIN, ASSETS, INDEX, File, built, names_at_root
from chandlery.api.site.policy import policy_of

POLICY = policy_of()

_READ = [HttpMethod.GET, HttpMethod.HEAD]
_PAGE = {"is_page": True}
_UNBUILT = (
    b"<!doctype html><html lang=en><meta charset=utf-8><title>Chandlery</title>"
    b"<h1>Chandlery</h1><p>The server runs, but this copy of it was installed without its web "
    b"app. In a source checkout <code>make web</code> builds it; released packages hold it."
    b"<p>The <a href=/docs>API</a> is all there."
)


@route("/assets/{name:str}", http_method=_READ, status_code=200, opt=_PAGE)
async def asset(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """Return a part of the app."""
    file = built().get(ASSETS + name)
    if file is None:
        raise NotFoundException
    return _answered(request, file)


def _sending(paths: list[str], name: str) -> HTTPRouteHandler:
    @route(paths, http_method=_READ, status_code=200, opt=_PAGE)
    async def send(request: Request[Any, Any, Any]) -> Response[bytes]:
        file = built().get(name)
        return _unbuilt() if file is None else _answered(request, file)

    return send


def _unbuilt() -> Response[bytes]:
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": POLICY}
    return Response(_UNBUILT, headers=headers, media_type=MediaType.HTML)


def _answered(request: Request[Any, Any, Any], file: File) -> Response[bytes]:
    headers = {
        "Cache-Control": file.kept,
        "Content-Security-Policy": POLICY,
        "ETag": file.etag,
        "Vary": "Accept-Encoding",
    }
    if is_known(request.headers.get("If-None-Match"), file.etag):
        return Response(b"", status_code=304, headers=headers)
    encoding = file.best(request.headers.get("Accept-Encoding", ""))
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(file.bodies[encoding], headers=headers, media_type=file.media_type)


ROUTES: list[HTTPRouteHandler] = [
    _sending(["/", "/chart", "/chart/{symbol:path}"], INDEX),
    _sending(["/admin", "/admin/{part:path}"], ADMIN),
    asset,
    *(_sending([f"/{name}"], name) for name in names_at_root()),
]
