"""How content becomes an answer: its identity, `304` for who has it already, and compression.

For every surface alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response

from chandlery.api.caching import cache_control, etag_of, is_known, is_private
from chandlery.api.compression import (
    LEAST_BYTES,
    MUCH_BYTES,
    Encoding,
    encoded,
    encoding_of,
    is_compressible,
)
from chandlery.engine.server import Server

Result = TypeVar("Result")

JSON = "application/json"
BYTES = "bytes"
"""Where a request's state tells how large its answer is before it is compressed."""
VARY = "Accept-Encoding, Origin"


@dataclass(frozen=True, slots=True)
class Content:
    """What is answered, before it is known how it is sent."""

    body: bytes
    media_type: str = JSON
    is_settled: bool = False
    """Whether it will hardly ever change."""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Any) -> Content:
        """Return a value as JSON."""
        return cls(msgspec.json.encode(value))


def server_of(request: Request[Any, Any, Any]) -> Server:
    """Return the server that is asked."""
    server: Server = request.app.state.server
    return server


async def answered(request: Request[Any, Any, Any], content: Content) -> Response[bytes]:
    """Return the answer: without a body for HEAD, and for a client that has the content."""
    headers = headers_of(request, content)
    if is_known(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(b"", status_code=304, headers=headers)
    request.scope.setdefault("state", {})[BYTES] = len(content.body)
    body, encoding = await _encoded(request, content)
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    if request.method == "HEAD":
        headers["Content-Length"] = str(len(body))
        body = b""
    return Response(body, media_type=content.media_type, status_code=200, headers=headers)


def headers_of(request: Request[Any, Any, Any], content: Content) -> dict[str, str]:
    """Return the headers of an answer that have to do with its content."""
    return {
        "ETag": etag_of(content.body, content.media_type),
        "Cache-Control": cache_control(
            settled=content.is_settled, private=is_private(request.scope)
        ),
        "Vary": VARY,
        **content.headers,
    }


async def _encoded(
    request: Request[Any, Any, Any], content: Content
) -> tuple[bytes, Encoding | None]:
    body, encoding = content.body, encoding_of(request.headers.get("accept-encoding"))
    if encoding is None or len(body) <= LEAST_BYTES or not is_compressible(content.media_type):
        return body, None
    return await aside(request, len(body), lambda: encoded(body, encoding)), encoding


async def aside(request: Request[Any, Any, Any], size: int, work: Callable[[], Result]) -> Result:
    """Do work on so many bytes: in a thread if they are many."""
    return work() if size <= MUCH_BYTES else await server_of(request).ask(work)
