"""A server with two markets and hand-made trades, asked in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from litestar import Litestar
from litestar.datastructures import State

from chandlery.api import errors, lightweight, openapi, udf, v1
from chandlery.core.columns import US
from chandlery.core.delivery import Coverage, Delivery
from chandlery.core.market import Market
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import START, HandClock, trades

MARKETS = (
    Market.of("BINANCE:BTCUSDT"),
    Market.of("BINANCE:ETHUSDT"),
    Market.of("KRAKEN:BTC/EUR", description="Bitcoin in euros"),
    Market.of("NYSE:ACME", type="stock"),
)
BTC, ETH = 0, 1
MINUTES = 10
NOW = START + MINUTES * 60 - 30
"""In the middle of the tenth minute."""


@dataclass
class House:
    server: Server
    client: httpx.AsyncClient
    clock: HandClock

    async def get(self, path: str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(f"/api/v1/{path}", headers=named)

    async def trade(self, rows: Sequence[tuple[float, float]], first_id: int, market: int) -> None:
        await self.deliver(trades(rows, market=market, first_id=first_id))

    async def deliver(self, batch: Trades) -> None:
        await self.server.ingest.submit(Delivery(trades=batch))

    async def cover(self, market: int, *between: tuple[int, int], kind: str = "trades") -> None:
        seen = tuple(Coverage(market, kind, start, end) for start, end in between)
        await self.server.ingest.submit(Delivery(coverage=seen))


def app_of(server: Server) -> Litestar:
    """Return an application of the data alone: nobody signs in, nothing is limited."""
    return Litestar(
        route_handlers=[*v1.ROUTES, *openapi.ROUTES, *lightweight.ROUTES, *udf.ROUTES],
        exception_handlers=errors.HANDLERS,
        state=State({"server": server}),
        openapi_config=None,
        logging_config=None,
    )


@asynccontextmanager
async def running(server: Server) -> AsyncIterator[None]:
    """Run a server with trades of BTC, two in most minutes, and one of ETH."""
    async with server.running(jobs=False):
        server.engine.registry.add(MARKETS)
        rows = [
            (minute * 60 + second, 100.0 + minute + second / 10)
            for minute in range(MINUTES)
            for second in (0, 20)
            if minute not in (3, 4)
        ]
        await server.ingest.submit(Delivery(trades=trades(rows, market=BTC, first_id=1)))
        only = trades([(0.5, 2000.0)], market=ETH, first_id=1)
        await server.ingest.submit(Delivery(trades=only))
        yield


@asynccontextmanager
async def house() -> AsyncIterator[House]:
    """Run a server and ask it in this process."""
    clock = HandClock(NOW * US)
    server = Server(Engine(MemoryStore()), clock)
    async with running(server):
        transport = httpx.ASGITransport(app=app_of(server))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield House(server, client, clock)
