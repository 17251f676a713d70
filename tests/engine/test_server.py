"""The service: sources that fail, the order of the end, and imports through the writer."""

from __future__ import annotations

import asyncio
import math
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from chandlery.clock import SystemClock
from chandlery.core.columns import US
from chandlery.core.delivery import Bars, Delivery
from chandlery.core.errors import (
    InputError,
    QueryBudgetError,
    StoreError,
    StoreUnavailableError,
)
from chandlery.core.trades import Trades
from chandlery.engine import feeding
from chandlery.engine import server as module
from chandlery.engine.engine import Engine
from chandlery.engine.importing import Tally, import_chunks
from chandlery.engine.ingest import BusyError, Receipt
from chandlery.engine.recorder import Recorded
from chandlery.engine.server import Server, ServerLimits
from chandlery.stores import Interval
from chandlery.stores.memory import MemoryStore

START = 1_570_752_000
ALL = Interval(0, 1 << 62)


class FixedClock:
    def now_us(self) -> int:
        return (START + 86_400) * US

    def elapsed(self) -> float:
        return 0.0


def trades(first: int, count: int = 1) -> Trades:
    row = np.arange(first, first + count)
    return Trades.of(
        market=row * 0,
        time=(START + row) * US,
        price=row + 1.0,
        size=row + 1.0,
        side=row * 0,
        sequence=row,
        id=row + 1,
    )


Step = Delivery | Exception


@dataclass
class Scripted:
    """A source that does what its script says, a part each time it is asked."""

    script: list[list[Step]]
    asked: list[str | None] = field(default_factory=list)
    name: str = "scripted"

    async def deliveries(self, position: str | None) -> AsyncIterator[Delivery]:
        self.asked.append(position)
        for step in self.script.pop(0):
            if isinstance(step, Exception):
                raise step
            yield step


@pytest.fixture
def engine() -> Engine:
    engine = Engine(MemoryStore())
    engine.registry.add_symbol("A:B")
    return engine


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "FIRST_RETRY_S", 0.0)


def stored(engine: Engine) -> list[int]:
    return [int(id_) for id_ in engine.store.trades(ALL).id]


async def heard(server: Server, count: int, sources: list[Scripted]) -> None:
    """Run the sources until so many trades were published."""
    enough, seen = asyncio.Event(), 0

    def listen(recorded: Recorded) -> None:
        nonlocal seen
        seen += len(recorded.trades)
        if seen >= count:
            enough.set()

    server.listeners.append(listen)
    async with server.running(sources, jobs=False):
        await enough.wait()


async def test_a_source_that_fails_goes_on_from_its_saved_position(engine: Engine) -> None:
    first = Delivery(trades=trades(0), positions={"scripted": "one"})
    source = Scripted(
        [[first, StoreUnavailableError("gone")], [OSError("a bug")], [Delivery(trades=trades(1))]]
    )
    await heard(Server(engine, FixedClock()), 2, [source])
    assert source.asked == [None, "one", "one"]
    assert stored(engine) == [1, 2]


async def test_a_source_that_cannot_go_on_leaves_the_others_alone(engine: Engine) -> None:
    broken = Scripted([[InputError("no such thing")]], name="broken")
    other = Scripted([[Delivery(trades=trades(0)), Delivery(trades=trades(1))]])
    await heard(Server(engine, FixedClock()), 2, [broken, other])
    assert broken.asked == [None]
    assert stored(engine) == [1, 2]


async def test_what_was_submitted_is_written_before_the_end(engine: Engine) -> None:
    server = Server(engine, FixedClock())
    async with server.running(jobs=False):
        waiting = [
            asyncio.create_task(server.ingest.submit(Delivery(trades=trades(row))))
            for row in range(50)
        ]
        await asyncio.sleep(0)
    assert [(await receipt).accepted for receipt in waiting] == [1] * 50
    assert len(stored(engine)) == 50


