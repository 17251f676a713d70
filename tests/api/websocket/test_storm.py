"""Everybody is cut off at once and comes back at once: all follow again, and none misses a bar."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection

from chandlery.api.websocket import Limits
from chandlery.core.resolution import Resolution
from chandlery.engine.live import Window
from tests.api.websocket.serving import SYMBOL, House, said, say, serving
from tests.api.websocket.test_resume import Chart

CLIENTS, ROUNDS = 80, 3
SECOND = Resolution.parse("1s")
ASKED = {"op": "subscribe", "channel": "candles", "symbol": SYMBOL, "interval": "1s", "bars": 1_000}


async def come(house: House, chart: Chart) -> ClientConnection:
    """Connect, and follow from where the chart ends."""
    client = await house.connect()
    since = {} if chart.sequence is None else {"since": chart.sequence}
    await say(client, **ASKED, **since)
    while (await said(client))["type"] != "subscribed":
        pass
    return client


async def read_to(client: ClientConnection, chart: Chart, last: int) -> None:
    """Read until the chart has the bar of a moment."""
    while last not in chart.bars:
        chart.take(await said(client))


async def test_all_come_back_and_none_misses_a_bar() -> None:
    async with serving(Limits(most_per_address=CLIENTS)) as house:
        charts = [Chart() for _ in range(CLIENTS)]
        number = 1
        for moment in range(ROUNDS * 4):
            await house.trade(moment, first_id=number)
            if moment % 4 != 3:
                number += 1
                continue
            clients = await asyncio.gather(*(come(house, chart) for chart in charts))
            # Half of them see some of what happens, and all are gone before it is over.
            number += 1
            pairs = list(zip(clients, charts, strict=True))
            start = await newest(house)
            await asyncio.gather(*(read_to(*pair, start) for pair in pairs[::2]))
            for client in clients:
                client.transport.abort()
        clients = await asyncio.gather(*(come(house, chart) for chart in charts))
        last = await newest(house)
        pairs = list(zip(clients, charts, strict=True))
        await asyncio.gather(*(read_to(*pair, last) for pair in pairs))
        expected = await bars(house)
        assert len(expected) == ROUNDS * 4
        assert all([chart.bars[t] for t in sorted(chart.bars)] == expected for chart in charts)
        for client in clients:
            client.transport.abort()


async def bars(house: House) -> list[dict[str, Any]]:
    page = await house.server.live.page(0, SECOND, Window(count=1_000))
    return msgspec.json.decode(page.text("rows"), type=list[dict[str, Any]])


async def newest(house: House) -> int:
    return int((await bars(house))[-1]["t"])
