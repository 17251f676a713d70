"""A real server over memory, behind a real socket, for tests of the WebSocket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import uvicorn
import websockets
from typing_extensions import override
from websockets.asyncio.client import ClientConnection

from chandlery.api.websocket import Connection, Endpoint, Gate, Hub, Limits, OpenGate
from chandlery.api.websocket.endpoint import with_websocket
from chandlery.core.columns import US
from chandlery.core.delivery import Delivery
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server
from chandlery.stores.memory import MemoryStore

START = 1_570_752_000
SYMBOL = "A:B"


@dataclass
class MovedClock:
    """A clock that stands until it is moved."""

    seconds: float = START + 86_400.0
    steady: float = 0.0

    def now_us(self) -> int:
        return int(self.seconds * US)

    def elapsed(self) -> float:
        return self.steady


def trades_at(*seconds: float, market: int = 0, first_id: int = 1, price: float = 100.0) -> Trades:
    """Return one trade a moment, in seconds after START."""
    count = len(seconds)
    return Trades.of(
        market=np.full(count, market),
        time=[round((START + second) * US) for second in seconds],
        price=price + np.arange(count),
        size=np.ones(count),
        side=np.ones(count),
        sequence=np.arange(first_id, first_id + count),
        id=np.arange(first_id, first_id + count),
    )


async def no_ticker(market: int) -> bytes:
    return b'{"last":%d}' % market


@dataclass
class House:
    """All that runs, and how to reach it."""

    server: Server
    hub: Hub
    clock: MovedClock
    url: str = ""

    async def trade(self, *seconds: float, first_id: int = 1, price: float = 100.0) -> None:
        """Have trades of the first market committed."""
        trades = trades_at(*seconds, first_id=first_id, price=price)
        await self.server.ingest.submit(Delivery(trades=trades))

    def connect(self, **more: Any) -> websockets.connect:
        return websockets.connect(self.url, compression=None, ping_interval=None, **more)


@asynccontextmanager
async def house(
    limits: Limits | None = None, ticker_of: Callable[[int], Any] = no_ticker
) -> AsyncIterator[House]:
    """Run a server with one market, and a hub on it."""
    engine = Engine(MemoryStore())
    engine.registry.add_symbol(SYMBOL)
    clock = MovedClock()
    server = Server(engine, clock)
    async with server.running(jobs=False):
        hub = Hub(server, ticker_of, limits)
        async with hub.running():
            yield House(server, hub, clock)


@asynccontextmanager
async def serving(limits: Limits | None = None, gate: Gate | None = None) -> AsyncIterator[House]:
    """Run a house behind a socket."""
    async with house(limits) as found:
        app = with_websocket(Endpoint(found.hub, gate or OpenGate()), nothing)
        config = uvicorn.Config(
            app,
            ws=Connection,
            ws_max_size=found.hub.limits.message_bytes,
            ws_ping_interval=None,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            timeout_graceful_shutdown=2,
        )
        listening = socket.create_server(("127.0.0.1", 0))
        http = Quiet(config)
        work = asyncio.create_task(http.serve([listening]))
        await http.answers.wait()
        found.url = f"ws://127.0.0.1:{listening.getsockname()[1]}/ws"
        try:
            yield found
        finally:
            await found.hub.close()
            http.should_exit = True
            await work


class Quiet(uvicorn.Server):
    """Leaves signals alone, and says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = asyncio.Event()

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answers.set()

    @contextmanager
    @override
    def capture_signals(self) -> Iterator[None]:
        yield


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def said(client: ClientConnection) -> dict[str, Any]:
    """Return the next message."""
    async with asyncio.timeout(5):
        return msgspec.json.decode(await client.recv(), type=dict[str, Any])


async def say(client: ClientConnection, **message: Any) -> None:
    await client.send(msgspec.json.encode(message).decode())


async def until(client: ClientConnection, kind: str) -> dict[str, Any]:
    """Return the next message of a type."""
    while True:
        message = await said(client)
        if message["type"] == kind:
            return message
