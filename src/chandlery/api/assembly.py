"""The whole of HTTP and WebSocket put together on one server, as the settings say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from chandlery.api.access import Protection
from chandlery.api.admin.desk import Admin
from chandlery.api.app import Parts, create_app
from chandlery.api.front import Doors, Front
from chandlery.api.operations import Operations
from chandlery.api.operations.memory import disk_of
from chandlery.api.push import Desk, DeskPublisher, PushLimits
from chandlery.api.quick import Quick
from chandlery.api.routes import Routes
from chandlery.api.v1.ticker import row_of
from chandlery.api.websocket.endpoint import Endpoint, with_websocket
from chandlery.api.websocket.guarded import GuardedGate
from chandlery.api.websocket.hub import Hub
from chandlery.api.websocket.latest_feed import TickerOf
from chandlery.api.websocket.limits import Code, Limits
from chandlery.config import Push, Settings, WebSockets
from chandlery.core.events import EventMaps
from chandlery.engine.server import Server
from chandlery.engine.statistics import ClientFigures


@dataclass(frozen=True, slots=True)
class Surface:
    """What the world sees of a server."""

    front: Front
    quick: Quick
    hub: Hub
    operations: Operations
    protection: Protection
    desk: Desk
    admin: Admin

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow the server until the block ends."""
        try:
            async with self.hub.running():
                yield
        finally:
            await self.admin.tasks.close()
            self.desk.close()


def assemble(server: Server, settings: Settings, protection: Protection) -> Surface:
    """Return the surface of a server."""
    hub = Hub(server, _ticker_of(server), limits_of(settings.websocket))
    operations = Operations(server, _directory(settings), lambda: _clients(hub))
    admin = Admin(server, protection.keys, settings.retention_of(), _disk(settings))
    desk = Desk(server, push_limits_of(settings.push), EventMaps.of(settings.events))
    parts = Parts(
        operations, protection, int(settings.limits.body), not settings.metrics.port, admin, desk
    )
    app = create_app(server, parts)
    gate = GuardedGate(protection.guard, protection.origins, protection.limits)
    sockets = with_websocket(Endpoint(hub, gate, DeskPublisher(desk)), app)
    routes = Routes(route.path_format for route in app.routes)
    front = Front(server, Doors(app, sockets, routes, protection))
    return Surface(front, Quick(server, protection), hub, operations, protection, desk, admin)


def limits_of(sockets: WebSockets) -> Limits:
    """Return what clients of the stream may do."""
    return Limits(
        most_clients=sockets.clients,
        most_per_address=sockets.per_address,
        most_subscriptions=sockets.subscriptions,
        message_bytes=int(sockets.message),
        messages_per_s=sockets.messages,
    )


def push_limits_of(push: Push) -> PushLimits:
    """Return what a push may hold."""
    return PushLimits(body_bytes=int(push.body), rows=push.rows, markets=push.markets)


def _ticker_of(server: Server) -> TickerOf:
    async def of(market: int) -> bytes:
        return msgspec.json.encode(row_of(server.engine.registry, await server.tickers.of(market)))

    return of


def _directory(settings: Settings) -> Path | None:
    return settings.data.expanduser().absolute() if settings.store == "duckdb" else None


def _disk(settings: Settings) -> Callable[[], tuple[int | None, int | None]]:
    directory = _directory(settings)
    return (lambda: (None, None)) if directory is None else (lambda: disk_of(directory))


def _clients(hub: Hub) -> ClientFigures:
    return ClientFigures(
        clients=len(hub.clients),
        slow_closes=hub.figures.closed[Code.TOO_SLOW],
        messages=hub.pump.messages,
        opening_bytes=hub.openings.nbytes,
    )
