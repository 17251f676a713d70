"""A store that stops, a queue that is full: nothing acknowledged is lost, and nobody waits long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from typing_extensions import override

from chandlery.api.push import Desk
from chandlery.api.push import desk as desks
from chandlery.core.errors import StoreUnavailableError
from chandlery.engine.engine import Engine
from chandlery.engine.ingest import BusyError, Limits
from chandlery.engine.server import Server, ServerLimits
from chandlery.sources.push import Asked, Parsed, read_json
from chandlery.stores import Change, Mark
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import START, HandClock


class Stopping(MemoryStore):
    """A store that can be stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.is_stopped = False
        self.refused = asyncio.Event()
        self.loop = asyncio.get_running_loop()

    @override
    def write(self, change: Change) -> list[Mark]:
        if self.is_stopped:
            self.loop.call_soon_threadsafe(self.refused.set)
            message = "the disk is full"
            raise StoreUnavailableError(message)
        return super().write(change)


@asynccontextmanager
async def desk_on(queued_rows: int = 1_000) -> AsyncIterator[tuple[Desk, Stopping, Server]]:
    store = Stopping()
    limits = ServerLimits(writer=Limits(queued_rows=queued_rows))
    server = Server(Engine(store), HandClock(), limits)
    async with server.running(jobs=False):
        yield Desk(server), store, server


def parsed(first: int, rows: int = 10) -> Parsed:
    text = b"\n".join(
        b'{"symbol":"A","time":%d,"price":1,"size":1,"id":%d}' % (START + number, number)
        for number in range(first, first + rows)
    )
    return read_json(text, "lines", Asked())


async def test_a_store_that_stops_for_a_while_loses_nothing_acknowledged() -> None:
    async with desk_on(queued_rows=60) as (desk, store, server):
        await desk.write(parsed(0))
        store.is_stopped = True
        sent = {
            first: asyncio.create_task(desk.write(parsed(first))) for first in range(10, 150, 10)
        }
        await store.refused.wait()
        assert not any(task.done() and task.exception() is None for task in sent.values())
        store.is_stopped = False
        answers = await asyncio.gather(*sent.values(), return_exceptions=True)
        refused = [one for one in answers if isinstance(one, BusyError)]
        kept = {first for first, one in zip(sent, answers, strict=True) if one not in refused}
        assert refused
        assert kept
        stored = server.engine.history.trades(0, START * 10**6, (START + 1_000) * 10**6)
        expected = [first + row for first in {0, *kept} for row in range(10)]
        assert np.array_equal(np.sort(stored.id), sorted(expected))
        for first in set(sent) - kept:
            assert (await desk.write(parsed(first))).accepted == 10


async def test_a_full_queue_is_told_at_once() -> None:
    async with desk_on(queued_rows=10) as (desk, store, _):
        store.is_stopped = True
        waiting = asyncio.create_task(desk.write(parsed(0)))
        await store.refused.wait()
        began = time.perf_counter()
        with pytest.raises(BusyError) as refused:
            desk.refuse_if_full()
        with pytest.raises(BusyError):
            await desk.write(parsed(10))
        assert time.perf_counter() - began < 0.1
        assert refused.value.hint
        store.is_stopped = False
        assert (await waiting).accepted == 10
        desk.refuse_if_full()


async def test_whoever_waits_too_long_is_told_and_may_send_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(desks, "COMMIT_S", 0.01)
    async with desk_on() as (desk, store, _):
        store.is_stopped = True
        with pytest.raises(StoreUnavailableError, match="not known to be durable"):
            await desk.write(parsed(0))
        store.is_stopped = False
        monkeypatch.setattr(desks, "COMMIT_S", 10)
        outcome = await desk.write(parsed(0))
        assert outcome.accepted + outcome.duplicate == 10
