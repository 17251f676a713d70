from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import numpy as np
import pytest

from chandlery import __version__
from chandlery.api.app import create_app
from chandlery.core.columns import US
from chandlery.core.delivery import Delivery
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server
from chandlery.stores.memory import MemoryStore

START = 1_570_752_000
ROWS = 600


class FixedClock:
    def now_us(self) -> int:
        return (START + 86_400) * US

    def elapsed(self) -> float:
        return 0.0


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    engine = Engine(MemoryStore())
    server = Server(engine, FixedClock())
    async with server.running(jobs=False):
        number = engine.registry.add_symbol("A:B")
        row = np.arange(ROWS)
        trades = Trades.of(
            market=np.full(ROWS, number),
            time=(START + row) * US,
            price=100.0 + row % 7,
            size=np.ones(ROWS),
            side=np.ones(ROWS),
            sequence=row,
            id=row + 1,
        )
        await server.ingest.submit(Delivery(trades=trades))
        yield server


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=create_app(server))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_candles_are_the_newest_in_order(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/candles?symbol=a:b&interval=1m&limit=3")
    assert answer.headers["content-type"] == "application/json"
    bars = answer.json()
    assert [bar["t"] for bar in bars] == [START + 420, START + 480, START + 540]
    assert list(bars[0]) == ["t", "o", "h", "l", "c", "v", "q", "n", "bv"]
    assert bars[0]["n"] == 60


@pytest.mark.parametrize("limit", [2, 500])
async def test_a_range_holds_its_start_and_not_its_end(
    limit: int, client: httpx.AsyncClient
) -> None:
    query = f"symbol=A:B&interval=1m&start={START + 60}&end=2019-10-11T00:03:00Z&limit={limit}"
    bars = (await client.get(f"/api/v1/candles?{query}")).json()
    assert [bar["t"] for bar in bars] == [START + 60, START + 120]


async def test_symbols_are_listed_and_found(client: httpx.AsyncClient) -> None:
    (market,) = (await client.get("/api/v1/symbols")).json()
    assert (market["symbol"], market["price_scale"]) == ("A:B", 100)
    assert (await client.get("/api/v1/symbols?query=zzz")).json() == []


async def test_jobs_are_listed(client: httpx.AsyncClient) -> None:
    jobs = (await client.get("/api/v1/jobs")).json()
    assert [job["name"] for job in jobs][:2] == ["roll-up 1m", "roll-up 5m"]


async def test_health_tells_when_writing_fails(client: httpx.AsyncClient, server: Server) -> None:
    answer = await client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": __version__})
    server.ingest.figures.failing = "the disk is full"
    answer = await client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "reason": "the disk is full"}


async def test_the_version_is_told(client: httpx.AsyncClient) -> None:
    assert (await client.get("/version")).json() == {"version": __version__}


async def test_the_page_needs_no_other_host(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "://" not in answer.text


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/nothing", 404, "there is nothing at /nothing"),
        ("/api/v1/candles?symbol=X:Y&interval=1m", 404, "no market 'X:Y' here"),
        ("/api/v1/candles?symbol=A:B&interval=7q", 400, "unknown resolution '7q'"),
        ("/api/v1/candles?symbol=A:B", 400, "interval"),
        ("/api/v1/candles?symbol=A:B&interval=1m&limit=many", 400, "limit: "),
        ("/api/v1/candles?symbol=A:B&interval=1m&limit=0", 400, "a limit from 1 to 10000"),
        ("/api/v1/candles?symbol=A:B&interval=1m&start=noon", 400, "a time such as"),
        ("/api/v1/symbols?limit=0", 400, "a limit from 1 to 1000"),
    ],
)
async def test_what_cannot_be_answered_is_told(
    path: str, status: int, told: str, client: httpx.AsyncClient
) -> None:
    answer = await client.get(path)
    assert answer.status_code == status
    body = answer.json()
    assert sorted(body) == ["error", "hint"]
    assert told in body["error"]


async def test_a_wrong_method_is_told(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/candles")
    assert answer.status_code == 405
    assert sorted(answer.json()) == ["error", "hint"]


async def test_a_bug_is_no_page_of_ours(
    client: httpx.AsyncClient, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(work: Callable[[], Any]) -> None:
        raise RuntimeError

    monkeypatch.setattr(server, "ask", broken)
    answer = await client.get("/api/v1/symbols")
    assert answer.status_code == 500
    assert answer.json() == {"error": "internal error", "hint": "the server's log says more"}


async def test_too_many_questions_are_refused(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chandlery.engine.server.MOST_QUESTIONS", 0)
    answer = await client.get("/api/v1/symbols")
    assert answer.status_code == 503
    assert answer.json()["hint"] == "ask again in a second"
