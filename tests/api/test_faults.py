"""A store that has no time, or none just now: each surface says so in its way, and nothing hangs.

TradingView's chart keeps an error for good, so what passes is tried again unseen, and what does
not is told with status 200.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
import websockets
from typing_extensions import override

from chandlery.core.candles import Candles
from chandlery.core.errors import StoreUnavailableError
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.stores import Scope
from chandlery.stores.budget import out_of_time
from chandlery.stores.memory import MemoryStore
from tests.api.house import NOW, START, House, house, logs, serving

SYMBOL = "BINANCE:BTCUSDT"
BARS = f"symbol={SYMBOL}&resolution=1&from={START}&to={NOW}"
WITHIN_S = 5.0


@dataclass
class Fault:
    """What reads fail with, so many times."""

    error: Exception
    left: int = 1 << 30

    def meet(self) -> None:
        if self.left:
            self.left -= 1
            raise self.error


class Faulty(MemoryStore):
    """A store whose reads fail while it has a fault."""

    fault: Fault | None = None

    @override
    def candles(self, resolution: Resolution, scope: Scope) -> Candles:
        self._meet()
        return super().candles(resolution, scope)

    @override
    def trades(self, scope: Scope) -> Trades:
        self._meet()
        return super().trades(scope)

    @override
    def newest_trades(self, market: int, start_us: int, end_us: int, count: int) -> Trades:
        self._meet()
        return super().newest_trades(market, start_us, end_us, count)

    def _meet(self) -> None:
        if self.fault is not None:
            self.fault.meet()


def late() -> Fault:
    return Fault(out_of_time())


UDF = [
    f"history?{BARS}",
    f"history?{BARS}&countback=10",
    f"history?{BARS.replace(str(START), str(NOW))}",
    f"quotes?symbols={SYMBOL}",
]
FROM_MEMORY = [f"marks?{BARS}", f"timescale_marks?{BARS}", f"symbols?symbol={SYMBOL}", "config"]
OTHERS = [
    f"/api/lightweight/ohlcv?symbol={SYMBOL}&timeframe=1m",
    f"/api/lightweight/ohlcv?symbol={SYMBOL}&timeframe=1m&whitespace=1",
    f"/api/v1/candles?symbol={SYMBOL}&interval=1m",
    f"/api/v1/candles?symbol={SYMBOL}&interval=1m&format=csv",
    f"/api/v1/candles?symbol={SYMBOL}&interval=1m&fill=flat",
    f"/api/v1/trades?symbol={SYMBOL}",
    f"/api/v1/ticker?symbols={SYMBOL}",
    f"/api/v1/indicators/sma?symbol={SYMBOL}&interval=1m",
]


async def told(found: House, path: str) -> tuple[int, dict[str, str], Any]:
    """Return the status, the headers and the body of an answer that comes in time."""
    async with asyncio.timeout(WITHIN_S):
        answer = await found.get(path)
    return answer.status_code, dict(answer.headers), msgspec.json.decode(answer.content)


@pytest.mark.parametrize("path", UDF)
async def test_charts_are_told_with_status_200_that_it_took_too_long(path: str) -> None:
    store = Faulty()
    with logs() as lines:
        async with house(store=store) as found:
            store.fault = late()
            status, headers, body = await told(found, f"/api/tradingview/{path}")
            assert status == 200
            assert "took longer" in re.sub(r"\s+", " ", msgspec.json.encode(body).decode())
            assert "max-age" not in headers["cache-control"]
            store.fault = None
            status, _, body = await told(found, f"/api/tradingview/{path}")
            assert status == 200
            assert "took longer" not in msgspec.json.encode(body).decode()
    assert not [line for line in lines if line["log_level"] == "error"]


@pytest.mark.parametrize("path", UDF)
@pytest.mark.parametrize(
    "fault",
    [
        lambda: Fault(StoreUnavailableError("the disk is full"), left=2),
        lambda: Fault(out_of_time(), left=1),
    ],
    ids=["unavailable", "late"],
)
async def test_charts_see_nothing_of_what_passes(path: str, fault: Callable[[], Fault]) -> None:
    store = Faulty()
    async with house(store=store) as found:
        right = await told(found, f"/api/tradingview/{path}")
    store = Faulty()
    async with house(store=store) as found:
        store.fault = fault()
        status, _, body = await told(found, f"/api/tradingview/{path}")
        assert (status, body) == (200, right[2])


@pytest.mark.parametrize("path", OTHERS)
async def test_others_are_told_when_to_come_again(path: str) -> None:
    store = Faulty()
    with logs() as lines:
        async with house(store=store) as found:
            store.fault = late()
            status, headers, body = await told(found, path)
            assert (status, body["code"], headers["retry-after"]) == (503, "timeout", "1")
            assert headers["cache-control"] == "no-store"
            store.fault = None
            assert (await found.get(path)).status_code == 200
    assert not [line for line in lines if line["log_level"] == "error"]


async def test_a_follower_is_told_and_stays_connected() -> None:
    store = Faulty()
    async with serving(store=store) as found:
        store.fault = late()
        async with websockets.connect(found.url.replace("http", "ws") + "/ws") as client:
            asked = {"op": "subscribe", "channel": "candles", "symbol": SYMBOL, "interval": "1m"}
            kinds: list[str] = []
            for fault in (store.fault, None):
                store.fault = fault
                await client.send(msgspec.json.encode(asked).decode())
                async with asyncio.timeout(WITHIN_S):
                    while not kinds or kinds[-1] not in ("error", "snapshot"):
                        message = msgspec.json.decode(await client.recv())
                        kinds.append(message["type"])
                        assert message.get("code", "busy") == "busy"
                kinds.append("")
            assert kinds == ["hello", "error", "", "subscribed", "snapshot", ""]


@pytest.mark.parametrize("path", [f"history?{BARS}&countback=10", *FROM_MEMORY])
async def test_what_is_in_memory_needs_no_store(path: str) -> None:
    store = Faulty()
    async with house(store=store) as found:
        status, _, body = await told(found, f"/api/tradingview/{path}")
        store.fault = late()
        again = await told(found, f"/api/tradingview/{path}")
        assert (again[0], again[2]) == (status, body) == (200, body)
