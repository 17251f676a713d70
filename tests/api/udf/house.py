"""A server with a handful of markets whose every answer can be written down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import numpy as np
from litestar import Litestar
from litestar.datastructures import State
from litestar.types import ASGIApp, Receive, Scope, Send

from chandlery.api import errors, lightweight, udf
from chandlery.core.columns import US
from chandlery.core.delivery import Coverage, Delivery
from chandlery.core.market import Market
from chandlery.core.trades import BUY, Trades
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server
from chandlery.stores.memory import MemoryStore

BTC, ACME, TINY, HUGE, GOLD = range(5)


def at(text: str) -> int:
    """Return the seconds of a moment in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


NOW = at("2024-07-10T12:00:20")
NOON = at("2024-07-10T12:00")

MARKETS = [
    Market.of("BINANCE:BTCUSDT", description="Bitcoin"),
    Market.of("NYSE:ACME", type="stock", session="0930-1600", time_zone="America/New_York"),
    Market.of("DEX:TINYUSDT"),
    Market.of("DEX:HUGEUSDT"),
    Market.of("GOLD", type="index"),
    Market.of("KRAKEN:GOLD", type="index"),
    Market.of("NEW:EMPTYUSDT"),
]

# Time, price and size; GOLD has no trades.
BTC_TRADES = [
    (at("2024-07-10T08:00"), 100.5, 1.0),
    (at("2024-07-10T11:57:10"), 101.0, 0.1),
    (at("2024-07-10T11:57:50"), 103.25, 0.2),
    (at("2024-07-10T11:59:59"), 102.0, 2.0),
    (at("2024-07-10T12:00:05"), 104.5, 0.25),
]
ACME_TRADES = [
    (at("2024-05-31T19:59"), 10.0, 1.0),
    (at("2024-06-03T13:30"), 11.0, 2.0),
    (at("2024-06-28T15:00"), 12.0, 3.0),
    (at("2024-07-01T14:00"), 13.0, 4.0),
    (at("2024-07-09T14:00"), 14.0, 5.0),
]
TINY_TRADES = [(at("2024-07-10T11:59"), 1.5e-12, 1e9), (at("2024-07-10T12:00"), 1.25e-12, 2e9)]
HUGE_TRADES = [(at("2024-07-10T12:00"), 9_000_000_000_000_000.0, 1e-8)]


class HandClock:
    """A clock that stands at a moment of the test's choice."""

    def __init__(self) -> None:
        self.now = NOW

    def now_us(self) -> int:
        return self.now * US

    def elapsed(self) -> float:
        return float(self.now)


def trades(market: int, rows: Sequence[tuple[int, float, float]]) -> Trades:
    number = np.arange(len(rows))
    return Trades.of(
        market=np.full(len(rows), market),
        time=[time * US for time, _, _ in rows],
        price=[price for _, price, _ in rows],
        size=[size for _, _, size in rows],
        side=np.full(len(rows), BUY),
        sequence=number,
        id=number + 1,
    )


@asynccontextmanager
async def house() -> AsyncIterator[Server]:
    """Run the server with all the trades."""
    engine = Engine(MemoryStore())
    engine.registry.add(MARKETS)
    server = Server(engine, HandClock())
    rows = {BTC: BTC_TRADES, ACME: ACME_TRADES, TINY: TINY_TRADES, HUGE: HUGE_TRADES}
    async with server.running(jobs=False):
        for market, own in rows.items():
            await server.ingest.submit(Delivery(trades=trades(market, own)))
        yield server


async def cover(server: Server, market: int, *intervals: tuple[str, str]) -> None:
    """Have it said that a feed saw these intervals."""
    seen = tuple(Coverage(market, "trades", at(start), at(end)) for start, end in intervals)
    await server.ingest.submit(Delivery(coverage=seen))


class Asker:
    """A client that shows only what charts look at: the body."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def text(self, path: str) -> str:
        """Return the body; what is refused is no error of HTTP."""
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def json(self, path: str) -> Any:
        """Return the body as JSON."""
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/json"
        return answer.json()


@dataclass(frozen=True)
class Somebody:
    """Whoever signed in."""

    name: str


def signed_in(server: Server, principal: object) -> ASGIApp:
    """Return an application in which this principal was found by what stands in front of it."""
    app = Litestar(
        route_handlers=[*udf.ROUTES, *lightweight.ROUTES],
        exception_handlers=errors.HANDLERS,
        state=State({"server": server}),
        openapi_config=None,
        logging_config=None,
    )

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})
        if principal is not None:
            scope["state"]["principal"] = principal
        await app(scope, receive, send)

    return front


@asynccontextmanager
async def asker(server: Server) -> AsyncIterator[Asker]:
    """Ask the routes themselves, without what stands in front of them."""
    async with client_of(signed_in(server, None)) as asking:
        yield asking


@asynccontextmanager
async def client_of(app: ASGIApp) -> AsyncIterator[Asker]:
    """Ask an application."""
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield Asker(client)
