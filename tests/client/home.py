"""A real server behind a real socket that can be stopped and started again with its data."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from chandlery.api.access import Scope, protection_of
from chandlery.api.assembly import assemble
from chandlery.api.http import Http, Settled, bound, url_of
from chandlery.client import AsyncClient, Client, Options, Retry
from chandlery.clock import SystemClock
from chandlery.config import load
from chandlery.core.columns import US
from chandlery.core.delivery import Delivery
from chandlery.core.market import Market
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import trades

SYMBOL = "BINANCE:BTCUSDT"
OPTIONS = Options(
    timeout_s=10,
    retry=Retry(first_s=0.01, most_s=0.1),
    reconnect=Retry(first_s=0.01, most_s=0.05),
    trust_env=False,
)


@dataclass
class Home:
    store: MemoryStore = field(default_factory=MemoryStore)
    clock: SystemClock = field(default_factory=SystemClock)
    said: dict[str, object] = field(default_factory=dict)
    options: Options = OPTIONS
    port: int = 0
    key: str | None = None
    ids: int = 1
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    def __post_init__(self) -> None:
        self.start = self.clock.now_us() // US // 60 * 60 - 1_200
        """Twenty minutes ago."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def begin(self) -> None:
        """Start a server on the data, at the address of the one before it."""
        settings = load({"store": "memory", **self.said}).settings
        self.server = Server(Engine(self.store), self.clock)
        stack = AsyncExitStack()
        await stack.enter_async_context(self.server.running(jobs=False))
        markets = (SYMBOL, "BINANCE:ETHUSDT", "KRAKEN:BTC/EUR")
        self.server.engine.registry.add([Market.of(symbol) for symbol in markets])
        protection = protection_of(settings, self.store, self.clock)
        surface = assemble(self.server, settings, protection)
        surface.operations.phase = "ready"
        await stack.enter_async_context(surface.running())
        answers = asyncio.Event()
        settled = Settled(protection.connections, settings.websocket.message, surface.quick.answer)
        http = Http(surface.front, answers.set, settled)
        listening = bound("127.0.0.1", self.port)
        stack.callback(listening.close)
        self.port = int(url_of(listening).rsplit(":", 1)[1])
        work = asyncio.create_task(http.serve([listening]))
        await answers.wait()

        async def leave() -> None:
            await surface.hub.close(0)
            http.should_exit = True
            await work

        stack.push_async_callback(leave)
        self.keys = protection.keys
        self._stack = stack

    async def end(self) -> None:
        await self._stack.aclose()

    def issue(self, scope: Scope) -> str:
        return self.keys.create(scope.text, scope).text

    async def trade(self, rows: Sequence[tuple[float, float]], market: int = 0) -> None:
        """Have trades of (seconds after the start, price) committed."""
        batch = trades(rows, market=market, first_id=self.ids, start=self.start)
        self.ids += len(batch)
        await self.server.ingest.submit(Delivery(trades=batch))

    def client(self, key: str | None = None) -> AsyncClient:
        return AsyncClient(self.url, key, options=self.options)

    def blocking(self, key: str | None = None) -> Client:
        return Client(self.url, key, options=self.options)


@asynccontextmanager
async def home(**said: object) -> AsyncIterator[Home]:
    """Run a home with a server that has begun."""
    own = Home(said=said)
    await own.begin()
    try:
        yield own
    finally:
        await own.end()
