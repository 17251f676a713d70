"""What a client waits for bars that nobody has asked for before, while trades come in."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.serving_processes import free_port, running

TRADES_PER_S, REQUESTS_PER_S = 10_000, 50
CONNECTIONS = 8
_COLD = "1 3 5 10 15 30 45 60 120 180 240 360 480 720 1D 1W"
COLD = tuple(_COLD.split())
"""Resolutions: rungs of the ladder, and those that are made of them."""
BARS = 600


@dataclass
class Waits:
    """Milliseconds from the moment a request was due to the end of its answer."""

    cold: list[float] = field(default_factory=list)
    hot: list[float] = field(default_factory=list)


def history(symbol: str, resolution: str, bars: int = BARS) -> str:
    """Return the address of the newest bars."""
    to = int(time.time()) + 60
    asked = f"symbol={symbol}&resolution={resolution}&from={to - 60}&to={to}&countback={bars}"
    return f"/api/tradingview/history?{asked}"


def measured(data: Path, symbols: Sequence[str], count: int) -> tuple[Waits, float]:
    """Ask a server for cold and hot bars in turns; return the waits and the trades a second."""
    port = free_port()
    command = (sys.executable, "-m", "benchmarks.serving_server", data, str(port))
    with running((*command, str(TRADES_PER_S)), port):
        began = time.monotonic()
        waits = asyncio.run(_ask(port, _pairs(symbols, count)))
        seconds = time.monotonic() - began
    return waits, int((data / "accepted").read_text()) / seconds


def _pairs(symbols: Sequence[str], count: int) -> list[tuple[str, str]]:
    """Return markets and resolutions, each pair once, at random."""
    every = [(symbol, resolution) for symbol in symbols for resolution in COLD]
    chosen = np.random.default_rng(7).permutation(len(every))[:count]
    return [every[number] for number in chosen]


async def _ask(port: int, pairs: Sequence[tuple[str, str]]) -> Waits:
    """Ask at a steady pace, whether or not the answers before have come."""
    waits = Waits()
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await Connection.to(port))
    await asyncio.sleep(2)

    async def one(url: str, due: float, into: list[float]) -> None:
        connection = await free.get()
        try:
            await connection.get(url)
        finally:
            free.put_nowait(connection)
        into.append((time.perf_counter() - due) * 1e3)

    every, began = 1 / REQUESTS_PER_S, time.perf_counter()
    async with asyncio.timeout(len(pairs) * every + 30), asyncio.TaskGroup() as asking:
        for number, pair in enumerate(pairs):
            due = began + number * every
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            asking.create_task(one(history(*pair), due, waits.cold))
            # The same bars half a period later are hot.
            due += every / 2
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            asking.create_task(one(history(*pairs[max(0, number - 10)]), due, waits.hot))
    while not free.empty():
        free.get_nowait().writer.close()
    return waits


@dataclass(frozen=True, slots=True)
class Connection:
    """An HTTP connection that is kept."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def to(cls, port: int) -> Connection:
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def get(self, url: str) -> bytes:
        """Return the body of an answer."""
        self.writer.write(f"GET {url} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        body = await self.reader.readexactly(length)
        if not head.startswith(b"http/1.1 200") or not body.startswith(b'{"s":"ok"'):
            message = f"{url} was answered with {head!r} {body[:200]!r}"
            raise RuntimeError(message)
        return body
