"""Reads that take too long are cancelled; coarser bars are given to whoever leaves that to us."""

from __future__ import annotations

import httpx
import pytest
from typing_extensions import override

from chandlery.core.candles import Candles
from chandlery.core.columns import US
from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server
from chandlery.stores import Ranges, Scope
from chandlery.stores.budget import out_of_time
from chandlery.stores.memory import MemoryStore
from tests.api.v1.house import NOW, app_of, running
from tests.engine.builders import START, HandClock


class SlowStore(MemoryStore):
    """Has no time for fine bars of what was rolled up; the live edge is small."""

    finest = Resolution.parse("1s")

    @override
    def candles(self, resolution: Resolution, scope: Scope) -> Candles:
        start = int(scope.start.min()) if isinstance(scope, Ranges) else scope.start
        if resolution < self.finest and start <= NOW:
            raise out_of_time()
        return super().candles(resolution, scope)


@pytest.mark.parametrize(
    ("finest", "adaptive", "told"),
    [
        ("15m", "1", (200, "15m")),
        ("1m", "1", (200, "1m")),
        ("15m", "0", (503, "timeout")),
        ("4h", "1", (503, "timeout")),
    ],
)
async def test_coarser_bars_are_tried_where_that_is_left_to_us(
    finest: str, adaptive: str, told: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(Engine(SlowStore()), HandClock(NOW * US))
    async with running(server):
        assert list(server.engine.rollup.run(START + 86_400))
        monkeypatch.setattr(SlowStore, "finest", Resolution.parse(finest))
        transport = httpx.ASGITransport(app=app_of(server))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            path = f"/api/v1/candles?symbol=BINANCE:BTCUSDT&interval=1m&start={START}"
            answer = await client.get(f"{path}&adaptive={adaptive}")
        if answer.status_code == 200:
            assert (200, answer.headers["chandlery-interval"]) == told
            assert sum(bar["n"] for bar in answer.json()) == 16
        else:
            assert (answer.status_code, answer.json()["code"]) == told
            assert answer.headers["retry-after"] == "1"
