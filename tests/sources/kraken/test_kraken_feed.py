"""Kraken as a feed: over a real socket that is cut, with what was missed asked for."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

from chandlery.core.delivery import Delivery
from chandlery.sources.kraken.rest import KrakenRest
from chandlery.sources.kraken.venue import Kraken
from chandlery.sources.live.asking import Paced, Request
from chandlery.sources.live.feed import LiveFeed, Markets
from chandlery.sources.live.surroundings import Surroundings
from tests.sources.hostile import Canned, StillClock
from tests.sources.live.fast import START, FastClock

LAST = 60


def told(number: int) -> dict[str, Any]:
    return {
        "symbol": "BTC/USD",
        "side": "buy",
        "price": 2.5,
        "qty": 1.0,
        "ord_type": "limit",
        "trade_id": number,
        "timestamp": f"2024-01-01T00:00:{number:02}.000001Z",
    }


class Exchange:
    """Gives trades 1 to 20 over the first connection, and 41 to the last over the next."""

    def __init__(self) -> None:
        self.connections = 0

    async def talk(self, socket: ServerConnection) -> None:
        self.connections += 1
        async for text in socket:
            asked = json.loads(text)
            break
        else:
            return
        assert asked["params"] == {"channel": "trade", "symbol": ["BTC/USD"], "snapshot": True}
        await socket.send(json.dumps({"method": "subscribe", "success": True}))
        first, last = (1, 20) if self.connections == 1 else (41, LAST - 1)
        await socket.send("half a fra")
        for number in range(first, last + 1):
            frame = {"channel": "trade", "type": "update", "data": [told(number)]}
            await socket.send(json.dumps(frame))
        if self.connections > 1:
            await socket.wait_closed()

    def trades(self, request: Request) -> Any:
        since = int(request.query.get("since", 0))
        rows = [
            ["2.5", "1", START + number, "b", "l", "", number]
            for number in range(1, LAST)
            if (START + number) * 1_000_000_000 > since
        ]
        return {"error": [], "result": {"XXBTZUSD": rows, "last": "0"}}


async def test_what_a_cut_lost_is_asked_for_and_every_trade_is_delivered() -> None:
    exchange, clock = Exchange(), FastClock(start_us=(START + 90) * 1_000_000)
    pairs = {"error": [], "result": {"XXBTZUSD": {"wsname": "XBT/USD", "pair_decimals": 1}}}
    ask = Canned({"/0/public/Trades": exchange.trades, "/0/public/AssetPairs": pairs})
    paced = Paced(ask, clock.surroundings(), 1.0)
    found: list[Delivery] = []
    ids = set[int]()
    async with serve(exchange.talk, "127.0.0.1", 0) as server, asyncio.timeout(20):
        port = server.sockets[0].getsockname()[1]
        feed = LiveFeed(
            Kraken(f"ws://127.0.0.1:{port}"),
            KrakenRest(paced, clock),
            Markets({"BTC/USD": 3}),
            clock.surroundings(),
        )
        deliveries = feed.deliveries(None)
        async for delivery in deliveries:
            found.append(delivery)
            ids = {number for each in found for number in each.trades.id.tolist()}
            seen = {(each.start, each.end) for one in found for each in one.coverage}
            if len(ids) == LAST - 1 and any(end - start > 50 for start, end in seen):
                break
        await deliveries.aclose()  # type: ignore[attr-defined]
    assert ids == set(range(1, LAST))
    assert feed.figures.malformed >= 1
    assert any(gap.reason for one in found for gap in one.gaps)
    assert not [gap for one in found for gap in one.gaps if gap.state == "lost"]


async def test_requests_are_kept_apart() -> None:
    clock, waited = StillClock(), list[float]()

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        clock.us += round(seconds * 1e6)

    paced = Paced(Canned({"/": "x"}), Surroundings(clock, sleep), 4.0)
    await asyncio.gather(*(paced(Request("/")) for _ in range(3)))
    assert [round(seconds, 3) for seconds in waited] == [0.25, 0.25]
    await paced.close()
