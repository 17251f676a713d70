"""An exchange that speaks as ccxt does: a list of trades, a stream of them, and faults."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from chandlery.sources.ccxt.exchange import Row

US = 1_000_000


class Gone(Exception):  # noqa: N818 - stands for ccxt's NetworkError
    pass


class NoSuchSymbol(Gone):
    pass


def row(number: int, ms: int, **more: Any) -> dict[str, Any]:
    """Return a trade with all the fields that ccxt gives it."""
    return {
        "info": {"raw": number},
        "id": str(number),
        "timestamp": ms,
        "datetime": "2026-01-01T00:00:00.000Z",
        "symbol": "BTC/USDT",
        "order": None,
        "type": None,
        "side": "buy" if number % 2 else "sell",
        "takerOrMaker": None,
        "price": 100.0 + number,
        "amount": 0.5,
        "cost": 50.0,
        "fee": {"cost": None, "currency": None},
        "fees": [],
    } | more


class FakeClock:
    def __init__(self) -> None:
        self.us = 1_790_000_000 * US

    def now_us(self) -> int:
        return self.us

    def elapsed(self) -> float:
        return self.us / US


class FakeExchange:
    """Trades are in `all`; the stream gives what is put into it, an exception as itself."""

    id = "fake"

    def __init__(self, **has: Any) -> None:
        self.has: Mapping[str, Any] = {
            "watchTrades": True, "fetchTrades": True, "fetchOHLCV": True, **has
        }  # fmt: skip
        self.all: list[dict[str, Any]] = []
        self.bars: list[list[Any]] = []
        self.of: defaultdict[str, asyncio.Queue[Any]] = defaultdict(asyncio.Queue)
        """What the stream of each symbol gives."""
        self.stream = self.of["BTC/USDT"]
        self.most = 100
        self.heeds_since = True
        self.is_closed = False
        self.asked = 0
        self.faults: list[Exception] = []
        self.markets: dict[str, dict[str, Any]] = {
            "BTC/USDT": {"symbol": "BTC/USDT", "contract": False, "contractSize": None}
        }

    async def load_markets(self) -> Mapping[str, Mapping[str, Any]]:
        self._fail()
        return self.markets

    async def watch_trades(self, symbol: str) -> list[Row]:
        found = await self.of[symbol].get()
        if isinstance(found, Exception):
            raise found
        rows: list[Row] = list(found)
        return rows

    async def fetch_trades(
        self, symbol: str, since: int | None = None, limit: int | None = None
    ) -> list[Row]:
        self.asked += 1
        self._fail()
        newest: list[Row] = list(self.all[-self.most :])
        if since is None or not self.heeds_since:
            return newest
        found: list[Row] = [each for each in self.all if each["timestamp"] >= since]
        return found[: self.most]

    async def fetch_ohlcv(
        self, symbol: str, timeframe: str = "1m", since: int | None = None, limit: int | None = None
    ) -> list[list[Any]]:
        self._fail()
        if since is None or not self.heeds_since:
            return self.bars[-self.most :]
        return [bar for bar in self.bars if bar[0] >= since][: self.most]

    async def close(self) -> None:
        self.is_closed = True

    def _fail(self) -> None:
        if self.faults:
            raise self.faults.pop(0)
