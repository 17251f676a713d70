"""The whole way over a real socket."""

from __future__ import annotations

from tests.api.websocket.serving import START, SYMBOL, said, say, serving

CANDLES = {"op": "subscribe", "channel": "candles", "symbol": SYMBOL, "interval": "1m"}


async def test_a_client_is_greeted_gets_a_snapshot_and_then_what_changes() -> None:
    async with serving() as house:
        await house.trade(0, 1, 61)
        async with house.connect() as client:
            hello = await said(client)
            assert (hello["type"], hello["protocol"]) == ("hello", 1)
            await say(client, **CANDLES, bars=5, id=[1])
            first = await said(client)
            assert first == {
                "type": "subscribed",
                "channel": "candles",
                "symbol": SYMBOL,
                "interval": "1m",
                "id": [1],
            }
            snapshot = await said(client)
            assert snapshot["type"] == "snapshot"
            assert [bar["t"] for bar in snapshot["bars"]] == [START, START + 60]
            await house.trade(62, first_id=10, price=7.5)
            update = await said(client)
            assert update["type"] == "update"
            assert update["sequence"] > snapshot["sequence"]
            assert [(bar["t"], bar["c"], bar["n"]) for bar in update["bars"]] == [
                (START + 60, 7.5, 2)
            ]
