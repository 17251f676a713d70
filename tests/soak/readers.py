"""Those who read beside it: charts that follow, and requests that ask again and again."""

from __future__ import annotations

import asyncio
import random
from contextlib import aclosing
from dataclasses import dataclass, field

from chandlery.client import AsyncClient, CandleTable, Options, Retry
from tests.soak.stage import MARKETS, Stage

OPTIONS = Options(
    timeout_s=30,
    retry=Retry(first_s=0.05, most_s=0.5),
    reconnect=Retry(first_s=0.01, most_s=0.1),
    trust_env=False,
)
INTERVALS = ("1s", "1m", "5m", "1h")
PAUSE_S = 0.1


@dataclass
class Readers:
    """Charts of every market, and one who asks for bars; `draw` says when a chart is reopened."""

    on: Stage
    draw: random.Random
    answers: int = 0
    events: int = 0
    tables: dict[tuple[str, str], CandleTable] = field(default_factory=dict)

    def works(self) -> list[asyncio.Task[None]]:
        """Start them."""
        charts = [
            asyncio.create_task(self._chart(f"BINANCE:{symbol}", interval))
            for symbol in MARKETS
            for interval in ("1m", "5m")
        ]
        return [*charts, asyncio.create_task(self._ask())]

    async def _chart(self, symbol: str, interval: str) -> None:
        table = self.tables[symbol, interval] = CandleTable(symbol, interval, 100)
        async with AsyncClient(self.on.url, options=OPTIONS) as client:
            while True:
                most = self.draw.randint(50, 500)
                async with aclosing(client.stream([table.feed()])) as events:
                    async for event in events:
                        table.apply(event)
                        self.events += 1
                        most -= 1
                        if not most:
                            break

    async def _ask(self) -> None:
        async with AsyncClient(self.on.url, options=OPTIONS) as client:
            while True:
                symbol, interval = self.draw.choice(MARKETS), self.draw.choice(INTERVALS)
                bars = await client.candles(f"BINANCE:{symbol}", interval, limit=300)
                assert all(bar.l <= min(bar.o, bar.c) <= max(bar.o, bar.c) <= bar.h for bar in bars)
                times = [bar.t for bar in bars]
                assert times == sorted(set(times))
                self.answers += 1
                await asyncio.sleep(PAUSE_S)
