"""Connections that are slow, many, or send too much, on both event loops the server may run on."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
import websockets

from chandlery.api import guarded as module
from tests.api.house import (
    NOW,
    PROXIED,
    START,
    House,
    on_both_loops,
    serving,
    settings_of,
    until,
    wire,
)

HISTORY = f"/udf/history?symbol=BINANCE:BTCUSDT&resolution=1&from={START}&to={NOW}"
PLAIN = b"GET /version HTTP/1.1\r\nhost: h\r\n\r\n"
STRANGERS = {"limits.connections": 2, "websocket.per_address": 2}


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the server lose patience soon."""
    monkeypatch.setattr(module, "SWEEP_S", 0.01)
    monkeypatch.setattr(module, "REFUSED_S", 0.05)


@pytest.fixture
def _strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this machine count as any other."""
    monkeypatch.setattr(module, "is_loopback", lambda address: False)


def patience(monkeypatch: pytest.MonkeyPatch, **seconds: float) -> None:
    """Shorten one time, and have all others not matter."""
    for name in ("HEAD_S", "BODY_S", "STALLED_S", "IDLE_S"):
        monkeypatch.setattr(module, name, seconds.get(name, 60.0))


async def all_gone(found: House) -> None:
    """Wait until no connection is open or counted."""
    places = found.protection.connections
    await until(lambda: not places.count)
    assert places._taken == {}


@pytest.mark.parametrize(
    "sent",
    [
        b"G",
        b"GET /version HTTP/1.1\r\nhost: h\r\nx-",
        # What comes after an answer is a request of its own.
        PLAIN + b"GET /ver",
        f"GET {HISTORY} HTTP/1.1\r\nhost: h\r\n\r\nGET /".encode(),
    ],
)
def test_a_slow_head_is_refused(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    patience(monkeypatch, HEAD_S=0.1, BODY_S=0.1)

    async def test() -> None:
        async with serving() as found, wire(found) as one:
            await found.get(HISTORY)
            await one.send(sent)
            if b"\r\n\r\n" in sent:
                assert (await one.answer())[0] == 200
            status, headers, body = await one.answer()
            assert (status, json.loads(body)["code"]) == (408, "timeout")
            assert headers["connection"] == "close"
            assert headers["x-content-type-options"] == "nosniff"
            assert await one.ended() == b""
            await all_gone(found)

    on_both_loops(test)


def test_a_head_that_trickles_gains_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    patience(monkeypatch, HEAD_S=0.2)

    async def test() -> None:
        async with serving() as found, wire(found) as one:
            ended = asyncio.create_task(one.ended())
            await one.send(b"GET /version HTTP/1.1\r\n")
            for n in range(10_000):
                if ended.done():
                    break
                await one.send(b"a%d: b\r\n" % n)
                await asyncio.sleep(0.01)
            assert b" 408 " in await ended

    on_both_loops(test)


@pytest.mark.parametrize("before", [b"", PLAIN, f"GET {HISTORY} HTTP/1.1\r\n\r\n".encode()])
def test_an_idle_connection_is_closed_without_a_word(
    before: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience(monkeypatch, HEAD_S=0.1, IDLE_S=0.1)

    async def test() -> None:
        async with serving() as found, wire(found) as one:
            await found.get(HISTORY)
            if before:
                await one.send(before)
                await one.answer()
                # Empty lines between requests are none, and keep nothing open.
                await one.send(b"\r\n")
            assert await one.ended() == b""
            await all_gone(found)

    on_both_loops(test)


def test_a_slow_body_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    patience(monkeypatch, BODY_S=0.1)

    async def test() -> None:
        async with serving() as found, wire(found) as one:
            post = b"POST /api/session HTTP/1.1\r\nhost: h\r\ncontent-length: 900\r\n\r\n{"
            await one.send(post)
            status, _, body = await one.answer()
            assert (status, json.loads(body)["code"]) == (408, "timeout")
            await all_gone(found)

    on_both_loops(test)


def test_a_body_that_comes_fast_enough_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    patience(monkeypatch, BODY_S=0.15)
    monkeypatch.setattr(module, "BODY_BYTES_A_SECOND", 1_000)

    async def test() -> None:
        async with serving() as found, wire(found) as one:
            size = 6_000
            await one.send(b"POST /api/session HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % size)
            for _ in range(6):
                await one.send(b" " * (size // 6))
                await asyncio.sleep(0.05)
            assert (await one.answer())[0] == 400

    on_both_loops(test)


def test_a_body_after_its_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused body may be announced as endless, and come steadily."""
    patience(monkeypatch, BODY_S=0.1)
    monkeypatch.setattr(module, "BODY_BYTES_A_SECOND", 1)

    async def test() -> None:
        async with serving() as found, wire(found) as one:
            await one.send(b"POST /api/session HTTP/1.1\r\ncontent-length: 99999999\r\n\r\n")
            assert (await one.answer())[0] == 413
            ended = asyncio.create_task(one.ended())
            for _ in range(10_000):
                if ended.done():
                    break
                one.writer.write(b"x" * 100)
                await asyncio.sleep(0.005)
            assert ended.done()
            await all_gone(found)

    on_both_loops(test)


