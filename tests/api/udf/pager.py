"""Runs a simulated TradingView chart against an application, in process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
import numpy as np
import orjson

from chandlery.api.app import create_app
from chandlery.core.calendar import Calendar
from chandlery.core.columns import US, Int64s
from chandlery.core.delivery import Delivery
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.doctor.history import history_of
from chandlery.doctor.http import HttpFetch, reaching
from chandlery.doctor.pager import FIRST_PAINT, Pager
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server
from chandlery.stores.memory import MemoryStore

ALWAYS_OPEN = Calendar()
BASE = "http://test/api/tradingview"


@dataclass(frozen=True)
class StandingClock:
    now: int

    def now_us(self) -> int:
        return self.now * US

    def elapsed(self) -> float:
        return 0.0


@dataclass(frozen=True)
class Listed:
    """A market by its calendar and the moments of its trades, in seconds."""

    symbol: str
    moments: Int64s
    calendar: Calendar = ALWAYS_OPEN


@asynccontextmanager
async def serving(now: int, markets: list[Listed]) -> AsyncIterator[HttpFetch]:
    """Give what asks our own server, which has these markets."""
    engine = Engine(MemoryStore())
    server = Server(engine, StandingClock(now))
    async with server.running(jobs=False):
        for market in markets:
            await _fill(server, market)
        transport = httpx2.ASGITransport(app=create_app(server))  # type: ignore[arg-type]
        async with reaching(BASE, server.clock, transport) as fetch:
            yield fetch


async def opened(fetch: HttpFetch, market: Listed, resolution: Resolution, now: int) -> Pager:
    """Return the chart after its first paint."""
    pager = Pager(market.calendar, resolution, now, FIRST_PAINT)
    await turn(fetch, pager, market.symbol, resolution)
    return pager


async def scroll(fetch: HttpFetch, pager: Pager, market: Listed, bars: int) -> None:
    """Go back until so many bars are there."""
    pager.scroll(bars)
    await turn(fetch, pager, market.symbol, pager.resolution)


async def turn(fetch: HttpFetch, pager: Pager, symbol: str, resolution: Resolution) -> None:
    """Ask until the chart wants nothing more."""
    while (request := pager.request) is not None:
        params = request.params(symbol, resolution.tradingview)
        answer = await fetch.fetch("/history", params)
        assert answer.status == 200, answer
        pager.take(history_of(orjson.loads(answer.body)))


async def _fill(server: Server, market: Listed) -> None:
    session, zone = market.calendar.session, market.calendar.time_zone
    listed = Market.of(market.symbol, session=session, time_zone=zone)
    (number,) = server.engine.registry.add([listed])
    count = len(market.moments)
    row = np.arange(count)
    trades = Trades.of(
        market=np.full(count, number),
        time=market.moments * US,
        price=100.0 + row % 7,
        size=np.ones(count),
        side=np.ones(count),
        sequence=row,
        id=row + 1,
    )
    await server.ingest.submit(Delivery(trades=trades))
