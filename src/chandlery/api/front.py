"""The outermost layer: who asks, may they, how often, and what every answer carries.

It knows no framework.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from itertools import count
from typing import Any

import structlog

from chandlery.api.access import (
    AccessError,
    CredentialError,
    Principal,
    Protection,
    Scope,
    headers_of,
)
from chandlery.api.answering import BYTES
from chandlery.api.exchange import STRICT_TRANSPORT, Application, Exchange, Receive, Send
from chandlery.api.operations.requests import Ended, bind, log_request, new_id, unbind
from chandlery.api.quick import charge_of
from chandlery.api.routes import Routes
from chandlery.api.site.files import is_public
from chandlery.api.udf.paths import normalised
from chandlery.engine.server import Server

ADMIN = "/api/v1/admin"
OPEN = frozenset(("/healthz", "/readyz", "/version", "/api/session"))
"""What needs no scope, whoever may read the data; nor does the web app."""
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
CLIENT_LEFT = 499
"""What is noted for a request that was never answered."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Doors:
    """What the front asks and hands on to."""

    app: Application
    sockets: Application
    routes: Routes
    protection: Protection


class Front:
    """The application as the server sees it."""

    def __init__(self, server: Server, doors: Doors) -> None:
        self._doors = doors
        self._routes = doors.routes
        self._guard = doors.protection.guard
        self._limits = doors.protection.limits
        self._origins = doors.protection.origins
        self._clock = server.clock
        self._statistics = server.statistics
        self._prefix, self._count = secrets.token_hex(4), count(1)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._doors.sockets(scope, receive, send)
        else:
            await self._doors.app(scope, receive, send)

    async def _request(self, scope: Any, receive: Receive, send: Send) -> None:
        began = self._clock.elapsed()
        path = normalised(scope["path"])
        if path != scope["path"]:
            scope["path"], scope["raw_path"] = path, path.encode()
        headers = dict(scope["headers"])
        request_id = self._id(headers.get(b"x-request-id"))
        wished = headers.get(b"accept-encoding", b"") if scope["method"] == "GET" else None
        exchange = Exchange(send, request_id, wished)
        route = self._routes.of(path)
        who = ""
        try:
            principal = await self._admit(scope, exchange, headers, route)
            if principal is not None:
                who = principal.who
                await self._answer(scope, receive, exchange)
        finally:
            # What is compressed costs as much to make.
            size = scope.get("state", {}).get(BYTES, exchange.size)
            self._limits.charge(who, route, charge_of(size))
            self._note(scope, route, exchange, self._clock.elapsed() - began)

    def _id(self, given: bytes | None) -> str:
        return new_id(given) if given is not None else f"{self._prefix}{next(self._count):08x}"

    # Who asks, and may they

    async def _admit(
        self, scope: Any, exchange: Exchange, headers: dict[bytes, bytes], route: str
    ) -> Principal | None:
        """Return who asks; None if the request has been answered here."""
        origin = headers.get(b"origin")
        spoken = scope.get("scheme", "http")
        scope["scheme"] = self._guard.proxies.scheme_of(_peer(scope), scope["headers"], spoken)
        if scope["scheme"] == "https":
            exchange.add((STRICT_TRANSPORT,))
        if origin is not None and _is_preflight(scope["method"], headers):
            await self._preflight(scope, exchange, origin)
            return None
        exchange.add(self._origins.headers_of(origin))
        try:
            principal = self._guard.identify(scope["headers"], _peer(scope))
            needed = _needed(scope["method"], scope["path"])
            if needed is not None:
                self._guard.require(principal, needed)
        except AccessError as error:
            await self._deny(scope, exchange, error, route)
            return None
        if not principal.is_anonymous:
            scope.setdefault("state", {})["principal"] = principal
        return principal if await self._may_now(scope, exchange, principal, route) else None

    async def _may_now(
        self, scope: Any, exchange: Exchange, principal: Principal, route: str
    ) -> bool:
        verdict = self._limits.take(principal.who, route)
        exchange.add(headers_of(verdict))
        if verdict.allowed:
            return True
        error = f"more than {verdict.limit} requests a minute to {route}"
        hint = f"ask again in {verdict.retry_after_s} s, or with a key of your own"
        await exchange.refuse(scope, 429, (error, hint, "rate_limited"))
        return False

    async def _deny(self, scope: Any, exchange: Exchange, error: AccessError, route: str) -> None:
        if isinstance(error, CredentialError):
            # Guessing keys is limited like anything else.
            caller = self._guard.caller_of(scope["headers"], _peer(scope))
            if not await self._may_now(scope, exchange, caller, route):
                return
        code = "unauthorized" if error.status == 401 else "forbidden"
        told = (error.message, error.hint, code)
        await exchange.refuse(scope, error.status, told, error.headers)

    async def _preflight(self, scope: Any, exchange: Exchange, origin: bytes) -> None:
        allowed = self._origins.preflight(origin)
        if allowed is None:
            told = ("this origin may not call", "name it in http.origins", "forbidden")
            await exchange.refuse(scope, 403, told)
        else:
            await exchange.answer(204, b"", allowed)

    # What is answered

    async def _answer(self, scope: Any, receive: Receive, exchange: Exchange) -> None:
        bound = bind(exchange.request_id)
        try:
            await self._doors.app(scope, receive, exchange.send)
        except Exception:  # noqa: BLE001 - whatever it is, the client is told and the server goes on
            _log.exception("request failed", path=scope["path"])
            if not exchange.has_begun:
                told = ("internal error", "the server's log says more", "internal")
                await exchange.refuse(scope, 500, told)
        finally:
            unbind(bound)

    # What is noted

    def _note(self, scope: Any, route: str, exchange: Exchange, seconds: float) -> None:
        status = exchange.status or CLIENT_LEFT
        self._statistics.observe(route, status, seconds)
        principal = scope.get("state", {}).get("principal")
        who = principal.name if principal is not None else ""
        ended = Ended(
            scope["method"],
            scope["path"],
            route,
            status,
            seconds,
            who,
            exchange.request_id,
        )
        # Chores of the administration take as long as they take.
        log_request(ended, may_be_long=scope["path"].startswith(ADMIN))


def _peer(scope: Any) -> str:
    """Return the other end of the connection; nothing if it has no address."""
    return scope["client"][0] if scope.get("client") else ""


def _is_preflight(method: str, headers: dict[bytes, bytes]) -> bool:
    return method == "OPTIONS" and b"access-control-request-method" in headers


def _needed(method: str, path: str) -> Scope | None:
    """Return the scope that a request needs."""
    if path in OPEN or is_public(path):
        return None
    if path.startswith(ADMIN):
        return Scope.ADMIN
    return Scope.READ if method in SAFE else Scope.WRITE
