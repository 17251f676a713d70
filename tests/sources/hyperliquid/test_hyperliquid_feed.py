"""Hyperliquid as a feed: after a cut the last few trades are there, the rest is said to be lost."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

from chandlery.core.delivery import Delivery
from chandlery.sources.hyperliquid.rest import HyperliquidRest
from chandlery.sources.hyperliquid.venue import Hyperliquid
from chandlery.sources.live.asking import Request
from chandlery.sources.live.feed import LiveFeed, Markets
from tests.sources.hostile import Canned
from tests.sources.live.fast import START, FastClock


def told(number: int) -> dict[str, Any]:
    """Return a trade made so many seconds after the start."""
    return {"coin": "BTC", "side": "B", "px": "2.5", "sz": "1", "time": (START + number) * 1000,
            "hash": "0x0", "tid": 1_000 - number, "users": ["0xa", "0xb"]}  # fmt: skip


def answers(request: Request) -> Any:
    question = json.loads(request.body or b"")["type"]
    listed = {"meta": {"universe": [{"name": "BTC"}]}, "spotMeta": {"universe": [], "tokens": []}}
    return [told(n) for n in (12, 11, 10)] if question == "recentTrades" else listed[question]


class Exchange:
    """Cuts the first connection after a few trades, out of order and one of them twice."""

    def __init__(self) -> None:
        self.connections = 0

    async def talk(self, socket: ServerConnection) -> None:
        self.connections += 1
        is_first = self.connections == 1
        await socket.send("Websocket connection established.")
        async for text in socket:
            asked = json.loads(text)
            if asked["method"] != "subscribe":
                continue
            await socket.send(json.dumps({"channel": "subscriptionResponse", "data": asked}))
            data = [told(number) for number in ((2, 1, 2, 3) if is_first else (12, 13))]
            await asyncio.sleep(0 if is_first else 0.2)
            await socket.send(json.dumps({"channel": "trades", "data": data}))
            if is_first:
                await asyncio.sleep(0.5)
                return


async def test_what_is_left_of_a_gap_is_stored_and_the_gap_is_lost() -> None:
    clock = FastClock(start_us=(START + 8) * 1_000_000, speed=10)
    found: list[Delivery] = []
    async with serve(Exchange().talk, "127.0.0.1", 0) as server, asyncio.timeout(20):
        port = server.sockets[0].getsockname()[1]
        rest = HyperliquidRest(Canned({"/info": answers}), clock)
        venue = Hyperliquid(f"ws://127.0.0.1:{port}")
        feed = LiveFeed(venue, rest, Markets({"BTC": 3}), clock.surroundings())
        deliveries = feed.deliveries(None)
        async for delivery in deliveries:
            found.append(delivery)
            ids = {number for each in found for number in each.trades.id.tolist()}
            is_lost = any(gap.state == "lost" for one in found for gap in one.gaps)
            if is_lost and 1_000 - 13 in ids:
                break
        await deliveries.aclose()  # type: ignore[attr-defined]
    stored = sorted(1_000 - number for each in found for number in each.trades.id.tolist())
    assert set(stored) >= {1, 2, 3, 12, 13}
    assert len(stored) == len(set(stored))
