"""Feeds come and go, and whoever closes all of them leaves none behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import pytest

from chandlery.core.errors import StoreError
from chandlery.engine.engine import Engine
from chandlery.engine.feeding import Feeding, UnknownFeedError
from chandlery.engine.following import Following
from chandlery.engine.server import Server
from chandlery.engine.watchlist import Named
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import HandClock


@dataclass(eq=False)
class Endless:
    """A source that delivers nothing and never ends by itself, also when it is asked to leave."""

    name: str
    reading: int = 0
    is_read: asyncio.Event = field(default_factory=asyncio.Event)
    is_asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliveries(self, _: str | None) -> AsyncGenerator[Any]:
        await asyncio.Event().wait()
        yield

    def leave(self, _: str) -> None:
        self.is_asked.set()


async def read(source: Any) -> AsyncGenerator[None]:
    source.reading += 1
    source.is_read.set()
    try:
        await asyncio.Event().wait()
        yield
    finally:
        source.reading -= 1


async def begun(source: Endless) -> Feeding:
    feeding = Feeding(HandClock(), read)
    feeding.add(source)
    await source.is_read.wait()
    return feeding


async def test_a_feed_that_is_being_stopped_is_closed_with_the_rest() -> None:
    source = Endless("one")
    feeding = await begun(source)
    stopping = asyncio.create_task(feeding.act(feeding.named("one"), "stop"))
    await source.is_asked.wait()
    await feeding.close()
    assert source.reading == 0
    await stopping


async def test_a_feed_that_was_removed_does_not_come_back() -> None:
    source = Endless("one")
    feeding = await begun(source)
    feed = feeding.named("one")
    removing = asyncio.create_task(feeding.remove(feed))
    await source.is_asked.wait()
    restarting = asyncio.create_task(feeding.act(feed, "restart"))
    feeding._working[feed].cancel()
    await removing
    with pytest.raises(UnknownFeedError, match="was removed meanwhile"):
        await restarting
    assert source.reading == 0


class Faulty:
    """Venues of which one cannot be opened the first time."""

    names = ("v", "w")

    def __init__(self) -> None:
        self.faults = 1

    def read(self, text: str) -> list[Named]:
        return [Named(each, each.upper(), each[0], each[2:].upper()) for each in text.split(",")]

    async def unknown(self, _: Any) -> set[str]:
        return set()

    def numbers(self, markets: list[Named]) -> dict[str, int]:
        return {each.own: number for number, each in enumerate(markets)}

    def open(self, markets: list[Named]) -> Endless:
        if markets[0].feed == "v" and self.faults:
            self.faults -= 1
            message = "busy for a moment"
            raise StoreError(message)
        return Endless(markets[0].feed)


async def test_a_market_whose_feed_could_not_begin_is_begun_when_it_is_added_again() -> None:
    server = Server(Engine(MemoryStore()), HandClock())
    async with server.running(jobs=False):
        following = Following(server, Faulty(), [])  # type: ignore[arg-type]
        with pytest.raises(StoreError):
            await following.add("v:a,w:b")
        assert [feed.source.name for feed in server.feeds] == ["w"]
        await following.add("v:a,w:b")
        assert sorted(feed.source.name for feed in server.feeds) == ["v", "w"]


async def test_nothing_begins_after_the_end() -> None:
    feeding = await begun(Endless("one"))
    await feeding.close()
    late = Endless("late")
    feeding.add(late)
    for _ in range(5):
        await asyncio.sleep(0)
    assert late.reading == 0
