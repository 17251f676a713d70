"""What only a real connection shows: the handshake, frames, floods, and clients that stop."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from random import Random
from typing import Any

import msgspec
import pytest
import websockets
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Opcode

from chandlery.api.websocket import Admission, Limits, Principal, Refusal
from chandlery.api.websocket.connection import CONTROLS
from chandlery.api.websocket.gate import Anyone, Scope
from tests.api.websocket.serving import SYMBOL, House, said, say, serving, until

CANDLES = {"op": "subscribe", "channel": "candles", "symbol": SYMBOL, "interval": "1m"}


class TokenGate:
    """Refuses a path of evil, and wants a token."""

    async def admit(self, scope: Scope) -> Admission | Refusal:
        if (b"origin", b"https://evil.example") in scope["headers"]:
            return Refusal(403, "not_allowed", "this origin may not connect", "use ours")
        return Admission(None)

    async def authenticate(self, token: str, scope: Scope) -> Principal | None:
        return Anyone() if token == "right" else None  # noqa: S105


async def ended(client: ClientConnection) -> tuple[int, str, list[dict[str, Any]]]:
    """Return how the server closed, and what it said before."""
    messages = []
    async with asyncio.timeout(5):
        with suppress(ConnectionClosed):
            while True:
                messages.append(msgspec.json.decode(await client.recv(), type=dict[str, Any]))
        assert client.close_code is not None
        return client.close_code, client.close_reason or "", messages


async def gone(house: House) -> None:
    """Wait until the server has no client any more."""
    async with asyncio.timeout(5):
        while house.hub.clients:  # noqa: ASYNC110 - the end of a connection is no event of ours
            await asyncio.sleep(0.005)


async def test_an_origin_that_is_refused_gets_an_answer_that_says_why() -> None:
    async with serving(gate=TokenGate()) as house:
        with pytest.raises(InvalidStatus) as refused:
            async with house.connect(origin="https://evil.example"):
                pass
        response = refused.value.response
        assert response.status_code == 403
        assert response.headers["content-type"] == "application/json"
        body = {"error": "this origin may not connect", "hint": "use ours", "code": "not_allowed"}
        assert msgspec.json.decode(response.body) == body
        assert house.hub.figures.refused == {"not_allowed": 1}
        assert house.server.statistics.routes["/ws"].statuses == {403: 1}


async def test_handshakes_are_counted_among_the_requests() -> None:
    async with serving() as house:
        for _ in range(3):
            async with house.connect() as client:
                await said(client)
        assert house.server.statistics.routes["/ws"].statuses == {101: 3}
        assert house.server.statistics.routes["/ws"].latency.count == 3


async def test_too_many_from_one_address_are_refused() -> None:
    async with serving(Limits(most_per_address=1)) as house, house.connect():
        with pytest.raises(InvalidStatus) as refused:
            async with house.connect():
                pass
        assert refused.value.response.status_code == 429
        assert refused.value.response.headers["retry-after"] == "5"


async def test_no_other_path_takes_a_handshake() -> None:
    async with serving() as house:
        with pytest.raises(InvalidStatus) as refused:
            async with websockets.connect(house.url + "x"):
                pass
        assert refused.value.response.status_code == 404


async def test_a_token_in_the_first_message_opens_the_data() -> None:
    async with serving(gate=TokenGate()) as house, house.connect() as client:
        assert (await said(client))["authenticated"] is False
        await say(client, **CANDLES, id=1)
        assert (await said(client))["code"] == "not_allowed"
        await say(client, op="auth", token="right")  # noqa: S106
        assert (await said(client))["type"] == "authenticated"
        await say(client, **CANDLES)
        assert (await said(client))["type"] == "subscribed"


async def test_a_wrong_token_closes() -> None:
    async with serving(gate=TokenGate()) as house, house.connect() as client:
        await say(client, op="auth", token="wrong")  # noqa: S106
        code, reason, messages = await ended(client)
        assert (code, reason) == (1008, "authentication_failed")
        assert messages[-1]["code"] == "authentication_failed"


async def test_an_error_leaves_the_connection_open() -> None:
    async with serving() as house, house.connect() as client:
        await client.send("{")
        assert (await until(client, "error"))["code"] == "not_json"
        await say(client, op="ping", id=5)
        pong = await said(client)
        assert (pong["type"], pong["id"]) == ("pong", 5)


async def test_a_message_that_is_too_big_closes() -> None:
    async with serving() as house, house.connect() as client:
        await client.send("x" * 4_097)
        code, _, messages = await ended(client)
        assert (code, messages[-1]["code"]) == (1009, "message_too_big")
        await gone(house)


async def test_a_binary_message_closes() -> None:
    async with serving() as house, house.connect() as client:
        await client.send(b"{}")
        code, _, messages = await ended(client)
        assert (code, messages[-1]["code"]) == (1003, "not_text")


async def test_a_few_fragments_are_a_message_and_many_close() -> None:
    async with serving() as house, house.connect() as client:
        await client.send(iter(['{"op":', '"ping"', "}"]))
        assert (await until(client, "pong"))["id"] is None
        await client.send(iter(" " * 40))
        code, _, messages = await ended(client)
        assert (code, messages[-1]["code"]) == (1008, "too_many_fragments")
        await gone(house)


async def test_a_flood_of_pings_closes() -> None:
    async with serving() as house, house.connect() as client:
        await said(client)
        for _ in range(CONTROLS * 3):
            client.protocol.send_ping(b"")
        client.transport.write(b"".join(client.protocol.data_to_send()))
        code, _, messages = await ended(client)
        assert (code, messages[-1]["code"]) == (1008, "too_fast")
        await gone(house)


async def test_a_flood_of_messages_closes() -> None:
    async with serving(Limits(message_burst=5)) as house, house.connect() as client:
        for _ in range(10):
            await say(client, op="ping")
        code, _, messages = await ended(client)
        assert (code, messages[-1]["code"]) == (1008, "too_fast")
        assert [message["type"] for message in messages] == ["hello", *["pong"] * 5, "error"]


async def test_pings_are_answered_and_heartbeats_come() -> None:
    async with serving() as house, house.connect() as client:
        await (await client.ping())
        house.clock.steady += 20
        await house.hub.sweep()
        assert (await until(client, "heartbeat"))["time"] == house.clock.now_us()
        # The library answers the ping that came with it before it hands on this answer.
        await say(client, op="ping")
        await until(client, "pong")
        house.clock.steady += 20
        await house.hub.sweep()
        await until(client, "heartbeat")


async def test_whoever_hangs_up_is_forgotten() -> None:
    async with serving() as house:
        async with house.connect() as client:
            await say(client, **CANDLES)
            await until(client, "snapshot")
        await gone(house)
        rude = socket.create_connection(("127.0.0.1", int(house.url[15:-3])))
        rude.close()
        assert not len(house.hub.feeds)


def stopped(house: House) -> socket.socket:
    """Return a client that follows a series and has stopped to read."""
    own = socket.socket()
    own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    own.connect(("127.0.0.1", int(house.url.split(":")[2].removesuffix("/ws"))))
    own.sendall(
        b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    return own


async def joined(house: House) -> Any:
    async with asyncio.timeout(5):
        while not house.hub.clients:  # noqa: ASYNC110 - see `gone`
            await asyncio.sleep(0.005)
    return next(iter(house.hub.clients))


async def filled(client: Any) -> int:
    """Send until the client is paused; return the messages it took."""
    for number in range(1_000):
        if not client.ready:
            return number
        client.send(b'"%s"' % (b"x" * 4_000))
        await asyncio.sleep(0)
    raise AssertionError


async def test_who_stops_to_read_is_paused_and_goes_on_when_drained() -> None:
    async with serving() as house:
        with stopped(house) as own:
            client = await joined(house)
            await filled(client)
            assert house.hub.limits.buffer_bytes < client._wire.buffered() < 80_000
            own.setblocking(False)
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(5):
                while not client.ready:
                    await loop.sock_recv(own, 65_536)
            assert client.paused_at is None
        await gone(house)


async def test_who_stops_to_read_is_told_why_and_then_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with serving() as house:
        with stopped(house):
            client = await joined(house)
            client._wire.close_timeout = 0.05
            await filled(client)
            house.clock.steady += 10
            await house.hub.sweep()
            assert house.hub.figures.closed == {"too_slow": 1}
            await gone(house)


async def test_the_end_is_told_with_a_code_to_come_back() -> None:
    async with serving() as house, house.connect() as client:
        await said(client)
        await house.hub.close(0.01)
        code, reason, messages = await ended(client)
        assert (code, reason) == (1012, "draining")
        assert messages[-1]["status"] == "draining"


async def test_no_bytes_break_it(caplog: pytest.LogCaptureFixture) -> None:
    random = Random(1)  # noqa: S311 - only variety is wanted
    async with serving() as house:
        for _ in range(60):
            async with house.connect() as client:
                await said(client)
                for _ in range(random.randint(1, 4)):
                    first = random.choice((0x81, 0x82, 0x01, 0x00, 0x80, 0x88, 0x89, 0x8A, 0xF1))
                    body = random.randbytes(random.randint(0, 125))
                    client.transport.write(bytes((first, 0x80 | len(body))) + bytes(4) + body)
                client.transport.write(random.randbytes(random.randint(0, 300)))
                client.transport.write_eof()
                with suppress(ConnectionClosed):
                    async with asyncio.timeout(5):
                        while True:
                            await client.recv()
        await gone(house)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("kind", [Opcode.TEXT, Opcode.CONT])
async def test_frames_that_break_the_rules_close(kind: Opcode) -> None:
    async with serving() as house, house.connect() as client:
        await said(client)
        client.transport.write(bytes((0x80 | kind, 0x01)) + b"x")
        code, _, _ = await ended(client)
        assert code == 1002
        await gone(house)
