"""Answers that every open chart asks for again and again, given before a request costs anything.

A framework's request, task and answer take five times as long as finding the bytes. So the
connection asks here first; whatever is not plain goes the ordinary way, which gives the same bytes.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from itertools import count
from typing import TypeAlias

from chandlery.api.access import AccessError, Protection, Scope, cost_of, headers_of
from chandlery.api.compression import LEAST_BYTES, MUCH_BYTES, Encoding, encoded, encoding_of
from chandlery.api.exchange import BYTES_OF_A_ROW, SAFETY, Pair
from chandlery.api.hot import HotHistory
from chandlery.api.udf.paths import PREFIXES
from chandlery.engine.server import Server

MOST_COMPRESSED = 256
"""Compressed answers that are kept: many charts show the same bars."""

Headers: TypeAlias = Sequence[Pair]

_PATHS = {f"{prefix}/history".encode(): f"{prefix}/history" for prefix in PREFIXES}
_NOT_PLAIN = frozenset((b"x-request-id", b"if-none-match", b"transfer-encoding", b"content-length"))
_STATIC = b"".join(
    b"%s: %s\r\n" % pair
    for pair in (
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-cache"),
        *SAFETY,
    )
)
_VARY = b"Accept-Encoding"


class Quick:
    """Gives whole answers as bytes, or leaves it."""

    def __init__(self, server: Server, protection: Protection) -> None:
        self._protection = protection
        self._statistics = server.statistics
        self._clock = server.clock
        self._hot = HotHistory(server)
        self._compressed: dict[tuple[bytes, int, Encoding], bytes] = {}
        self._prefix, self._count = secrets.token_hex(4).encode(), count(1)

    def answer(self, url: bytes, headers: Headers, peer: str, date: Headers) -> bytes | None:
        """Return the answer to a GET; None if it is to be given the ordinary way."""
        path, _, query = url.partition(b"?")
        route = _PATHS.get(path)
        if route is None:
            return None
        began = self._clock.elapsed()
        named = dict(headers)
        if not _NOT_PLAIN.isdisjoint(named):
            return None
        page = self._hot.page(query)
        if page is None:
            return None
        wished = named.get(b"accept-encoding")
        encoding = None if wished is None else encoding_of(wished.decode("latin-1"))
        text = page.text("udf")
        if encoding is not None and len(text) > MUCH_BYTES:
            # It is compressed in a thread, where it holds up nobody.
            return None
        told = self._admitted(headers, named.get(b"origin"), peer, route)
        if told is None:
            return None
        who, own = told
        self._protection.limits.charge(who, route, charge_of(len(text)))
        body, encoding = self._body(text, encoding, (query, page.version))
        whole = self._whole(body, encoding, (*date, *own))
        self._statistics.observe(route, 200, self._clock.elapsed() - began)
        return whole

    def _admitted(
        self, headers: Headers, origin: bytes | None, peer: str, route: str
    ) -> tuple[str, Headers] | None:
        """Return who asks and what the answer is to carry; None if there may be none."""
        try:
            principal = self._protection.guard.identify(headers, peer)
        except AccessError:
            return None
        if principal.scope < Scope.READ:
            return None
        verdict = self._protection.limits.take(principal.who, route)
        if not verdict.allowed:
            return None
        own = (*self._protection.origins.headers_of(origin), *headers_of(verdict))
        return principal.who, own

    def _body(
        self, text: bytes, encoding: Encoding | None, of: tuple[bytes, int]
    ) -> tuple[bytes, Encoding | None]:
        if encoding is None or len(text) <= LEAST_BYTES:
            return text, None
        key = (*of, encoding)
        body = self._compressed.get(key)
        if body is None:
            if len(self._compressed) >= MOST_COMPRESSED:
                self._compressed.clear()
            body = self._compressed[key] = encoded(text, encoding)
        return body, encoding

    def _whole(self, body: bytes, encoding: str | None, told: Headers) -> bytes:
        parts = [b"HTTP/1.1 200 OK\r\n", _STATIC]
        vary = _VARY
        for name, value in told:
            if name == b"vary":
                vary = b"%s, %s" % (vary, value)
            else:
                parts.append(b"%s: %s\r\n" % (name, value))
        if encoding is not None:
            parts.append(b"content-encoding: %s\r\n" % encoding.encode())
        parts.append(
            b"vary: %s\r\nx-request-id: %s%08x\r\ncontent-length: %d\r\n\r\n"
            % (vary, self._prefix, next(self._count), len(body))
        )
        parts.append(body)
        return b"".join(parts)


def charge_of(size: int) -> int:
    """Return what an answer of a size costs beyond its request."""
    return cost_of(size // BYTES_OF_A_ROW) - 1
