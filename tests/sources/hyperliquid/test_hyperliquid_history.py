"""Hyperliquid's past: candles that it no longer keeps are lost, the others are fetched."""

from __future__ import annotations

import json
from typing import Any

from chandlery.core.delivery import Delivery
from chandlery.core.resolution import Resolution
from chandlery.sources.hyperliquid.rest import MOST_CANDLES, HyperliquidRest
from chandlery.sources.live.asking import Request
from chandlery.sources.live.history import History, Stretch
from chandlery.sources.live.surroundings import Surroundings
from tests.sources.hostile import Canned, StillClock

START = 1_704_067_200
NOW = START + 6_000 * 60


def candles(request: Request) -> Any:
    asked = json.loads(request.body or b"")["req"]
    times = range(max(asked["startTime"], (NOW - 4_999 * 60) * 1000), asked["endTime"], 60_000)
    return [
        {"t": t, "T": t + 59_999, "s": "BTC", "i": "1m", "o": "1", "c": "1", "h": "1", "l": "1",
         "v": "2", "n": 3}
        for t in times
    ]  # fmt: skip


async def test_what_is_kept_is_fetched_and_the_rest_is_lost() -> None:
    clock = StillClock(NOW * 1_000_000)

    async def sleep(seconds: float) -> None:
        clock.us += round(seconds * 1e6)

    history = History(
        "history",
        HyperliquidRest(Canned({"/info": candles}), clock),
        {"BTC": 3},
        Stretch("bars", START, NOW, Resolution.parse("1m")),
        Surroundings(clock, sleep),
    )
    found: list[Delivery] = [delivery async for delivery in history.deliveries(None)]
    (gap,) = [gap for each in found for gap in each.gaps]
    oldest = NOW - (MOST_CANDLES - 1) * 60
    assert (gap.start, gap.end, gap.state) == (START, oldest, "lost")
    times = [t for each in found for bars in each.bars for t in bars.candles.t.tolist()]
    assert times == list(range(oldest, NOW, 60))
    covered = [(each.start, each.end) for one in found for each in one.coverage]
    assert covered == [(oldest, NOW)]
