"""Which pages of other sites may call us: exact matches only. Pure.

Credentials of the browser are never allowed to other sites, so a cookie serves our own pages only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

Pairs = tuple[tuple[bytes, bytes], ...]

EVERY = "*"
METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
REQUEST_HEADERS = (
    b"Authorization, X-API-Key, Content-Type, Content-Encoding, Idempotency-Key, If-None-Match"
)
RESPONSE_HEADERS = (
    b"ETag, Link, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, "
    b"Chandlery-Interval, Chandlery-Cursor, Idempotency-Replayed, X-Request-Id"
)
MAX_AGE_S = 7_200
"""As long as browsers believe it at most."""

_ORIGIN = re.compile(rb"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?")
_HOST = re.compile(rb"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?")
_PORTS = {b"http": 80, b"https": 443}
_SECURE = ("https", "wss")
_VARY = (b"vary", b"Origin")
_EXPOSED = (b"access-control-expose-headers", RESPONSE_HEADERS)
_EVERY_PAIRS: Pairs = ((b"access-control-allow-origin", b"*"), _EXPOSED)
_PREFLIGHT: Pairs = (
    (b"access-control-allow-methods", METHODS),
    (b"access-control-allow-headers", REQUEST_HEADERS),
    (b"access-control-max-age", str(MAX_AGE_S).encode()),
)


class Origins:
    """The list of origins that may call, written as browsers write them."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        names = frozenset(allowed)
        self._is_every = EVERY in names
        self._allowed = frozenset(name.encode() for name in names - {EVERY})

    def is_listed(self, origin: bytes) -> bool:
        """Tell whether an origin is on the list by its own name; `*` does not count."""
        return origin in self._allowed

    def is_allowed(self, origin: bytes) -> bool:
        """Tell whether pages of the origin may call."""
        return self._is_every or origin in self._allowed

    def headers_of(self, origin: bytes | None) -> Pairs:
        """Return what an answer to this origin carries, so that its page may read it."""
        if self._is_every:
            return _EVERY_PAIRS if origin is not None else ()
        if not self._allowed:
            return ()
        if origin is None or origin not in self._allowed:
            return (_VARY,)
        return ((b"access-control-allow-origin", origin), _EXPOSED, _VARY)

    def preflight(self, origin: bytes) -> Pairs | None:
        """Return the headers that answer a browser's question beforehand; None refuses it."""
        if not self.is_allowed(origin):
            return None
        return self.headers_of(origin) + _PREFLIGHT

    def allowed_for_socket(
        self, origin: bytes | None, host: bytes | None, scheme: str = ""
    ) -> bool:
        """Tell whether a WebSocket may be opened: no browser, our own page, or one on the list."""
        if origin is None:
            return True
        return self.is_allowed(origin) or is_same_origin(origin, host, scheme)


def is_same_origin(origin: bytes, host: bytes | None, scheme: str = "") -> bool:
    """Tell whether a page comes from where it calls.

    `scheme` is that of the request, empty if a proxy in front may have ended TLS.
    """
    page, called = _ORIGIN.fullmatch(origin.lower()), _HOST.fullmatch((host or b"").lower())
    if page is None or called is None:
        return False
    if scheme and (page[1] == b"https") != (scheme in _SECURE):
        return False
    usual = _PORTS[page[1]]
    return page[2] == called[1] and int(page[3] or usual) == int(called[2] or usual)


def host_name(host: bytes) -> bytes:
    """Return a Host header without its port, in small letters; nothing if it is malformed."""
    found = _HOST.fullmatch(host.lower())
    return found[1] if found else b""
