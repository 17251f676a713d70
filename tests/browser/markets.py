"""The markets of the browser's tests: a long past, a sparse one, tiny prices, and sessions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.browser.served import Served, now

BTC, RARE, MEME = "TEST:BTCUSDT", "TEST:RARE", "TEST:MEME"
MINUTE = 60
LONG = 21_000
"""Bars of the long market."""


@contextmanager
def served(data: Path, options: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Give a server that runs and has its markets; end it when the block is left."""
    server = Served(data, options or {})
    end = int(now()) // MINUTE * MINUTE - 5 * MINUTE
    server.bar_import(BTC, "1m", list(bars(end - LONG * MINUTE, end)))
    server.bar_import(RARE, "1m", list(bars(end - 5_000 * MINUTE, end, every=97)))
    server.bar_import(MEME, "1m", list(bars(end - 500 * MINUTE, end, scale=1e-13)))
    server.start()
    try:
        for symbol, scale in ((BTC, 1.0), (MEME, 1e-13)):
            times = range(end, int(now()) - 1, 15)
            server.trade(symbol, *((float(at), price_at(at) * scale, 0.5) for at in times))
        yield server
    finally:
        server.end()


def price_at(at: int) -> float:
    """Return a price that is told by the time alone."""
    return round(50_000 + 4_000 * math.sin(at / 86_400) + 150 * math.sin(at / 1_700), 2)


def bars(start: int, end: int, *, every: int = 1, scale: float = 1.0) -> Iterator[list[float]]:
    """Yield bars of a minute (t, o, h, l, c, v), one in so many."""
    for at in range(start, end, MINUTE * every):
        first, last = price_at(at), price_at(at + MINUTE)
        low, high = min(first, last) - 8, max(first, last) + 8
        yield [at, *(value * scale for value in (first, high, low, last)), 1 + at // MINUTE % 7]
