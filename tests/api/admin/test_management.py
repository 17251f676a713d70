"""Feeds, markets, tasks, coverage and storage through the whole surface, as the page asks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from chandlery.api.access import Scope, protection_of
from chandlery.api.assembly import assemble
from chandlery.engine.server import Server
from tests.api.house import House, house
from tests.engine.stage import ALWAYS, Stage, stage, told, until

PREFIX = "/api/v1/admin"
ROUTES = [
    ("GET", "feeds"),
    ("GET", "feeds/markets"),
    ("POST", "feeds/markets"),
    ("DELETE", "feeds/markets?markets=binance:X"),
    ("POST", "feeds/binance/start"),
    ("POST", "feeds/binance/stop"),
    ("POST", "feeds/binance/restart"),
    ("GET", "tasks"),
    ("GET", "tasks/x"),
    ("DELETE", "tasks/x"),
    ("POST", "tasks/backfill"),
    ("POST", "tasks/rebuild"),
    ("POST", "tasks/rollup"),
    ("POST", "tasks/verify"),
    ("POST", "tasks/maintain"),
    ("GET", "coverage?symbol=BINANCE:BTCUSDT"),
    ("GET", "storage"),
]


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chandlery.live_venues.ASK_S", 10_000.0)


@dataclass
class Office:
    """A server that follows the exchange on the stage, and an administrator."""

    on: Stage
    server: Server
    client: httpx.AsyncClient

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.client.request(method, f"{PREFIX}/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str, str]:
        answer = await self.client.request(method, f"{PREFIX}/{path}", json=body)
        found = answer.json()
        assert found.keys() == {"error", "hint", "code"}
        return answer.status_code, found["code"], found["error"]

    async def task(self, id_: str) -> Any:
        """Return a task when it has ended."""
        async with asyncio.timeout(30):
            while True:
                found = await self.ask("GET", f"tasks/{id_}")
                if found["state"] in ("done", "failed", "cancelled"):
                    return found
                await self.on.clock.sleep(1)


@asynccontextmanager
async def office() -> AsyncIterator[Office]:
    async with stage(seconds=200.0) as on, on.serving() as server:
        settings = on.settings()
        protection = protection_of(settings, server.engine.store, on.clock)
        surface = assemble(server, settings, protection)
        surface.operations.phase = "ready"
        key = protection.keys.create("admin", Scope.ADMIN).text
        transport = httpx.ASGITransport(app=surface.front, client=("127.0.0.1", 1))
        headers = {"Authorization": f"Bearer {key}"}
        async with (
            surface.running(),
            httpx.AsyncClient(
                transport=transport, base_url="http://test", headers=headers
            ) as client,
        ):
            yield Office(on, server, client)


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_every_route_needs_the_scope_admin(method: str, path: str) -> None:
    async with house() as found:
        assert (await found.ask(method, f"{PREFIX}/{path}")).status_code == 401
        headers = found.key(Scope.WRITE)
        answer = await found.ask(method, f"{PREFIX}/{path}", **headers)
        assert answer.status_code == 403
        assert answer.json()["code"] == "forbidden"


async def test_markets_are_added_listed_and_removed() -> None:
    async with office() as own:
        asked = {"markets": "binance:ETHUSDT,NOSUCH,BTCUSDT", "backfill": None}
        found = await own.ask("POST", "feeds/markets", asked)
        eth = {"market": "binance:ETHUSDT", "symbol": "BINANCE:ETHUSDT", "feed": "binance"}
        assert found["markets"][0] == {**eth, "outcome": "added", "reason": ""}
        assert [each["outcome"] for each in found["markets"]] == ["added", "unknown", "followed"]
        assert found["task"] is None
        rows = await own.ask("GET", "feeds/markets?query=eth&limit=5")
        added = rows["markets"][0]["added"]
        assert rows == {"total": 1, "markets": [{**eth, "origin": "added", "added": added}]}
        assert abs(added - own.on.clock.now_us() // 1_000_000) < 1_000
        rows = await own.ask("GET", "feeds/markets?limit=1&offset=0")
        assert (rows["total"], rows["markets"][0]["origin"]) == (2, "settings")
        [feed] = (await own.ask("GET", "feeds"))["feeds"]
        assert (feed["name"], feed["markets"], feed["can"]) == ("binance", 2, ["stop", "restart"])
        found = await own.ask("DELETE", "feeds/markets?markets=binance:ETHUSDT,BTCUSDT")
        assert [each["outcome"] for each in found["markets"]] == ["removed", "settings"]


async def test_what_is_added_with_its_past_tells_how_far_that_is() -> None:
    async with office() as own:
        await until(own.on, lambda: len(own.on.ids(ALWAYS)) > 3, lambda: told(own.on, own.server))
        asked = {"markets": "binance:ETHUSDT", "backfill": "1h"}
        task = await own.task((await own.ask("POST", "feeds/markets", asked))["task"])
        assert (task["kind"], task["state"], task["unit"]) == ("backfill", "done", "seconds")
        assert task["about"] == "binance:ETHUSDT: bars"
        assert task["done"] == task["total"] >= 3_600
        assert task["result"] == {"seconds": task["done"]}
        assert (await own.ask("GET", "tasks"))[0] == task


async def test_a_feed_is_stopped_and_started() -> None:
    async with office() as own:
        await until(
            own.on,
            lambda: bool(own.on.seen(ALWAYS)) and not own.on.store.gaps(),
            lambda: told(own.on, own.server),
        )
        feed = await own.ask("POST", "feeds/binance/stop")
        assert (feed["state"], feed["reason"]) == ("paused", "stopped by hand")
        assert feed["can"] == ["start"]
        health = (await own.client.get("/health")).json()["parts"]["feeds"]
        assert health["status"] == "ok"
        found = await own.ask("GET", "coverage?symbol=binance:btcusdt&resolution_s=1")
        assert found["open_since"] is not None
        assert found["intervals"][0]["state"] == "covered"
        last = found["intervals"][-1]
        assert (last["state"], last["reason"]) == ("open", "stopped by hand")
        assert (await own.ask("POST", "feeds/binance/start"))["can"] == ["stop", "restart"]
        assert (await own.ask("POST", "feeds/binance/restart"))["can"] == ["stop", "restart"]


@pytest.mark.parametrize("kind", ["rollup", "verify", "maintain"])
async def test_work_is_begun_and_done(kind: str) -> None:
    async with office() as own:
        begun = await own.ask("POST", f"tasks/{kind}")
        assert begun["state"] == "waiting"
        done = await own.task(begun["id"])
        assert (done["state"], done["error"]) == ("done", "")


async def test_a_range_is_rebuilt_and_work_that_waits_is_cancelled() -> None:
    async with office() as own:
        await until(own.on, lambda: len(own.on.ids(ALWAYS)) > 3, lambda: told(own.on, own.server))
        asked = {"symbol": "binance:btcusdt"}
        first, second = [await own.ask("POST", "tasks/rebuild", asked) for _ in range(2)]
        cancelled = await own.ask("DELETE", f"tasks/{second['id']}")
        assert cancelled["state"] in ("cancelled", "running")
        assert (await own.task(first["id"]))["state"] == "done"
        assert (await own.task(second["id"]))["state"] == "cancelled"


async def test_a_backfill_that_nobody_looks_at_any_more_is_cancelled() -> None:
    async with office() as own:
        own.on.fake.closed_until_us = 1 << 62
        own.on.fake.scripted["aggTrades"].extend([(429, {"Retry-After": "9999"}, b"{}")] * 50)
        asked = {"markets": f"binance:{ALWAYS}", "kind": "trades", "start": 1_704_063_600}
        begun = await own.ask("POST", "tasks/backfill", asked)
        await own.ask("DELETE", f"tasks/{begun['id']}")
        assert (await own.task(begun["id"]))["state"] == "cancelled"


async def test_storage_tells_what_each_table_holds() -> None:
    async with office() as own:
        await until(own.on, lambda: len(own.on.ids(ALWAYS)) > 3, lambda: told(own.on, own.server))
        found = await own.ask("GET", "storage")
        tables = {each["name"]: each for each in found["tables"]}
        trades = tables["trades"]
        assert (trades["retention_s"], trades["setting"]) == (0, "retention.trades")
        assert trades["rows"] > 3
        assert 1_704_067_200 <= trades["oldest"] <= trades["newest"]
        assert tables["candles_1m"]["setting"] == "retention.1m"
        assert found["bytes"] == sum(each["bytes"] for each in found["tables"])
        assert found["free_bytes"] is None


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "said"),
    [
        ("POST", "feeds/nowhere/stop", None, 404, "unknown_feed", "no feed is called 'nowhere'"),
        ("POST", "feeds/markets", {"markets": ""}, 400, "bad_parameter", "1 to 200 markets"),
        ("POST", "feeds/markets", {"market": "x"}, 400, "bad_parameter", "the body does not say"),
        ("POST", "feeds/markets", {"markets": "nowhere:X"}, 400, "bad_parameter", "no venue is"),
        (
            "POST",
            "feeds/markets",
            {"markets": "binance:ETHUSDT", "backfill": "soon"},
            400,
            "bad_parameter",
            "a time such as 30d expected",
        ),
        ("DELETE", "feeds/markets", None, 400, "bad_request", "markets"),
        ("GET", "feeds/markets?limit=0", None, 400, "bad_parameter", "limit from 1 to 1000"),
        ("GET", "feeds/markets?limit=x", None, 400, "bad_request", "limit"),
        ("GET", "tasks/x", None, 404, "unknown_task", "no task has the id 'x'"),
        ("DELETE", "tasks/x", None, 404, "unknown_task", "no task has the id 'x'"),
        ("POST", "tasks/rebuild", {"symbol": "X:Y"}, 404, "unknown_symbol", "no market 'X:Y'"),
        (
            "POST",
            "tasks/backfill",
            {"markets": "binance:BTCUSDT", "kind": "bars", "start": 9, "end": 9},
            400,
            "bad_parameter",
            "a start before the end",
        ),
        ("GET", "coverage?symbol=X:Y", None, 404, "unknown_symbol", "no market 'X:Y'"),
        ("GET", "coverage?symbol=BINANCE:BTCUSDT&kind=x", None, 400, "bad_parameter", "kind"),
        (
            "GET",
            "coverage?symbol=BINANCE:BTCUSDT&start=9&end=9",
            None,
            400,
            "bad_parameter",
            "a start before the end",
        ),
        (
            "GET",
            "coverage?symbol=BINANCE:BTCUSDT&resolution_s=-1",
            None,
            400,
            "bad_parameter",
            "resolution_s from 0",
        ),
        ("GET", "coverage", None, 400, "bad_request", "symbol"),
    ],
)
async def test_what_cannot_be_is_told(  # noqa: PLR0913 - one argument a column
    method: str, path: str, body: Any, status: int, code: str, said: str
) -> None:
    async with office() as own:
        found = await own.refused(method, path, body)
        assert found[:2] == (status, code)
        assert said in found[2]


async def test_a_server_without_venues_says_so() -> None:
    async with house() as found:
        headers = found.key(Scope.ADMIN)
        feeds = await found.ask("GET", f"{PREFIX}/feeds", **headers)
        assert feeds.json() == {"feeds": [], "venues": []}
        answer = await _post(found, "feeds/markets", b'{"markets":"binance:X"}', headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_parameter")
        answer = await _post(
            found, "tasks/backfill", b'{"markets":"binance:X","kind":"bars","start":1}', headers
        )
        assert answer.json()["error"] == "this server knows no venues"


async def _post(found: House, path: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    return await found.ask("POST", f"{PREFIX}/{path}", body, **headers)