async def test_a_store_that_refuses_to_write_does_not_hold_up_the_end(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        message = "the disk is full"
        raise StoreUnavailableError(message)

    monkeypatch.setattr(engine.recorder, "record", full)
    monkeypatch.setattr(module, "DRAIN_S", 0.01)
    server = Server(engine, FixedClock())

    async def serve() -> None:
        async with server.running(jobs=False):
            waiting.append(asyncio.create_task(server.ingest.submit(Delivery(trades=trades(0)))))
            await asyncio.sleep(0)

    waiting: list[asyncio.Task[Receipt]] = []
    with pytest.raises(StoreError, match="1 rows were not written: "):
        await serve()
    waiting[0].cancel()


async def test_a_part_that_breaks_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(engine, FixedClock())

    async def broken() -> None:
        message = "a bug"
        raise RuntimeError(message)

    monkeypatch.setattr(server.ingest, "run", broken)
    async with server.running(jobs=False) as told:
        with pytest.raises(RuntimeError, match="a bug"):
            await told


async def test_questions_are_answered_in_threads(engine: Engine) -> None:
    server = Server(engine, FixedClock())
    async with server.running(jobs=False):
        assert (await server.ask(threading.current_thread)).name.startswith("reader")


@dataclass(frozen=True)
class Part:
    """A chunk as a file gives it."""

    trades: Trades
    bars: Bars | None = None
    bad: tuple[object, ...] = ()
    bad_count: int = 0
    bytes_read: int = 10

    @property
    def rows(self) -> int:
        return len(self.trades) + self.bad_count


async def imported(
    engine: Engine, chunks: Iterator[Part], report: Callable[[Tally, asyncio.Event], None]
) -> Tally:
    server, tally, stop = Server(engine, FixedClock()), Tally(), asyncio.Event()
    async with server.running(jobs=False):
        await import_chunks(server.ingest, chunks, tally, stop, lambda _: report(tally, stop))
    return tally


def nothing(tally: Tally, stop: asyncio.Event) -> None:
    """Report nothing."""


async def test_an_import_counts_what_became_of_each_row(engine: Engine) -> None:
    again = Trades.concat((trades(0, 5), trades(3, 5)))
    future = Trades.of(**{**trades(9).columns(), "time": [(START + 999_999) * US]})
    parts = iter([Part(again, bad_count=2), Part(future)])
    tally = await imported(engine, parts, nothing)
    assert (tally.rows, tally.accepted, tally.repeated, tally.bad) == (13, 8, 2, 2)
    assert tally.refused == {"time is in the future": 1}
    assert (tally.taken, tally.bytes_read) == (10, 20)


async def test_an_import_that_is_stopped_keeps_what_it_told(engine: Engine) -> None:
    def stop_at_once(tally: Tally, stop: asyncio.Event) -> None:
        stop.set()

    tally = await imported(engine, (Part(trades(row)) for row in range(1_000)), stop_at_once)
    assert tally.accepted == 1
    assert stored(engine) == [1]


async def test_what_was_read_before_a_fault_is_kept(engine: Engine) -> None:
    def parts() -> Iterator[Part]:
        yield Part(trades(0))
        message = "damaged"
        raise InputError(message)

    with pytest.raises(InputError, match="damaged"):
        await imported(engine, parts(), nothing)
    assert stored(engine) == [1]


async def test_no_more_than_a_chunk_is_read_ahead(engine: Engine) -> None:
    read = 0

    def parts() -> Iterator[Part]:
        nonlocal read
        for row in range(20):
            read += 1
            yield Part(trades(row))

    written = []

    def report(tally: Tally, stop: asyncio.Event) -> None:
        written.append(tally.accepted)
        assert read <= tally.accepted + 2

    tally = await imported(engine, parts(), report)
    assert tally.accepted == 20


# The budget of a question


def endless(engine: Engine) -> int:
    """Read until the store says that it has been enough."""
    while True:
        engine.store.count(None, ALL)


async def test_a_question_that_takes_too_long_is_cancelled(engine: Engine) -> None:
    server = Server(engine, SystemClock(), ServerLimits(query_s=0.02))
    async with server.running(jobs=False):
        with pytest.raises(QueryBudgetError):
            await server.ask(lambda: endless(engine))
        with pytest.raises(QueryBudgetError):
            await server.ask(lambda: endless(engine), 0.01)
        assert await server.ask(lambda: engine.store.count(None, ALL), math.inf) == 0


async def test_waiting_for_a_thread_counts(engine: Engine) -> None:
    server, held = Server(engine, SystemClock(), ServerLimits(query_s=0.01)), threading.Event()
    async with server.running(jobs=False):
        holding = [
            asyncio.ensure_future(server.ask(held.wait, math.inf))
            for _ in range(os.cpu_count() or 1)
        ]
        waiting = asyncio.ensure_future(server.ask(lambda: 1))
        asyncio.get_running_loop().call_later(0.05, held.set)
        with pytest.raises(BusyError, match="too many others"):
            await waiting
        await asyncio.gather(*holding)
