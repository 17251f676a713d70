"""Trades a second from an exchange's frames through parser and ledger into the store, durably.

`frames` reads, checks and stores what is in memory already; `socket` takes it from a connection on
this machine, so that the sender's work counts too.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from benchmarks.report import Figure
from chandlery.clock import SystemClock
from chandlery.core.delivery import Delivery
from chandlery.engine.engine import Engine
from chandlery.engine.recorder import Recorded
from chandlery.engine.server import Server
from chandlery.sources.binance.parse import read
from chandlery.sources.binance.sites import SPOT
from chandlery.sources.binance.venue import Binance
from chandlery.sources.live.feed import LiveFeed, Markets
from chandlery.sources.live.figures import FeedCounts
from chandlery.sources.live.ledger import Book, Ledger
from chandlery.sources.live.progress import Progress
from chandlery.sources.live.rest import BarPage, Listed, TradePage
from chandlery.sources.live.sound import check_trade
from chandlery.sources.live.surroundings import Surroundings
from chandlery.sources.live.venue import TradeEvent
from chandlery.sources.source import Source
from chandlery.stores.duckdb import DuckDBStore

TRADES = 300_000
START_MS = 1_723_161_600_000
EACH_MS = 30
AT_ONCE = 5_000
EXPECTED = 50_000
SYMBOL = "BTCUSDT"


def run() -> list[Figure]:
    """Measure both."""
    frames = _frames()
    return [
        _figure("frames", lambda number: _InMemory(frames, number)),
        _figure("socket", None, frames),
    ]


def _frames() -> list[str]:
    return [
        json.dumps(
            {
                "stream": "btcusdt@trade",
                "data": {
                    "e": "trade",
                    "E": START_MS + row * EACH_MS + 1,
                    "s": SYMBOL,
                    "t": 3_735_683_259 + row,
                    "p": f"{61_000 + row % 977}.{row % 100:02}000000",
                    "q": f"0.{1 + row % 9_999:05}000",
                    "T": START_MS + row * EACH_MS,
                    "m": row % 3 == 0,
                    "M": True,
                },
            },
            separators=(",", ":"),
        )
        for row in range(TRADES)
    ]


def _figure(
    name: str, make: Callable[[int], Source] | None, frames: list[str] | None = None
) -> Figure:
    with tempfile.TemporaryDirectory() as folder:
        store = DuckDBStore(Path(folder) / "market.duckdb")
        try:
            seconds = asyncio.run(_measured(Engine(store), make, frames or []))
        finally:
            store.close()
    rate = TRADES / seconds
    text = f"{rate:,.0f} trades/s"
    return Figure(f"feed: {name}", text, "", None, f"≥ {EXPECTED:,}", rate >= EXPECTED)


async def _measured(
    engine: Engine, make: Callable[[int], Source] | None, frames: list[str]
) -> float:
    """Return the seconds until all trades were durable."""
    clock = SystemClock()
    number = engine.registry.add_symbol(f"BINANCE:{SYMBOL}")
    server, enough, seen = Server(engine, clock), asyncio.Event(), 0

    def note(recorded: Recorded) -> None:
        nonlocal seen
        seen += len(recorded.trades)
        if seen >= TRADES:
            enough.set()

    server.listeners.append(note)

    async def send(connection: ServerConnection) -> None:
        try:
            for frame in frames:
                await connection.send(frame)
            await connection.wait_closed()
        except ConnectionClosed:
            return

    async with serve(send, "127.0.0.1", 0, compression=None, ping_interval=None) as exchange:
        port = exchange.sockets[0].getsockname()[1]
        source = make(number) if make else _feed(port, number, clock)
        began = time.perf_counter()
        async with server.running([source], jobs=False):
            await enough.wait()
            return time.perf_counter() - began


def _feed(port: int, number: int, clock: SystemClock) -> LiveFeed:
    venue = Binance(SPOT, f"ws://127.0.0.1:{port}", "trade")
    return LiveFeed(venue, _NoRest(), Markets({SYMBOL: number}), Surroundings(clock))


class _InMemory:
    """What a feed does with frames, without a connection."""

    name = "frames"

    def __init__(self, frames: list[str], number: int) -> None:
        self._frames = frames
        book = Book({SYMBOL: number}, are_ids_contiguous=True)
        self._ledger = Ledger(book, Progress(), FeedCounts())

    async def deliveries(self, position: str | None) -> AsyncIterator[Delivery]:
        """See `Source.deliveries`."""
        now_us = SystemClock().now_us()
        for first in range(0, len(self._frames), AT_ONCE):
            events: list[TradeEvent] = []
            for frame in self._frames[first : first + AT_ONCE]:
                for event in read(frame):
                    if isinstance(event, TradeEvent):
                        check_trade(event)
                        events.append(event)
            self._ledger.take(events, now_us)
            delivery = self._ledger.delivery(self.name, is_full=first % (10 * AT_ONCE) == 0)
            if delivery is not None:
                yield delivery


class _NoRest:
    async def listed(self, symbols: object) -> Listed:
        return Listed()

    async def trades_after(self, symbol: str, after_id: int) -> TradePage:
        return TradePage()

    async def trades_between(self, symbol: str, start_us: int, end_us: int) -> TradePage:
        return TradePage()

    async def bars(self, *args: object) -> BarPage:
        return BarPage()

    async def close(self) -> None:
        return