@pytest.mark.parametrize("path", [HISTORY, HISTORY.replace("/udf/", "//udf/")])
def test_a_client_that_does_not_read_is_cut_off(
    path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    patience(monkeypatch, STALLED_S=0.1)

    async def test() -> None:
        async with serving() as found, wire(found, limit=1) as one:
            await found.get(HISTORY)
            one.reader._transport.pause_reading()  # type: ignore[attr-defined]
            one.writer.write(f"GET {path} HTTP/1.1\r\nhost: h\r\n\r\n".encode() * 3_000)
            await until(lambda: found.protection.connections.count > 0)
            await all_gone(found)

    on_both_loops(test)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_one_that_takes_its_time_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is slow to make, the request is whole: nobody is too slow."""
    patience(monkeypatch, HEAD_S=0.05, BODY_S=0.05, IDLE_S=0.05, STALLED_S=0.05)

    async def test() -> None:
        async with serving() as found, wire(found) as one:
            ask, go_on = found.server.ask, asyncio.Event()

            async def slowly(*args: object) -> object:
                await go_on.wait()
                return await ask(*args)  # type: ignore[arg-type]

            monkeypatch.setattr(found.server, "ask", slowly)
            # The beginning of the next one waits with it.
            await one.send(b"GET /api/v1/symbols HTTP/1.1\r\nhost: h\r\n\r\nGET /vers")
            # One that came later, and says nothing, is closed when its time is over.
            async with wire(found) as idle:
                assert await idle.ended() == b""
            go_on.set()
            status, _, body = await one.answer()
            assert (status, b"BINANCE" in body) == (200, True)

    on_both_loops(test)


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "bad_request"),
        (b"hello\r\n\r\n", 400, "bad_request"),
        (b"GET / HTTP/9.9\r\n\r\n", 400, "bad_request"),
        (b"GET /\xff\xfe HTTP/1.1\r\n\r\n", 400, "bad_request"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400, "bad_request"),
        (b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n", 400, "bad_request"),
        (b"POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", 400, "bad_request"),
        (b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 400, "bad_request"),
        (b"GET /" + b"a" * 8_192 + b" HTTP/1.1\r\n\r\n", 414, "url_too_long"),
        (b"GET /?" + b"a" * 100_000, 414, "url_too_long"),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 9_000 + b"\r\n", 431, "headers_too_large"),
        (b"GET / HTTP/1.1\r\na: " + b"b" * 17_000 + b"\r\n\r\n", 431, "headers_too_large"),
    ],
)
def test_what_cannot_be_is_refused_as_json(sent: bytes, status: int, code: str) -> None:
    async def test() -> None:
        async with serving() as found, wire(found) as one:
            one.writer.write(sent)
            data = await one.ended()
            head, _, body = data.partition(b"\r\n\r\n")
            assert head.split(b" ")[1] == b"%d" % status
            assert json.loads(body)["code"] == code
            await all_gone(found)
            assert (await _asked(found)).status_code == 200

    on_both_loops(test)


def test_the_longest_that_may_be_is_taken() -> None:
    async def test() -> None:
        async with serving() as found, wire(found) as one:
            path = b"/" + b"a" * 8_191
            await one.send(b"GET %s HTTP/1.1\r\nx: %s\r\n\r\n" % (path, b"b" * 16_000))
            assert (await one.answer())[0] == 404

    on_both_loops(test)


def test_a_header_without_an_end_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parser shows a header when it is complete: until then it would take all there is."""
    patience(monkeypatch)

    async def test() -> None:
        async with serving() as found, wire(found) as one:
            one.writer.write(b"GET / HTTP/1.1\r\na: ")
            ended = asyncio.create_task(one.ended())
            sent = 0
            while not one.writer.transport.is_closing() and sent < 50_000_000:
                one.writer.write(b"b" * 65_536)
                sent += 65_536
                await asyncio.sleep(0.001)
            assert sent < 50_000_000
            await ended

    on_both_loops(test)


def test_garbage_does_not_get_into_another_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        async with serving() as found, wire(found) as one:
            await one.send(
                b"GET /api/v1/symbols HTTP/1.1\r\nhost: h\r\n\r\n\x00\x00garbage\r\n\r\n"
            )
            data = await one.ended()
            assert data.count(b"HTTP/1.1 ") <= 2
            assert data.endswith(b"}")

    on_both_loops(test)


@pytest.mark.usefixtures("_strangers")
def test_an_address_has_so_many_connections() -> None:
    async def test() -> None:
        async with serving(settings_of(**STRANGERS)) as found:
            async with AsyncExitStack() as stack:
                kept = [await stack.enter_async_context(wire(found)) for _ in range(2)]
                for one in kept:
                    await one.send(PLAIN)
                    assert (await one.answer())[0] == 200
                third = await stack.enter_async_context(wire(found))
                status, headers, body = await third.answer()
                assert (status, json.loads(body)["code"]) == (503, "too_many_connections")
                assert headers["connection"] == "close"
                assert await third.ended() == b""
                kept[0].writer.close()
                await until(lambda: found.protection.connections.count == 1)
                again = await stack.enter_async_context(wire(found))
                await again.send(PLAIN)
                assert (await again.answer())[0] == 200
            await all_gone(found)

    on_both_loops(test)


@pytest.mark.usefixtures("_strangers")
def test_a_websocket_leaves_its_place() -> None:
    async def test() -> None:
        async with serving(settings_of(**STRANGERS)) as found:
            address = f"ws://127.0.0.1:{found.port}/ws"
            async with (
                websockets.connect(address, compression=None),
                websockets.connect(address, compression=None),
            ):
                await all_gone(found)
                assert (await _asked(found)).status_code == 200
            # One that is refused leaves it too.
            with pytest.raises(websockets.InvalidStatus):
                await websockets.connect(f"{address}/nothing")
            await all_gone(found)

    on_both_loops(test)


@pytest.mark.usefixtures("_strangers")
def test_a_proxy_stands_for_many() -> None:
    async def test() -> None:
        async with (
            serving(settings_of(**STRANGERS, **PROXIED)) as found,
            AsyncExitStack() as stack,
        ):
            for _ in range(5):
                one = await stack.enter_async_context(wire(found))
                await one.send(PLAIN)
                assert (await one.answer())[0] == 200

    on_both_loops(test)


def test_a_client_of_the_stream_is_served_by_the_whole() -> None:
    async def test() -> None:
        async with serving() as found:
            address = f"ws://127.0.0.1:{found.port}/ws"
            async with asyncio.timeout(10), websockets.connect(address, compression=None) as ws:
                hello = json.loads(await ws.recv())
                assert (hello["type"], hello["limits"]["message_bytes"]) == ("hello", 4_096)
                told = {"channel": "candles", "symbol": "BINANCE:BTCUSDT", "interval": "1m"}
                await ws.send(json.dumps({"op": "subscribe", **told}))
                kinds = [json.loads(await ws.recv())["type"] for _ in range(2)]
                assert kinds == ["subscribed", "snapshot"]
                await found.trade([(NOW - START, 5.0)], 9_000)
                update = json.loads(await ws.recv())
                assert (update["type"], update["bars"][-1]["c"]) == ("update", 5)
                await ws.send("x" * 4_097)
                error = json.loads(await ws.recv())
                assert error["message"] == "at most 4096 bytes in a message expected"

    on_both_loops(test)


def test_a_thousand_half_open_connections_slow_nobody_down() -> None:
    async def test() -> None:
        async with serving() as found, _half_open(found, 1_000), httpx.AsyncClient() as client:
            took = []
            for _ in range(50):
                began = time.perf_counter()
                assert (await client.get(f"{found.url}/healthz")).status_code == 200
                took.append(time.perf_counter() - began)
            assert sorted(took)[-3] < 0.25

    on_both_loops(test)


@asynccontextmanager
async def _half_open(found: House, count: int) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for n in range(count):
            one = await stack.enter_async_context(wire(found))
            one.writer.write((b"GET / HTTP/1.1\r\nx-", b"POST / HTTP/1.1\r\n", b"")[n % 3])
        yield


async def _asked(found: House) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(f"{found.url}/version")
