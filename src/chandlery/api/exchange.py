"""One request under way: what its answer carries whoever gives it, and how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from typing import Any, TypeAlias

import msgspec

from chandlery.api.compression import MUCH_BYTES, compressed, is_compressible
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
_ENCODING = b"Accept-Encoding"


class Exchange:
    """Adds to the head of an answer what every answer has, and notes its status and size."""

    __slots__ = ("_own", "_send", "_start", "_wished", "request_id", "size", "status")

    def __init__(self, send: Send, request_id: str, wished: bytes | None = None) -> None:
        """Take the `Accept-Encoding` that was sent (or nothing); None is no matter of it."""
        self._send = send
        self._wished = wished
        self._start: Message | None = None
        self._own: list[Pair] = []
        self.request_id = request_id
        self.status = 0
        self.size = 0

    @property
    def has_begun(self) -> bool:
        """Whether anything of an answer was sent."""
        return bool(self.status) and self._start is None

    def add(self, pairs: Iterable[Pair]) -> None:
        """Have the answer carry headers."""
        self._own += pairs

    async def send(self, message: Message) -> None:
        """Send a part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = self._head(list(message.get("headers", ())))
            if self._wished is not None and _may_shrink(message["headers"]):
                # Its length is not known before the body is.
                message["headers"] = _varying(message["headers"])
                self._start = message
                return
        else:
            self.size += len(message.get("body", b""))
            if self._start is not None:
                await self._send_start(self._start, message)
        await self._send(message)

    async def _send_start(self, start: Message, message: Message) -> None:
        """Send the head that was held back, the body being compressed if it is all there."""
        self._start = None
        body = message.get("body", b"")
        if not message.get("more_body"):
            wished = (self._wished or b"").decode("latin-1")
            if len(body) > MUCH_BYTES:
                small, encoding = await asyncio.to_thread(compressed, body, wished)
            else:
                small, encoding = compressed(body, wished)
            if encoding is not None:
                message["body"] = small
                start["headers"] = _compressed_head(start["headers"], encoding, len(small))
        await self._send(start)

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


def _may_shrink(headers: Sequence[Pair]) -> bool:
    """Return whether a body is of a kind that is worth compressing, and is not compressed yet."""
    named = dict(headers)
    return b"content-encoding" not in named and is_compressible(
        named.get(b"content-type", b"").decode("latin-1")
    )


def _compressed_head(headers: Sequence[Pair], encoding: str, length: int) -> list[Pair]:
    return [
        *(pair for pair in headers if pair[0] != b"content-length"),
        (b"content-encoding", encoding.encode()),
        (b"content-length", b"%d" % length),
    ]


def _varying(headers: Sequence[Pair]) -> list[Pair]:
    """Return the headers of an answer that depends on `Accept-Encoding`."""
    if _VARY not in {name for name, _ in headers}:
        return [*headers, (_VARY, _ENCODING)]
    return [_varied(pair, _ENCODING) for pair in headers]


def _varied(pair: Pair, value: bytes) -> Pair:
    name, own = pair
    if name != _VARY or value.lower() in own.lower():
        return pair
    return name, own + b", " + value
