"""ccxt's own Kraken, at a server that speaks its protocol: a cut, and the hole filled by REST."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from chandlery.core.delivery import Delivery
from chandlery.sources.ccxt.exchange import Opened, opened
from chandlery.sources.ccxt.source import CcxtSource
from chandlery.sources.live.surroundings import Surroundings
from tests.sources.ccxt.fake import FakeClock

START_S = 1_790_000_000
BEFORE, MISSED, AFTER = range(5), range(5, 10), range(10, 13)
"""Trades by number: before the connection is cut, while it is, and after."""
PAIR = {
    "altname": "XBTUSD", "wsname": "XBT/USD", "aclass_base": "currency", "base": "XXBT",
    "aclass_quote": "currency", "quote": "ZUSD", "pair_decimals": 1, "lot_decimals": 8,
    "cost_decimals": 5, "lot_multiplier": 1, "fees": [[0, 0.4]], "fees_maker": [[0, 0.25]],
    "fee_volume_currency": "ZUSD", "ordermin": "0.00005", "costmin": "0.5", "tick_size": "0.1",
    "leverage_buy": [], "leverage_sell": [], "status": "online",
}  # fmt: skip
ASSETS = {name: {"aclass": "currency", "altname": name[1:], "decimals": 10, "display_decimals": 5,
                 "status": "enabled"} for name in ("XXBT", "ZUSD")}  # fmt: skip


def told(number: int) -> dict[str, Any]:
    """Return a trade as the socket tells it."""
    moment = datetime.fromtimestamp(START_S + number, UTC)
    return {"symbol": "BTC/USD", "side": "buy", "price": 100.0 + number, "qty": 0.5,
            "ord_type": "limit", "trade_id": number + 1,
            "timestamp": f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}"}  # fmt: skip


def listed(number: int) -> list[Any]:
    """Return a trade as REST lists it."""
    return [
        f"{100.0 + number:.5f}",
        "0.50000000",
        float(START_S + number),
        "b",
        "l",
        "",
        number + 1,
    ]


@dataclass
class Kraken:
    """REST and socket at one port. The first connection is cut after its trades."""

    known: int = 0
    """So many trades have happened: REST has those."""
    connections: int = 0
    asked: list[str] = field(default_factory=list)

    async def rest(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("Upgrade"):
            return None
        parts = urlsplit(request.path)
        name = parts.path.removeprefix("/0/public/")
        self.asked.append(name)
        answers: dict[str, Any] = {"AssetPairs": {"XXBTZUSD": PAIR}, "Assets": ASSETS}
        result = answers.get(name)
        if name == "Trades":
            [since] = parse_qs(parts.query).get("since", ["0"])
            rows = [row for row in map(listed, range(self.known)) if row[2] * 1e9 > int(since)]
            last = int(rows[-1][2] * 1e9) if rows else int(since)
            result = {"XXBTZUSD": rows, "last": str(last)}
        body = json.dumps({"error": [], "result": result}).encode()
        status = HTTPStatus.OK if result is not None else HTTPStatus.NOT_FOUND
        headers = Headers({"Content-Type": "application/json", "Content-Length": str(len(body)),
                           "Connection": "close"})  # fmt: skip
        return Response(status, status.phrase, headers, body)

    async def stream(self, socket: ServerConnection) -> None:
        self.connections += 1
        numbers = BEFORE if self.connections == 1 else AFTER
        async for text in socket:
            asked = json.loads(text)
            if asked.get("method") != "subscribe":
                continue
            result = {"channel": "trade", "symbol": "BTC/USD", "snapshot": True}
            answer = {"method": "subscribe", "success": True, "req_id": asked["req_id"]}
            await socket.send(json.dumps(answer | {"result": result}))
            self.known = max(self.known, numbers.stop)
            data = [told(number) for number in numbers]
            await socket.send(json.dumps({"channel": "trade", "type": "update", "data": data}))
            if self.connections == 1:
                await socket.close(1012)
                self.known = MISSED.stop


@asynccontextmanager
async def kraken() -> AsyncIterator[tuple[Kraken, Opened]]:
    """Give a server, and ccxt's exchange that knows it as Kraken."""
    found = Kraken()
    async with serve(found.stream, "127.0.0.1", 0, process_request=found.rest) as server:
        _, port = server.sockets[0].getsockname()[:2]
        ours = opened("kraken", {"enableRateLimit": False})
        api: Any = ours.exchange.urls["api"]  # type: ignore[attr-defined]
        api["public"] = f"http://127.0.0.1:{port}"
        api["ws"]["publicV2"] = f"ws://127.0.0.1:{port}/v2"
        yield found, ours


async def test_what_was_missed_while_cut_off_is_asked_for() -> None:
    async def no_wait(_seconds: float) -> None:
        await asyncio.sleep(0)

    around = Surroundings(FakeClock(), no_wait, lambda: 0.5)
    found: list[Delivery] = []
    async with kraken() as (server, ours):
        feed = CcxtSource(ours, {"BTC/USD": 7}, around)
        async with asyncio.timeout(30), aclosing(feed.deliveries(None)) as deliveries:  # type: ignore[type-var]
            while sum(len(each.trades) for each in found) < AFTER.stop:
                found.append(await anext(deliveries))
        assert server.connections == 2
        assert "Trades" in server.asked
    ids = [number for each in found for number in each.trades.id.tolist()]
    assert ids == [number + 1 for number in range(AFTER.stop)]
    prices = [price for each in found for price in each.trades.price.tolist()]
    assert prices == [100.0 + number for number in range(AFTER.stop)]
    assert [gap.state for each in found for gap in each.gaps if gap.state == "lost"] == []
    assert feed.state == "live"
    assert feed.reconnects == 1
