"""A server that trades come to: `python -m benchmarks.serving_server <data> <port> <rate>`.

Everything is put together as `chandlery serve` does; the trades come from a source, as in life.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from chandlery.api.access import protection_of
from chandlery.cli.opened import settings_of
from chandlery.cli.serving import Serving, run
from chandlery.clock import SystemClock
from chandlery.core.delivery import Delivery
from chandlery.core.trades import Trades
from chandlery.wiring import open_engine, server_of

EVERY_S = 0.01
MOST_AT_ONCE = 50_000
FIRST_ID = 1 << 40
"""Beyond what the trades that are stored already have."""


@dataclass
class Feed:
    """So many trades a second, by Zipf over the markets; those of 10 ms at once, or of a commit."""

    rate: int
    markets: int
    clock: SystemClock
    name: str = "benchmark"
    made: int = 0
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))

    async def deliveries(self, position: str | None) -> AsyncIterator[Delivery]:
        """Yield what is due, until closed."""
        began, last_us = self.clock.elapsed(), self.clock.now_us()
        while True:
            await asyncio.sleep(EVERY_S)
            due = int((self.clock.elapsed() - began) * self.rate) - self.made
            now_us = self.clock.now_us()
            if due > 0 and now_us > last_us:
                yield Delivery(self._trades(min(due, MOST_AT_ONCE), last_us, now_us))
                last_us = now_us

    def _trades(self, count: int, start_us: int, end_us: int) -> Trades:
        random, first = self.random, FIRST_ID + self.made
        self.made += count
        return Trades.of(
            market=(self.markets ** random.random(count)).astype(np.int32) - 1,
            time=np.sort(random.integers(start_us, end_us, count)),
            price=np.round(100 + random.standard_normal(count), 2),
            size=np.round(random.lognormal(0, 1, count) + 0.001, 3),
            side=random.choice((-1, 1), count),
            sequence=np.zeros(count),
            id=np.arange(first, first + count),
        )


async def _wait(url: str) -> None:
    """Say nothing."""


def main(data: Path, port: int, rate: int) -> None:
    """Serve until SIGTERM; then say how many trades came."""
    settings, clock = settings_of(data, None, {"http.port": port}), SystemClock()
    with open_engine(settings, create=False) as engine:
        server = server_of(settings, engine, clock)
        feed = Feed(rate, len(engine.registry.markets()), clock)
        protection = protection_of(settings, engine.store, clock)
        run(Serving(server, settings, protection, [feed] if rate else [], _wait).run())
        figures = server.ingest.figures
    (data / "accepted").write_text(str(figures.accepted))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
