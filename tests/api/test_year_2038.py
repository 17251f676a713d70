"""Seconds that no longer fit 32 bits: stored, rolled up, opened again, and told by every route."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from chandlery.core.columns import US
from chandlery.core.delivery import Coverage, Delivery
from chandlery.core.market import Market
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server
from tests.api.v1.house import app_of
from tests.conformance.homes import STORES, Home
from tests.engine.builders import HandClock, trades

END = 1 << 31
MINUTE = END // 60 * 60
"""The bar in which it comes."""
NOW = MINUTE + 1_830
ROWS = [(minute * 60 + second, 100.0 + minute) for minute in range(-30, 30) for second in (5, 20)]
SEEN = [(MINUTE - 1_800, MINUTE + 600), (MINUTE + 660, NOW)]
TOLD = f"symbol=BINANCE:BTCUSDT&start={MINUTE - 1_800}&end={NOW}"
UDF = f"symbol=BINANCE:BTCUSDT&from={MINUTE - 1_800}&to={NOW}&resolution=1"


async def told(server: Server) -> list[object]:
    """Return what the routes say of the hour about it."""
    transport = httpx.ASGITransport(app=app_of(server))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        bars = (await client.get(f"/api/v1/candles?{TOLD}&interval=1m&partial=1")).json()
        days = (await client.get("/api/v1/candles?symbol=BINANCE:BTCUSDT&interval=1d")).json()
        page = (await client.get(f"/api/v1/trades?{TOLD}&limit=200")).json()
        gaps = (await client.get("/api/v1/gaps?symbol=BINANCE:BTCUSDT")).json()
        udf = (await client.get(f"/udf/history?{UDF}")).json()
    every = [MINUTE + minute * 60 for minute in range(-30, 30)]
    assert [bar["t"] for bar in bars] == udf["t"] == every
    assert [bar["t"] for bar in bars if bar.get("partial")] == [MINUTE + 600]
    assert [bar["t"] for bar in days] == [END // 86_400 * 86_400]
    assert len(page) == len(ROWS)
    assert [(gap["start"], gap["end"]) for gap in gaps] == [(MINUTE + 600, MINUTE + 660)]
    return [bars, days, page, gaps, udf]


@pytest.mark.parametrize("kind", sorted(STORES))
async def test_the_hour_in_which_32_bits_end_is_told_as_any_other(
    kind: str, tmp_path: Path
) -> None:
    home, clock = Home(kind, tmp_path), HandClock(NOW * US)
    engine = Engine(home.store)
    engine.registry.add([Market.of("BINANCE:BTCUSDT")])
    server = Server(engine, clock)
    async with server.running(jobs=False):
        seen = tuple(Coverage(0, "trades", start, end) for start, end in SEEN)
        batch = trades(ROWS, start=MINUTE)
        await server.ingest.submit(Delivery(trades=batch, coverage=seen))
        first = await told(server)
        list(engine.rollup.run(NOW))
        assert await told(server) == first
    again = Server(Engine(home.restart()), clock)
    async with again.running(jobs=False):
        assert await told(again) == first
    home.store.close()
