"""One request under way: what its answer carries whoever gives it, and how it ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, TypeAlias

import msgspec

from chandlery.api.udf.paths import is_udf

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Any]]
Send: TypeAlias = Callable[[Any], Awaitable[None]]
Application: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]
Pair: TypeAlias = tuple[bytes, bytes]

SAFETY: tuple[Pair, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""Unless the answer says otherwise itself, as a page does."""
STRICT_TRANSPORT: Pair = (b"strict-transport-security", b"max-age=31536000")

BYTES_OF_A_ROW = 64
"""About what a bar takes in an answer: so an answer's size tells its cost."""

_VARY = b"vary"


class Exchange:
    """Adds to the head of an answer what every answer has, and notes its status and size."""

    __slots__ = ("_own", "_send", "request_id", "size", "status")

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._own: list[Pair] = []
        self.request_id = request_id
        self.status = 0
        self.size = 0

    def add(self, pairs: Iterable[Pair]) -> None:
        """Have the answer carry headers."""
        self._own += pairs

    async def send(self, message: Message) -> None:
        """Send a part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = self._head(list(message.get("headers", ())))
        else:
            self.size += len(message.get("body", b""))
        await self._send(message)

    def _head(self, headers: list[Pair]) -> list[Pair]:
        there = {name for name, _ in headers}
        headers += [pair for pair in SAFETY if pair[0] not in there]
        headers.append((b"x-request-id", self.request_id.encode()))
        for pair in self._own:
            if pair[0] == _VARY and _VARY in there:
                headers = [_varied(own, pair[1]) for own in headers]
            else:
                headers.append(pair)
        return headers

    async def refuse(
        self, scope: Scope, status: int, told: tuple[str, str, str], headers: Iterable[Pair] = ()
    ) -> None:
        """Answer with an error: what is wrong, what to do, and its code."""
        error, hint, code = told
        if is_udf(scope["path"]):
            body = msgspec.json.encode({"s": "error", "errmsg": f"{error}: {hint}"})
        else:
            body = msgspec.json.encode({"error": error, "hint": hint, "code": code})
        await self.answer(status, body, [*headers, (b"cache-control", b"no-store")])

    async def answer(
        self, status: int, body: bytes, headers: Iterable[Pair], media_type: bytes = b""
    ) -> None:
        """Answer at once."""
        head = [
            (b"content-type", media_type or b"application/json"),
            (b"content-length", b"%d" % len(body)),
            *headers,
        ]
        await self.send({"type": "http.response.start", "status": status, "headers": head})
        await self.send({"type": "http.response.body", "body": body})


def _varied(pair: Pair, value: bytes) -> Pair:
    name, own = pair
    if name != _VARY or value.lower() in own.lower():
        return pair
    return name, own + b", " + value
