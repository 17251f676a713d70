"""The server that is measured: `python -m benchmarks.ws_server <json>`, a process of its own.

Made-up trades come at a rate, evenly over the markets. A trade's price is the moment it was made,
in microseconds of the clock that all processes share, so that a client can tell its latency.
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import structlog
import uvicorn
from typing_extensions import override

from benchmarks.ws_series import HISTORY, MARKETS, now_us, symbol
from chandlery.api.http import queues
from chandlery.api.websocket import Connection, Endpoint, Hub, Limits, OpenGate
from chandlery.api.websocket.endpoint import with_websocket
from chandlery.cli.serving import run
from chandlery.clock import SystemClock
from chandlery.core.delivery import Delivery
from chandlery.core.market import Market
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine
from chandlery.engine.ingest import Receipt
from chandlery.engine.server import Server
from chandlery.stores.duckdb import DuckDBStore

EVERY_S = 0.01
MINUTE_US = 60_000_000


@dataclass
class Feeding:
    """Submits so many trades a second, as a feed would: those of 10 ms at once."""

    server: Server
    rate: int
    made: int = 0

    async def run(self) -> None:
        """Go on until cancelled."""
        began = time.monotonic()
        sending: set[asyncio.Task[Receipt]] = set()
        while True:
            await asyncio.sleep(EVERY_S)
            due = int((time.monotonic() - began) * self.rate) - self.made
            if due > 0 and len(sending) < 100:
                task = asyncio.create_task(self.server.ingest.submit(Delivery(self._trades(due))))
                sending.add(task)
                task.add_done_callback(sending.discard)

    def _trades(self, count: int) -> Trades:
        number = np.arange(self.made, self.made + count)
        self.made += count
        return Trades.of(
            market=number % MARKETS,
            time=np.full(count, self.server.clock.now_us()),
            price=np.full(count, now_us()),
            size=np.ones(count),
            side=np.ones(count),
            sequence=number,
            id=number + 1,
        )


def _history(until_us: int) -> Trades:
    """Return a trade a minute and market, with ids of their own."""
    count = MARKETS * HISTORY
    number = np.arange(count)
    return Trades.of(
        market=number % MARKETS,
        time=until_us - MINUTE_US * (HISTORY - number // MARKETS),
        price=np.full(count, now_us()),
        size=np.ones(count),
        side=np.ones(count),
        sequence=number,
        id=-1 - number,
    )


class Http(uvicorn.Server):
    """Says its port when it answers."""

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        print(json.dumps({"port": (sockets or [])[0].getsockname()[1]}), flush=True)


async def serve(rate: int, place: Path) -> None:
    """Serve until standard input ends; each line of it is answered with the figures."""
    with tempfile.TemporaryDirectory(dir=place) as folder:
        engine = Engine(DuckDBStore(Path(folder) / "bench.duckdb", threads=2))
        engine.registry.add([Market.of(symbol(number)) for number in range(MARKETS)])
        server = Server(engine, SystemClock())
        async with server.running():
            await server.ingest.submit(Delivery(_history(server.clock.now_us())))
            hub = Hub(server, _no_ticker, Limits(most_per_address=1 << 20))
            async with hub.running():
                await _serve(server, hub, rate)
        engine.store.close()


async def _serve(server: Server, hub: Hub, rate: int) -> None:
    app = with_websocket(Endpoint(hub, OpenGate()), healthz)
    config = uvicorn.Config(
        app,
        ws=Connection,
        ws_max_size=hub.limits.message_bytes,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    http = Http(config)
    with queues("127.0.0.1", 0) as listening:
        work = asyncio.create_task(http.serve(listening))
        feeding = asyncio.create_task(Feeding(server, rate).run() if rate else asyncio.sleep(0))
        await _answer(hub)
        feeding.cancel()
        await hub.close()
        http.should_exit = True
        await asyncio.gather(work, feeding, return_exceptions=True)


async def healthz(scope: Any, receive: Any, send: Any) -> None:
    """Answer a request at once: it shows how long the event loop keeps one waiting."""
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
    )
    await send({"type": "http.response.body", "body": b"ok"})


async def _answer(hub: Hub) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        figures = {
            "clients": len(hub.clients),
            "feeds": len(hub.feeds),
            "closed": hub.figures.closed,
            "cpu_s": sum(resource.getrusage(resource.RUSAGE_SELF)[:2]),
        }
        print(json.dumps(figures), flush=True)


async def _no_ticker(market: int) -> bytes:
    return b"{}"


def main(arguments: Sequence[str]) -> None:
    """Run one server."""
    asked = json.loads(arguments[0])
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    level = logging.WARNING
    logging.getLogger("uvicorn").setLevel(level)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(level))
    run(serve(asked["rate"], Path(asked["folder"])))


if __name__ == "__main__":
    main(sys.argv[1:])
