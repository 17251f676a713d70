"""A whole server in this process: DuckDB, the fake exchange, HTTP and WebSocket, real sockets."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chandlery.api.access import protection_of
from chandlery.api.assembly import assemble
from chandlery.api.http import Http, Settled, bound, url_of
from chandlery.config import Settings, load
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine
from chandlery.engine.feeds import FeedFigures
from chandlery.engine.server import Server, ServerLimits
from chandlery.stores.duckdb import DuckDBStore
from chandlery.venues import feeds_of
from tests.sources.binance.fake import FakeBinance, FakeTrade, Faults, some_trades
from tests.sources.live.fast import START, FastClock

US = 1_000_000
RATE = 2.0
"""Trades a second of each market, by the fast clock."""
MARKETS = ("BTCUSDT", "ETHUSDT")
LIFE_S = 900.0
"""How old the exchange lets a connection become."""
NORMAL_LAG_S = 3.0


@dataclass
class Stage:
    """What the soak looks at."""

    fake: FakeBinance
    clock: FastClock
    server: Server
    url: str

    @property
    def engine(self) -> Engine:
        return self.server.engine

    @property
    def figures(self) -> FeedFigures:
        return self.server.feeds[0].figures()

    def number(self, symbol: str) -> int:
        return self.engine.registry.number(f"BINANCE:{symbol}")

    def stored(self, symbol: str, start_us: int = 0, end_us: int = 1 << 62) -> Trades:
        return self.engine.history.trades(self.number(symbol), start_us, end_us)

    def is_well(self) -> bool:
        """Whether the feed is live, nothing is missing, and the newest trades are there."""
        if self.figures.state != "live" or self.open_gaps():
            return False
        return all(self.lag_s(symbol) <= NORMAL_LAG_S for symbol in MARKETS)

    def open_gaps(self) -> list[object]:
        return [gap for gap in self.engine.store.gaps() if gap.state != "lost"]

    def next_us(self, symbol: str) -> int | None:
        """Return the time of the first trade that is newer than all that are stored."""
        number = np.array([self.number(symbol)], dtype=np.int32)
        [newest_us] = self.engine.registry.newest_us(number)
        found = next(self.fake.coming(symbol, "aggTrade", int(newest_us)), None)
        return found and found[0]

    def lag_s(self, symbol: str) -> float:
        """Return how long the newest trade that is not stored has been there."""
        next_us = self.next_us(symbol)
        return 0.0 if next_us is None else max(0.0, (self.clock.now_us() - next_us) / US)


def trades_of(seconds: float, seed: int) -> dict[str, list[FakeTrade]]:
    draw = random.Random(seed)  # noqa: S311 - chance, no secret
    return {
        symbol: some_trades(
            draw,
            start_us=(START + 1) * US,
            seconds=seconds,
            rate=RATE,
            first_id=1_000_000 * (row + 1),
            price=100.0 * (row + 1),
        )
        for row, symbol in enumerate(MARKETS)
    }


@asynccontextmanager
async def stage(folder: Path, seconds: float, seed: int, speed: float) -> AsyncIterator[Stage]:
    """Run everything, with trades for so many seconds of the fast clock."""
    clock = FastClock(speed)
    faults = Faults(seed=seed, life_s=LIFE_S)
    store = DuckDBStore(folder / "soak.duckdb", memory_limit="100MB")
    try:
        async with FakeBinance(clock, trades_of(seconds, seed), faults).running() as fake:
            live = f"binance:{','.join(MARKETS)}"
            own = {"binance.rest_url": fake.rest_url, "binance.ws_url": fake.ws_url}
            settings = load({"feeds.live": live, "data": folder, **own}).settings
            server = Server(Engine(store), clock, ServerLimits(query_s=1e9))
            feeds = feeds_of(settings, server.engine, clock.surroundings(seed))
            async with server.running(feeds), answering(server, settings) as url:
                yield Stage(fake, clock, server, url)
    finally:
        store.close()


@asynccontextmanager
async def answering(server: Server, settings: Settings) -> AsyncIterator[str]:
    """Answer on a port as the command does; give the address."""
    protection = protection_of(settings, server.engine.store, server.clock)
    surface, answers = assemble(server, settings, protection), asyncio.Event()
    message, quick = settings.websocket.message, surface.quick.answer
    http = Http(surface.front, answers.set, Settled(protection.connections, message, quick))
    with closing(bound("127.0.0.1", 0)) as listening:
        async with surface.running():
            work = asyncio.create_task(http.serve([listening]))
            await answers.wait()
            surface.operations.phase = "ready"
            try:
                yield url_of(listening)
            finally:
                await surface.hub.close(0)
                http.should_exit = True
                await work
