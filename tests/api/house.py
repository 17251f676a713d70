"""The whole surface on a real server over memory: in this process, and behind a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import structlog
import uvloop

from chandlery.api.access import Keys, Protection, Scope, protection_of
from chandlery.api.assembly import Surface, assemble
from chandlery.api.http import Http, Settled, bound, url_of
from chandlery.config import Settings, load
from chandlery.core.columns import US
from chandlery.core.delivery import Delivery
from chandlery.core.market import Market
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import START as MONDAY
from tests.engine.builders import HandClock, trades

START = MONDAY + 2 * 86_400 + 52_200
"""A Wednesday, when New York opens."""
MARKETS = (
    Market.of("BINANCE:BTCUSDT"),
    Market.of("KRAKEN:BTC/EUR"),
    Market.of("NYSE:ACME", session="0930-1600", time_zone="America/New_York"),
)
BTC, EUR, ACME = range(3)
MINUTES = 50
NOW = START + MINUTES * 60 - 30
"""In the middle of the last minute."""
STRANGER = "203.0.113.7"
PROXIED = {"http.trusted_proxies": "127.0.0.1"}
"""With these settings a client says itself where it is."""


@dataclass
class House:
    server: Server
    surface: Surface
    protection: Protection
    clock: HandClock
    url: str = "http://test"
    inside: httpx.AsyncClient = field(default_factory=httpx.AsyncClient)

    @property
    def keys(self) -> Keys:
        return self.protection.keys

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def key(self, scope: Scope) -> dict[str, str]:
        """Return the headers of somebody with a key."""
        return {"Authorization": f"Bearer {self.keys.create(scope.text, scope).text}"}

    async def trade(
        self, rows: Sequence[tuple[float, float]], first_id: int, market: int = BTC
    ) -> None:
        """Have trades of (seconds after the start, price) committed."""
        batch = trades(rows, market=market, first_id=first_id, start=START)
        await self.server.ingest.submit(Delivery(trades=batch))

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask the application in this process."""
        return await self.ask("GET", path, **headers)

    async def ask(
        self, method: str, path: str, body: bytes = b"", /, **headers: str
    ) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.inside.request(method, path, headers=named, content=body)


def settings_of(**said: object) -> Settings:
    """Return settings in which reading is open and nothing but what is said differs."""
    return load({"store": "memory", **said}).settings


@asynccontextmanager
async def house(
    settings: Settings | None = None, *, is_demo: bool = False, store: MemoryStore | None = None
) -> AsyncIterator[House]:
    """Run a server with trades, two a minute, and its surface without a socket."""
    settings = settings or settings_of()
    clock = HandClock(NOW * US)
    server = Server(Engine(store or MemoryStore(), settings.ladder), clock)
    async with server.running(jobs=False):
        server.engine.registry.add(MARKETS)
        protection = protection_of(settings, server.engine.store, clock, is_demo=is_demo)
        surface = assemble(server, settings, protection)
        surface.operations.phase = "ready"
        transport = httpx.ASGITransport(app=surface.front, client=("127.0.0.1", 1))
        async with (
            surface.running(),
            httpx.AsyncClient(transport=transport, base_url="http://test") as inside,
        ):
            found = House(server, surface, protection, clock, inside=inside)
            for market in (BTC, EUR, ACME):
                rows = [
                    (minute * 60 + second, 100.0 + market + minute / 8 + second / 10)
                    for minute in range(MINUTES)
                    for second in (0, 20)
                    if minute not in (3, 4)
                ]
                await found.trade(rows, 1, market)
            yield found


@asynccontextmanager
async def serving(
    settings: Settings | None = None, *, is_demo: bool = False, store: MemoryStore | None = None
) -> AsyncIterator[House]:
    """Run a house behind a socket, as the command does."""
    settings = settings or settings_of()
    async with house(settings, is_demo=is_demo, store=store) as found:
        answers = asyncio.Event()
        quick = found.surface.quick.answer
        message, proxies = int(settings.websocket.message), found.protection.guard.proxies
        settled = Settled(found.protection.connections, message, quick, proxies)
        http = Http(found.surface.front, answers.set, settled)
        with closing(bound("127.0.0.1", 0)) as listening:
            found.url = url_of(listening)
            work = asyncio.create_task(http.serve([listening]))
            await answers.wait()
            try:
                yield found
            finally:
                await found.surface.hub.close(0)
                http.should_exit = True
                await work


@dataclass
class Wire:
    """A raw connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def head(self) -> tuple[int, dict[str, str]]:
        """Return the status and headers of the next answer."""
        text = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = text.strip().split("\r\n")
        pairs = [(line.split(": ", 1)[0], line.split(": ", 1)[1]) for line in lines]
        return int(first.split()[1]), dict(pairs)

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        status, headers = await self.head()
        return status, headers, await self.reader.readexactly(int(headers["content-length"]))

    async def ended(self) -> bytes:
        """Return what comes until the other side ends; it may end in any way."""
        data = b""
        try:
            while chunk := await self.reader.read(65_536):
                data += chunk
        except ConnectionError:
            pass
        return data


@asynccontextmanager
async def wire(found: House, *, limit: int = 2**20) -> AsyncIterator[Wire]:
    """Open a connection, with all waiting bounded."""
    reader, writer = await asyncio.open_connection("127.0.0.1", found.port, limit=limit)
    try:
        async with asyncio.timeout(10):
            yield Wire(reader, writer)
    finally:
        writer.transport.abort()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what nobody tells, such as the end of a connection."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


def on_both_loops(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a test on asyncio's event loop, and on the one the server takes."""
    for factory in (asyncio.new_event_loop, uvloop.new_event_loop):
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(test())


@contextmanager
def logs() -> Iterator[list[Any]]:
    """Catch all that is told."""
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as told:
        yield told
