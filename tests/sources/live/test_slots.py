"""What a venue refuses of one connection costs the other symbols of it nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from chandlery.sources.live.figures import FeedCounts
from chandlery.sources.live.inbox import Inbox
from chandlery.sources.live.link import LinkError, RefusedError, Setting
from chandlery.sources.live.slots import Slots
from chandlery.sources.live.surroundings import Surroundings
from chandlery.sources.live.venue import Plan
from tests.engine.builders import HandClock

TURNS = 10_000


class Line:
    """A connection by script: the venue refuses BAD, and the net goes down when it is told to."""

    is_down = asyncio.Event()

    def __init__(self, plan: Plan, _: Setting) -> None:
        self.plan = plan
        self.is_open, self.is_leaving = asyncio.Event(), asyncio.Event()
        self.is_stalled = False

    async def run(self) -> None:
        if "BAD" in self.plan.symbols:
            message = "no BAD here"
            raise RefusedError(message)
        self.is_open.set()
        await self.is_down.wait()
        message = "the net is down"
        raise LinkError(message)


class OneLine:
    """A venue that takes all symbols over one connection."""

    name = "one"
    limits = SimpleNamespace(longest_life_s=1e9)

    def plans(self, symbols: Any) -> list[Plan]:
        return [Plan("ws://nowhere", symbols=tuple(symbols))] if symbols else []


async def at_once(_: float) -> None:
    """Wait no longer than the others need for a turn."""
    await asyncio.sleep(0)


@pytest.fixture
async def slots(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Slots]:
    monkeypatch.setattr("chandlery.sources.live.slot.Link", Line)
    monkeypatch.setattr(Line, "is_down", asyncio.Event())
    around = Surroundings(HandClock(), at_once)
    found = Slots(Setting(OneLine(), around, Inbox(), FeedCounts(), missed=None))  # type: ignore[arg-type]
    yield found
    for task in found.tasks:
        task.cancel()
    await asyncio.gather(*found.tasks, return_exceptions=True)


async def until(is_so: Callable[[], bool]) -> None:
    """Let the others go on until something is so."""
    for _ in range(TURNS):
        if is_so():
            return
        await asyncio.sleep(0)
    pytest.fail("it did not come about")


async def test_what_is_refused_while_connecting_anew_does_not_stop_the_others(slots: Slots) -> None:
    slots.follow(["A"])
    await until(lambda: slots.states == {"live"})
    Line.is_down.set()
    await until(lambda: slots.states == {"waiting"})
    slots.follow(["BAD"])
    Line.is_down.clear()
    await until(lambda: slots.states == {"live"} and "no BAD here" in slots.reasons)
    assert slots.refused == {"BAD": "no BAD here"}


async def test_what_is_refused_beside_a_connection_that_stands_is_named(slots: Slots) -> None:
    slots.follow(["A"])
    await until(lambda: slots.states == {"live"})
    slots.follow(["BAD"])
    await until(lambda: slots.refused == {"BAD": "no BAD here"})
    assert slots.states == {"live"}
    slots.follow(["B"])
    assert slots.refused == {}


async def test_what_was_refused_from_the_start_goes_on_once_it_is_let_go_of(slots: Slots) -> None:
    slots.follow(["A", "BAD"])
    await until(lambda: slots.states == {"stopped"})
    assert slots.refused == {"A": "no BAD here", "BAD": "no BAD here"}
    slots.unfollow(["BAD"])
    await until(lambda: slots.states == {"live"})
