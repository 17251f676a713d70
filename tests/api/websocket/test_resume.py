"""A client that is cut off anywhere and resumes has, in the end, exactly the bars of the server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from random import Random
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from chandlery.api.websocket import Limits
from chandlery.api.websocket.topics import Topic
from chandlery.core.delivery import Delivery
from chandlery.core.resolution import Resolution
from chandlery.engine.live import Window
from tests.api.websocket.serving import House, house, trades_at
from tests.api.websocket.wires import Follower

MINUTE = Resolution.parse("1m")
TOPIC = Topic("candles", 0, MINUTE)
MOST = 1_000


@dataclass
class Chart:
    """What a client makes of the messages: bars by time, and the last sequence."""

    bars: dict[int, dict[str, Any]] = field(default_factory=dict)
    sequence: int | None = None

    def take(self, message: dict[str, Any]) -> None:
        if message["type"] == "resync":
            self.bars.clear()
        if message["type"] in ("snapshot", "update", "correction"):
            assert self.sequence is None or message["sequence"] >= self.sequence
            times = [bar["t"] for bar in message["bars"]]
            assert times == sorted(set(times))
            self.bars |= {bar["t"]: bar for bar in message["bars"]}
            self.sequence = message["sequence"]


@dataclass
class Viewer:
    """A client that may lose its connection after any message, and what came after that."""

    house: House
    chart: Chart = field(default_factory=Chart)
    follower: Follower | None = None

    async def resume(self) -> None:
        if self.follower is None:
            self.follower = Follower.of(self.house.hub)
            await self.follower.follow(TOPIC, MOST, self.chart.sequence)

    def cut(self, seen: int) -> None:
        """Lose the connection, having read only so many messages more."""
        if self.follower is not None:
            self.house.hub.leave(self.follower.client)
            for message in self.follower.said()[:seen]:
                self.chart.take(message)
            self.follower = None

    def read(self) -> None:
        if self.follower is not None:
            for message in self.follower.said():
                self.chart.take(message)


TRADE = st.tuples(st.just("trade"), st.lists(st.integers(0, 900), min_size=1, max_size=4))
STEPS = st.lists(
    TRADE
    | st.tuples(st.just("cut"), st.integers(0, 4))
    | st.tuples(st.sampled_from(("resume", "read", "pause", "drain", "turn", "settle")), st.none()),
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_whoever_resumes_ends_with_the_bars_of_the_server(steps: list[tuple[str, Any]]) -> None:
    asyncio.run(_play(steps))


def test_a_client_killed_a_thousand_times_ends_with_the_bars_of_the_server() -> None:
    """One client, cut at a random place of a random frame and resumed, again and again."""
    random = Random(20240708)  # noqa: S311 - scripts, not secrets
    steps: list[tuple[str, Any]] = []
    for number in range(1_000):
        moments = [min(number, 880) + random.randint(0, 20) for _ in range(random.randint(1, 4))]
        late = [random.randint(0, 900)] if random.random() < 0.2 else []
        steps += [("trade", moments + late), ("cut", random.randint(0, 4)), ("resume", None)]
        steps += [(random.choice(("turn", "settle", "read", "pause", "drain")), None)]
    asyncio.run(_play(steps))


async def _play(steps: list[tuple[str, Any]]) -> None:
    async with house(Limits(flush_s=0.0)) as ours:
        viewer, next_id = Viewer(ours), 1
        await viewer.resume()
        for step, argument in steps:
            if step == "trade":
                trades = trades_at(*argument, first_id=next_id, price=100.0 + next_id % 7)
                await ours.server.ingest.submit(Delivery(trades=trades))
                next_id += len(argument)
            else:
                await _step(viewer, step, argument)
        await _settle(ours)
        await _step(viewer, "drain", None)
        await viewer.resume()
        await _settle(ours)
        viewer.read()
        page = await ours.server.live.page(0, MINUTE, Window(count=MOST))
        expected = msgspec.json.decode(page.text("rows"), type=list[dict[str, Any]])
        assert [viewer.chart.bars[t] for t in sorted(viewer.chart.bars)] == expected
        viewer.cut(0)


async def _step(viewer: Viewer, step: str, argument: Any) -> None:
    if step == "cut":
        viewer.cut(argument)
    elif step == "resume":
        await viewer.resume()
    elif step == "read":
        viewer.read()
    elif step == "settle":
        await _settle(viewer.house)
    elif step == "turn":
        await asyncio.sleep(0)
    elif viewer.follower is not None:
        client = viewer.follower.client
        client.paused() if step == "pause" else client.resumed()


async def test_a_client_that_is_lost_between_a_correction_and_its_update_misses_nothing() -> None:
    steps = [
        ("trade", [0, 60, 120]),
        ("cut", 9),
        ("trade", [1]),
        ("trade", [121]),
        ("settle", None),
        ("resume", None),
        ("cut", 2),
    ]
    await _play(steps)


async def _settle(ours: House) -> None:
    """Wait until the series has read all it must, and its feed has sent all."""
    await ours.server.live.settled()
    for _ in range(5):
        await asyncio.sleep(0)
