"""Trades over the WebSocket: the same rules, and a receipt when they are durable."""

from __future__ import annotations

import msgspec
import pytest
import websockets

from chandlery.api.access import Scope
from chandlery.api.websocket.limits import Code
from chandlery.core.trades import Trades
from tests.api.house import House, serving
from tests.api.push.house import NEW, TIME, row
from tests.api.websocket.serving import said, say
from tests.api.websocket.serving import serving as open_serving

TRADE = {"time": TIME, "price": 1.5, "size": 2, "id": "x"}


def connect(found: House, scope: Scope | None) -> websockets.connect:
    headers = found.key(scope) if scope is not None else {}
    url = found.url.replace("http", "ws") + "/ws"
    return websockets.connect(url, compression=None, additional_headers=headers)


def stored(found: House) -> Trades:
    engine = found.server.engine
    return engine.history.trades(engine.registry.number(NEW), 0, 1 << 60)


async def test_a_receipt_comes_when_trades_are_durable() -> None:
    async with serving() as found, connect(found, Scope.WRITE) as client:
        await said(client)
        bad = {"time": TIME, "price": 0, "size": 1}
        await say(client, op="publish", symbol=NEW, trades=[TRADE, bad, row(1)], id=["a", 1])
        told = await said(client)
        assert told == {
            "type": "published",
            "id": ["a", 1],
            "accepted": 2,
            "duplicate": 0,
            "rejected": [{"index": 1, "reason": "price: expected a positive number, found 0"}],
        }
        assert len(stored(found)) == 2
        await say(client, op="publish", symbol=NEW, trades=[TRADE])
        told = await said(client)
        assert (told["accepted"], told["duplicate"], told["id"]) == (0, 1, None)


@pytest.mark.parametrize("scope", [None, Scope.READ])
async def test_it_needs_the_scope_write(scope: Scope | None) -> None:
    async with serving() as found, connect(found, scope) as client:
        await said(client)
        await say(client, op="publish", symbol=NEW, trades=[TRADE], id=1)
        told = await said(client)
        assert (told["type"], told["code"], told["id"]) == ("error", Code.NOT_ALLOWED, 1)
        assert found.server.engine.registry.known(NEW) is None


async def test_a_key_that_is_revoked_publishes_no_more() -> None:
    async with serving() as found, connect(found, Scope.WRITE) as client:
        await said(client)
        (key,) = found.keys.all()
        found.keys.revoke(key.id)
        await say(client, op="publish", symbol=NEW, trades=[TRADE])
        assert (await said(client))["code"] == Code.NOT_ALLOWED


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, Code.INVALID_MESSAGE),
        ({"trades": {}}, Code.INVALID_MESSAGE),
        ({"trades": [], "symbl": "A"}, Code.INVALID_MESSAGE),
        ({"trades": [[[[[[[[[[1]]]]]]]]]]}, Code.TOO_DEEP),
    ],
)
async def test_what_is_no_publish_is_told(fields: dict[str, object], code: str) -> None:
    async with serving() as found, connect(found, Scope.WRITE) as client:
        await said(client)
        await say(client, op="publish", **fields)
        assert (await said(client))["code"] == code
        await say(client, op="ping")
        assert (await said(client))["type"] == "pong"


async def _until_closed(client: websockets.ClientConnection) -> None:
    while True:
        await client.recv()


async def test_a_message_that_is_too_big_closes() -> None:
    async with serving() as found, connect(found, Scope.WRITE) as client:
        await said(client)
        trades = [row(number) for number in range(200)]
        await client.send(msgspec.json.encode({"op": "publish", "trades": trades}).decode())
        with pytest.raises(websockets.ConnectionClosed):
            await _until_closed(client)
        assert client.close_code == 1009


async def test_a_full_queue_is_busy() -> None:
    async with serving() as found, connect(found, Scope.WRITE) as client:
        await said(client)
        found.server.ingest.figures.queued_rows += 10_000_000
        await say(client, op="publish", symbol=NEW, trades=[TRADE], id=5)
        told = await said(client)
        found.server.ingest.figures.queued_rows -= 10_000_000
        assert (told["code"], told["id"]) == (Code.BUSY, 5)


async def test_an_endpoint_may_take_nothing() -> None:
    async with open_serving() as house, house.connect() as client:
        await said(client)
        await say(client, op="publish", symbol=NEW, trades=[TRADE])
        assert (await said(client))["code"] == Code.NOT_ALLOWED
