"""An exchange on loopback: its streams on one port, what can be asked for on another.

It has trades of one market, each from its own time on, by the clock handed in. Its connections are
torn at one moment and refused for a while after it. What it says is a venue's own: see `Dialect`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tests.sources.live.fast import START, FastClock

US = 1_000_000
CUT_S, BACK_S, END_S = 20.0, 27.0, 60.0
"""Connections are torn at the first, refused until the second; trades come until the last."""
APART_S = 0.5


@dataclass(frozen=True, slots=True)
class Tick:
    """A trade of the exchange, number by number."""

    id: int
    us: int
    is_buy: bool

    @property
    def ms(self) -> int:
        return self.us // 1_000

    @property
    def price(self) -> str:
        return f"{100 + self.id % 7}.5"

    @property
    def moment(self) -> str:
        """Its time in RFC 3339."""
        shown = datetime.fromtimestamp(self.us / US, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
        return f"{shown}Z"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the REST interface."""

    path: str
    query: dict[str, str]
    body: Any


class Dialect(Protocol):
    """How an exchange says things."""

    symbol: str

    def hear(self, text: str) -> list[Any]:
        """Return what is said to a text from the client."""
        ...

    def tell(self, tick: Tick) -> Any:
        """Return the frame that brings a trade."""
        ...

    def answer(self, question: Question, ticks: Sequence[Tick]) -> Any:
        """Return the answer to a question; the trades up to now are in order."""
        ...


@dataclass
class StandIn:
    """See the module."""

    dialect: Dialect
    clock: FastClock
    is_torn: bool = True
    ticks: list[Tick] = field(init=False)
    rest_url: str = ""
    ws_url: str = ""
    connections: int = 0
    paths: set[str] = field(default_factory=set)
    asked: list[Question] = field(default_factory=list)

    def __post_init__(self) -> None:
        most = int(END_S / APART_S)
        self.ticks = [
            Tick(n, round((START + n * APART_S) * US), n % 3 > 0) for n in range(1, most + 1)
        ]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[StandIn]:
        """Listen until the block is left."""
        streams = serve(self._talk, "127.0.0.1", 0, process_request=self._admit, compression=None)
        async with streams as server, await asyncio.start_server(self._ask, "127.0.0.1") as rest:
            self.ws_url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/stream"
            self.rest_url = f"http://127.0.0.1:{rest.sockets[0].getsockname()[1]}"
            yield self

    def there(self) -> list[Tick]:
        """Return the trades up to now."""
        now_us = self.clock.now_us()
        return [tick for tick in self.ticks if tick.us <= now_us]

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        self.paths.add(request.path)
        if self.is_torn and CUT_S <= self.clock.elapsed() < BACK_S:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "later\n")
        return None

    async def _talk(self, socket: ServerConnection) -> None:
        self.connections += 1
        telling: asyncio.Task[None] | None = None
        try:
            async for text in socket:
                for said in self.dialect.hear(str(text)):
                    await socket.send(said if isinstance(said, str) else json.dumps(said))
                telling = telling or asyncio.create_task(self._tell(socket))
        except ConnectionClosed:
            return
        finally:
            if telling is not None:
                telling.cancel()
                await asyncio.gather(telling, return_exceptions=True)

    async def _tell(self, socket: ServerConnection) -> None:
        began_us, is_first = self.clock.now_us(), self.connections == 1
        for tick in self.ticks:
            if tick.us < began_us:
                continue
            await self.clock.sleep((tick.us - self.clock.now_us()) / US)
            if self.is_torn and is_first and self.clock.elapsed() >= CUT_S:
                socket.transport.abort()
                return
            with suppress(ConnectionClosed):
                await socket.send(json.dumps(self.dialect.tell(tick)))

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                question = await _question(reader)
                self.asked.append(question)
                body = json.dumps(self.dialect.answer(question, self.there())).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _question(reader: asyncio.StreamReader) -> Question:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (x.partition(":") for x in head[1:])
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(head[0].split(" ")[1])
    return Question(parts.path, dict(parse_qsl(parts.query)), json.loads(body) if body else None)
