"""Administration of a live server: chores beside it, one at a time, and what they leave behind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import httpx
import pytest
from litestar import Litestar
from litestar.datastructures import State

from chandlery.api import errors
from chandlery.api.access.keys import Keys
from chandlery.api.admin.desk import Admin
from chandlery.api.admin.frames import Ended, Frame, batch_of, read, written
from chandlery.api.admin.routes import ROUTES
from chandlery.core.candles import Candles, differences
from chandlery.core.columns import US
from chandlery.core.delivery import Delivery
from chandlery.core.errors import ChandleryError, StoreUnavailableError
from chandlery.engine.chores import Said
from chandlery.engine.engine import Engine
from chandlery.engine.ingest import BusyError
from chandlery.engine.jobs import LEASE
from chandlery.engine.live import Window
from chandlery.engine.server import Server
from chandlery.stores import Change, Interval, Rewrite
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import MINUTE, START, HandClock, trades

ALL = Interval(0, 1 << 60)
PREFIX = "/api/v1/admin"


@pytest.fixture
async def admin() -> AsyncIterator[Admin]:
    """Return a running server with ten minutes of trades, rolled up."""
    engine = Engine(MemoryStore())
    engine.registry.add_symbol("A:B")
    server = Server(engine, HandClock((START + 86_400) * US))
    async with server.running(jobs=False):
        await server.ingest.submit(Delivery(trades=trades([(row, 1.0) for row in range(600)])))
        list(engine.rollup.run(START + 3_600))
        yield Admin(server, Keys(engine.store, server.clock), {})


@pytest.fixture
async def client(admin: Admin) -> AsyncIterator[httpx.AsyncClient]:
    app = Litestar(
        list(ROUTES),
        state=State({"admin": admin}),
        exception_handlers=errors.HANDLERS,
        openapi_config=None,
    )
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def frames(client: httpx.AsyncClient, name: str, asked: object = None) -> list[Frame]:
    answer = await client.post(f"{PREFIX}/{name}", json=asked or {})
    assert answer.status_code == 200, answer.text
    return list(read([answer.content]))


async def test_a_rebuild_shows_at_once(admin: Admin, client: httpx.AsyncClient) -> None:
    engine, live = admin.server.engine, admin.server.live
    right = engine.store.candles(MINUTE, ALL)
    wrong = replace(right, h=right.h + 1)
    engine.store.write(Change(rewrite=Rewrite(MINUTE, ALL, wrong)))
    shown = (await live.page(0, MINUTE, Window(count=20))).candles
    assert differences(shown, wrong) == []
    (last,) = (await frames(client, "verify"))[-1:]
    assert (getattr(last, "ok", None), getattr(last, "count", None)) == (False, 10)
    assert await frames(client, "rebuild", {"symbol": "a:b"})
    assert differences(engine.store.candles(MINUTE, ALL), right) == []
    await live.settled()
    shown = (await live.page(0, MINUTE, Window(count=20))).candles
    assert differences(shown, right) == []
    assert getattr((await frames(client, "verify"))[-1], "ok", None)


async def test_a_step_keeps_its_place_when_its_listener_goes(admin: Admin) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def steps() -> Iterator[Frame]:
        begun.set()
        go_on.wait(10)
        yield Said("done")

    stream = admin.chore(steps())
    listening = asyncio.ensure_future(anext(stream))
    await asyncio.to_thread(begun.wait, 10)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    with pytest.raises(BusyError):
        admin.chore(steps())
    go_on.set()
    await admin.settled()
    assert [frame async for frame in admin.chore(iter(()))]


async def test_candles_of_any_number_come_in_pieces(
    client: httpx.AsyncClient, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chandlery.engine.pieces.BARS_A_PIECE", 3)
    found = await frames(client, "candles", {"symbol": "A:B", "resolution": "1m"})
    assert len(found) > 3
    rows = Candles.concat(batch_of(Candles, frame) for frame in found)
    assert differences(rows, admin.server.engine.history.candles(0, MINUTE, 0, 1 << 40)) == []


@pytest.mark.parametrize(
    ("name", "asked", "status", "told"),
    [
        ("candles", {"symbol": "X:Y", "resolution": "1m"}, 404, "no market 'X:Y'"),
        ("candles", {"symbol": "A:B", "resolution": "7x"}, 400, "unknown resolution"),
        ("candles", {"symbol": "A:B"}, 400, "resolution"),
        ("trades", {"symbol": "A:B", "SQL": "DROP"}, 400, "SQL"),
        ("trades", [1], 400, "the body does not say"),
        ("rebuild", {"symbol": "A:B", "start": 1 << 40}, 400, "nothing of A:B lies"),
        ("keys", {"name": "a", "scope": "root"}, 400, "a scope expected"),
        ("keys/abcdef012345/revoke", {}, 400, "no API key"),
    ],
)
async def test_what_cannot_be_is_told_before_anything_is_done(
    name: str, asked: object, status: int, told: str, client: httpx.AsyncClient
) -> None:
    answer = await client.post(f"{PREFIX}/{name}", json=asked)
    assert answer.status_code == status
    assert told in answer.json()["error"]


def said(*lines: str) -> Iterator[Said]:
    yield from map(Said, lines)


async def test_one_chore_is_done_at_a_time(admin: Admin, client: httpx.AsyncClient) -> None:
    first = aiter(admin.chore(said("one", "two")))
    assert await anext(first) == written(Said("one"))
    with pytest.raises(BusyError, match="another chore is under way"):
        admin.chore(said("other"))
    assert (await client.post(f"{PREFIX}/verify")).status_code == 503
    assert (await client.get(f"{PREFIX}/jobs")).status_code == 200
    assert [part async for part in first] == [written(Said("two")), written(Ended())]
    assert await frames(client, "maintain") == [Said("checkpoint done")]


@pytest.mark.parametrize("is_failing", [False, True])
async def test_who_hears_of_the_end_may_begin_the_next(admin: Admin, *, is_failing: bool) -> None:
    """A command that ends when it has heard so is followed by another one at once."""

    def steps() -> Iterator[Said]:
        yield Said("on")
        if is_failing:
            message = "the disk is full"
            raise StoreUnavailableError(message)

    first = aiter(admin.chore(steps()))
    assert await anext(first) == written(Said("on"))
    # It says how it ended, and nothing asks it for more.
    assert await anext(first) != written(Said("on"))
    assert [part async for part in admin.chore(said())] == [written(Ended())]


async def test_a_chore_nobody_listens_to_any_more_is_ended(admin: Admin) -> None:
    engine, is_closed = admin.server.engine, asyncio.Event()
    loop = asyncio.get_running_loop()

    def endless() -> Iterator[Said]:
        assert engine.store.acquire(LEASE, "chore", 0, 100)
        try:
            while True:
                yield Said("on")
        finally:
            engine.store.release(LEASE, "chore")
            loop.call_soon_threadsafe(is_closed.set)

    stream = admin.chore(endless())
    listening = asyncio.create_task(_listen(stream))
    await asyncio.sleep(0)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    await admin.settled()
    assert is_closed.is_set()
    assert engine.store.acquire(LEASE, "other", 0, 100)
    assert [part async for part in admin.chore(said())] == [written(Ended())]


async def _listen(stream: AsyncIterator[bytes]) -> None:
    async for _ in stream:
        await asyncio.sleep(0)


async def test_what_fails_on_the_way_is_told_in_the_stream(admin: Admin) -> None:
    def failing() -> Iterator[Said]:
        yield Said("on")
        message = "the disk is full"
        raise StoreUnavailableError(message)

    parts = [part async for part in admin.chore(failing())]
    with pytest.raises(ChandleryError, match="the disk is full"):
        list(read(parts))


async def test_no_hash_of_a_key_leaves_the_server(client: httpx.AsyncClient) -> None:
    made = await client.post(f"{PREFIX}/keys", json={"name": "a", "scope": "read"})
    assert made.json()["key"]["sha256"] == ""
    listed = await client.get(f"{PREFIX}/keys")
    assert [key["sha256"] for key in listed.json()] == [""]
