"""The routes for whoever looks after the server: truthful, cheap, and there when a part is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.datastructures import State
from prometheus_client.parser import text_string_to_metric_families
from typing_extensions import override

from chandlery import __version__
from chandlery.api.http import bound
from chandlery.api.operations import ROUTES, ROUTES_BUT_METRICS, Operations, serve_metrics
from chandlery.api.operations import probes as module
from chandlery.core.delivery import Delivery
from chandlery.core.errors import InputError, StoreUnavailableError
from chandlery.engine.engine import Engine
from chandlery.engine.feeds import Feed
from chandlery.engine.server import Server
from chandlery.engine.statistics import ClientFigures, Figure
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import HandClock, trades


class FaultyStore(MemoryStore):
    """A store whose small tables cannot be read at times."""

    is_faulty = False

    @override
    def notes(self, kind: str) -> dict[str, str]:
        if self.is_faulty:
            message = "the disk is gone"
            raise StoreUnavailableError(message)
        return super().notes(kind)


@dataclass
class Source:
    """A source that delivers once, then waits for ever or fails."""

    error: Exception | None = None
    name: str = "binance"

    async def deliveries(self, position: str | None) -> AsyncIterator[Delivery]:
        yield Delivery(trades=trades([(0, 1.0)]))
        if self.error is not None:
            raise self.error
        await asyncio.Event().wait()


@dataclass
class Connector(Source):
    """A source that knows its own state."""

    name: str = "kraken"
    state: str = "connecting"
    reconnects: int = 4


@pytest.fixture
def store() -> FaultyStore:
    return FaultyStore()


@pytest.fixture
def server(store: FaultyStore) -> Server:
    engine = Engine(store)
    engine.registry.add_symbol("A:B")
    return Server(engine, HandClock())


@pytest.fixture
def operations(server: Server, tmp_path: Path) -> Operations:
    return Operations(server, tmp_path, lambda: ClientFigures(3, 1, 900))


@pytest.fixture
async def client(operations: Operations) -> AsyncIterator[httpx.AsyncClient]:
    app = Litestar(list(ROUTES), state=State({"operations": operations}), openapi_config=None)
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with (
        operations.server.running(jobs=False),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield client


async def found(client: httpx.AsyncClient, path: str, status: int = 200) -> Any:
    answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return answer.json()


async def scraped(client: httpx.AsyncClient) -> dict[tuple[str, tuple[str, ...]], float]:
    """Return all samples by name and values of their labels."""
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_it_is_alive_unless_writing_fails(client: httpx.AsyncClient, server: Server) -> None:
    assert await found(client, "/healthz") == {"status": "ok", "version": __version__}
    assert await found(client, "/version") == {"version": __version__}
    server.ingest.figures.failing = "the disk is full"
    told = await found(client, "/healthz", 503)
    assert told == {"status": "failing", "reason": "the disk is full"}
    assert (await scraped(client))["chandlery_writer_failing", ()] == 1


async def test_nobody_is_sent_here_before_and_after(
    client: httpx.AsyncClient, operations: Operations
) -> None:
    assert await found(client, "/readyz", 503) == {"status": "warming"}
    assert (await found(client, "/health"))["status"] == "warming"
    operations.phase = "ready"
    assert await found(client, "/readyz") == {"status": "ready"}
    assert (await found(client, "/health"))["status"] == "ok"
    operations.phase = "draining"
    assert await found(client, "/readyz", 503) == {"status": "draining"}
    assert (await found(client, "/healthz"))["status"] == "ok"


async def test_health_has_every_part(client: httpx.AsyncClient, operations: Operations) -> None:
    operations.phase = "ready"
    await operations.server.ingest.submit(Delivery(trades=trades([(0, 1.0), (1, 2.0)])))
    parts = (await found(client, "/health"))["parts"]
    assert all(part["status"] == "ok" for part in parts.values())
    assert parts["writer"]["accepted"] == 2
    assert {"name": "trades", "rows": 2}.items() <= parts["store"]["tables"][0].items()
    assert parts["jobs"]["jobs"][0]["name"] == "roll-up 1m"
    assert 0 < parts["disk"]["free_bytes"] <= parts["disk"]["total_bytes"]
    assert parts["websocket"] == {
        "status": "ok",
        "clients": 3,
        "slow_closes": 1,
        "messages": 900,
        "opening_bytes": 0,
    }
    assert {"hits", "misses", "bytes", "series"} <= set(parts["live"])


async def test_a_part_that_is_not_well_is_told_and_the_others_still_are(
    client: httpx.AsyncClient,
    operations: Operations,
    store: FaultyStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    operations.phase = "ready"
    store.is_faulty = True
    told = await found(client, "/health")
    assert told["status"] == "degraded"
    assert told["parts"]["jobs"] == {"status": "failing", "reason": "the disk is gone"}
    assert told["parts"]["store"]["status"] == "ok"
    store.is_faulty = False
    assert (await found(client, "/health"))["status"] == "ok"
    monkeypatch.setattr(module, "LEAST_FREE_BYTES", 1 << 60)
    told = await found(client, "/health")
    assert (told["status"], told["parts"]["disk"]["status"]) == ("degraded", "low")


async def test_stats_are_those_of_the_requests_and_commits(
    client: httpx.AsyncClient, server: Server
) -> None:
    for milliseconds in range(1, 101):
        server.statistics.observe("/history", 200, milliseconds / 1e3)
    server.statistics.observe("/history", 503, 0.001)
    assert isinstance(server.clock, HandClock)
    server.clock.move(12.5)
    await server.ingest.submit(Delivery(trades=trades([(0, 1.0)])))
    told = await found(client, "/stats")
    assert (told["uptime_s"], told["version"]) == (12.5, __version__)
    route = told["routes"]["/history"]
    assert (route["count"], route["errors"]) == (101, {"503": 1})
    assert route["p50_ms"] == pytest.approx(50, rel=0.1)
    assert route["p99_ms"] == pytest.approx(99, rel=0.1)
    assert told["commits"]["count"] == 1
    assert set(told["commits"]) == {"count", "p50_ms", "p95_ms", "p99_ms"}
    assert (told["clients"], told["slow_closes"], told["messages"]) == (3, 1, 900)
    assert list(told["rollup_lag_s"])[:2] == ["1m", "5m"]
    assert told["rss_bytes"] > 10_000_000
    assert told["queue_rows"] == 0
    assert {"hits", "misses", "bytes"} <= set(told["live"])


async def test_metrics_are_the_same_figures(client: httpx.AsyncClient, server: Server) -> None:
    for seconds in (0.0004, 0.02, 0.02):
        server.statistics.observe("/history", 200, seconds)
    server.statistics.register(Figure("jobs_open", "Jobs.", lambda: {"a": 2.0}, label="job"))
    await server.ingest.submit(Delivery(trades=trades([(0, 1.0), (1, -2.0)])))
    samples = await scraped(client)
    assert samples["chandlery_info", (__version__,)] == 1
    assert samples["chandlery_http_requests_total", ("/history", "200")] == 3
    assert samples["chandlery_http_request_seconds_count", ("/history",)] == 3
    assert samples["chandlery_http_request_seconds_sum", ("/history",)] == pytest.approx(0.0404)
    assert samples["chandlery_http_request_seconds_bucket", ("0.001", "/history")] == 1
    assert samples["chandlery_http_request_seconds_bucket", ("+Inf", "/history")] == 3
    assert samples["chandlery_trades_accepted_total", ()] == 1
    assert sum(v for (name, _), v in samples.items() if name == "chandlery_trades_refused_total")
    assert samples["chandlery_websocket_clients", ()] == 3
    assert ("chandlery_rollup_lag_seconds", ("1m",)) in samples
    assert ("chandlery_commit_seconds", ("0.99",)) in samples
    assert samples["chandlery_jobs_open", ("a",)] == 2
    assert samples["process_resident_memory_bytes", ()] > 10_000_000


async def test_metrics_are_there_although_the_store_is_not(
    client: httpx.AsyncClient, store: FaultyStore
) -> None:
    store.is_faulty = True
    samples = await scraped(client)
    assert ("chandlery_rollup_lag_seconds", ("1m",)) not in samples
    assert samples["chandlery_queue_rows", ()] == 0


async def test_metrics_have_a_port_of_their_own(operations: Operations) -> None:
    app = Litestar(
        list(ROUTES_BUT_METRICS), state=State({"operations": operations}), openapi_config=None
    )
    assert "/metrics" not in {route.path for route in app.routes}
    async with operations.server.running(jobs=False):
        with bound("127.0.0.1", 0) as listening:
            base = f"http://127.0.0.1:{listening.getsockname()[1]}"
            async with (
                serve_metrics(operations, listening),
                httpx.AsyncClient(base_url=base) as client,
            ):
                assert ("chandlery_uptime_seconds", ()) in await scraped(client)
                assert (await client.get("/stats")).status_code == 404


async def test_feeds_are_told_with_what_became_of_them(
    server: Server, operations: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = [Source(), Connector(), Source(InputError("no such market"), "broken")]
    stopped = asyncio.Event()
    leave = Feed.leave

    def note(feed: Feed, *arguments: Any) -> None:
        leave(feed, *arguments)
        stopped.set()

    monkeypatch.setattr(Feed, "leave", note)
    async with server.running(sources, jobs=False):
        await stopped.wait()
        assert isinstance(server.clock, HandClock)
        server.clock.move(2.0)
        app = Litestar(list(ROUTES), state=State({"operations": operations}), openapi_config=None)
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            feeds = (await found(client, "/stats"))["feeds"]
            samples = await scraped(client)
            health = (await found(client, "/health"))["parts"]["feeds"]
    assert [feed["name"] for feed in feeds] == ["binance", "kraken", "broken"]
    assert [feed["state"] for feed in feeds] == ["running", "connecting", "stopped"]
    assert [feed["reconnects"] for feed in feeds] == [0, 4, 0]
    assert feeds[0]["last_msg_age_ms"] == 2_000
    assert feeds[2]["reason"] == "no such market"
    assert health["status"] == "failing"
    assert samples["chandlery_feed_running", ("binance",)] == 1
    assert samples["chandlery_feed_running", ("broken",)] == 0
    assert samples["chandlery_feed_reconnects_total", ("kraken",)] == 4
