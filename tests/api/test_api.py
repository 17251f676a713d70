from __future__ import annotations

import re
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
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", answer.text)


async def test_what_is_not_there_is_told(client: httpx.AsyncClient) -> None:
    answer = await client.get("/nothing")
    assert answer.status_code == 404
    assert answer.json() == {
        "error": "there is nothing at /nothing",
        "hint": "/docs lists what there is",
        "code": "not_found",
    }


async def test_a_bug_is_no_page_of_ours(
    client: httpx.AsyncClient, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(work: Callable[[], Any]) -> None:
        raise RuntimeError

    monkeypatch.setattr(server, "ask", broken)
    answer = await client.get("/api/v1/symbols")
    assert answer.status_code == 500
    assert answer.json() == {
        "error": "internal error",
        "hint": "the server's log says more",
        "code": "internal",
    }
