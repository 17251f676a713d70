"""A house that takes pushes, with somebody who may write."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from chandlery.api.access import Scope
from chandlery.core.columns import US
from chandlery.core.trades import Trades
from tests.api.house import NOW, House, house, settings_of

TIME = NOW - 10
"""A moment of the last minute, in seconds."""
NEW = "DEX:NEW"
Row = dict[str, Any]


def row(number: int, **more: Any) -> Row:
    """Return a good trade of a market that the house does not know."""
    return {"symbol": NEW, "time": TIME * US + number, "price": 1.5, "size": 2, "id": number} | more


@dataclass
class Pushing:
    house: House
    headers: dict[str, str]

    async def push(self, body: object, path: str = "trades", **headers: str) -> httpx.Response:
        """Send a body, as it is or as JSON."""
        data = body if isinstance(body, bytes) else msgspec.json.encode(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        where = path if path.startswith("/") else f"/api/v1/{path}"
        return await self.house.inside.post(where, content=data, headers=self.headers | named)

    def stored(self, symbol: str = NEW) -> Trades:
        """Return what is stored of a market."""
        number = self.house.server.engine.registry.known(symbol)
        if number is None:
            return Trades.empty()
        return self.house.server.engine.history.trades(number, TIME * US - US, NOW * US + US)

    def ids(self, symbol: str = NEW) -> list[int]:
        return sorted(self.stored(symbol).id.tolist())


@asynccontextmanager
async def pushing(**said: object) -> AsyncIterator[Pushing]:
    async with house(settings_of(**said)) as found:
        yield Pushing(found, found.key(Scope.WRITE))
