"""Bodies as they come in: read piece by piece, and no further than they may be large."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import blake2b
from typing import Any, NamedTuple

from litestar import Request

from chandlery.api.push.limits import BODIES_AT_ONCE
from chandlery.engine.ingest import BusyError
from chandlery.sources.push import BodyError, Fault, too_large, unpacked


class Body(NamedTuple):
    """A body as it was sent."""

    data: bytes
    encoding: str
    media_type: str

    def unpacked(self, most: int) -> bytes:
        """Return what it holds; may take a while."""
        data = unpacked(self.data, self.encoding, most)
        if not data or (len(data) < 64 and data.isspace()):
            message = "a body expected, found an empty one"
            raise BodyError(Fault.EMPTY_BODY, message, hint="docs/push.md shows every format")
        return data

    def fingerprint(self, query: bytes) -> bytes:
        """Return what tells this request from another."""
        told = blake2b(self.data, digest_size=16)
        for part in (query, self.encoding.encode(), self.media_type.encode()):
            told.update(len(part).to_bytes(4, "big") + part)
        return told.digest()


class Bodies:
    """Reads bodies, all of which together are bounded."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._held = 0

    @asynccontextmanager
    async def read(self, request: Request[Any, Any, Any]) -> AsyncIterator[Body]:
        """Yield the body of a request, for as long as it is held."""
        length = request.headers.get("content-length", "")
        if length.isdigit() and int(length) > self.most:
            raise too_large(self.most)
        data = bytearray()
        try:
            async for piece in request.stream():
                self._hold(len(piece))
                data += piece
                if len(data) > self.most:
                    raise too_large(self.most)
            yield Body(bytes(data), *_headers(request))
        finally:
            self._held -= len(data)

    def _hold(self, size: int) -> None:
        if self._held + size > self.most * BODIES_AT_ONCE:
            message = "too many bodies are being read already"
            raise BusyError(message, hint="send again in a second")
        self._held += size


def _headers(request: Request[Any, Any, Any]) -> tuple[str, str]:
    headers = request.headers
    return headers.get("content-encoding", ""), headers.get("content-type", "")
