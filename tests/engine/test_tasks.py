"""Long work: bounded, told, cancelled after the step it is at, and never lost sight of."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator

import pytest

from chandlery.core.errors import UsageError
from chandlery.engine.chores import Progress, Report, Rolled, Said, Verified
from chandlery.engine.ingest import BusyError
from chandlery.engine.tasks import (
    BACKFILLS,
    MOST_ENDED,
    MOST_LINES,
    MOST_WAITING,
    Kind,
    Task,
    Tasks,
    UnknownTaskError,
    Work,
    blocking,
)
from tests.engine.builders import HandClock


def tasks() -> Tasks:
    return Tasks(HandClock(), asyncio.Semaphore(1))


def work(*reports: Report, kind: Kind = "verify") -> Work:
    return Work(kind, "something", lambda: blocking(iter(reports)))


def endless(kind: Kind = "verify") -> Work:
    """Return work that waits for ever."""

    async def steps() -> AsyncGenerator[Report]:
        yield Said("on")
        await asyncio.Event().wait()

    return Work(kind, "something", steps)


async def ended(all_: Tasks, task: Task) -> Task:
    async with asyncio.timeout(10):
        while not task.has_ended:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)
    assert all_.one(task.id) is task
    return task


async def begun(task: Task) -> None:
    async with asyncio.timeout(10):
        while not task.lines:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)


async def test_a_task_tells_how_far_it_is_and_what_came_of_it() -> None:
    all_ = tasks()
    found = Verified(ok=False, trades=9, bars=3, dirty=0, count=40, differences=["x"] * 40)
    task = all_.begin(work(Progress(1, 4), Progress(4, 4), found))
    assert (task.state, task.began, task.ended) == ("waiting", None, None)
    await ended(all_, task)
    assert (task.state, task.done, task.total, task.unit) == ("done", 4, 4, "weeks")
    assert task.result is not None
    assert (task.result["ok"], task.result["count"], len(task.result["differences"])) == (
        False,
        40,
        20,
    )
    rolled = all_.begin(work(Rolled("1m", 3), Rolled("5m", 2), kind="rebuild"))
    await ended(all_, rolled)
    assert (rolled.done, rolled.total, rolled.result) == (5, None, {"bars": 5})
    lines = all_.begin(work(*(Said(str(row)) for row in range(50)), kind="maintain"))
    await ended(all_, lines)
    assert lines.lines == [str(row) for row in range(50 - MOST_LINES, 50)]
    assert lines.done == 50
    assert [each.id for each in all_.all()] == [lines.id, rolled.id, task.id]


async def test_chores_are_done_one_after_another_and_backfills_beside_them() -> None:
    all_ = tasks()
    chores = [all_.begin(endless()) for _ in range(2)]
    fills = [all_.begin(endless("backfill")) for _ in range(BACKFILLS + 1)]
    for task in (chores[0], *fills[:BACKFILLS]):
        await begun(task)
    assert [task.state for task in chores] == ["running", "waiting"]
    assert [task.state for task in fills] == ["running"] * BACKFILLS + ["waiting"]
    assert (await all_.cancel(fills[-1].id)).state == "cancelled"
    await all_.cancel(chores[0].id)
    await ended(all_, chores[0])
    await begun(chores[1])
    await all_.close()
    assert {task.state for task in (*chores, *fills)} == {"cancelled"}


async def test_one_that_is_cancelled_ends_the_step_it_is_at() -> None:
    all_, at_it, go_on = tasks(), threading.Event(), threading.Event()
    is_closed, finished = threading.Event(), list[bool]()

    def steps() -> Iterator[Report]:
        try:
            at_it.set()
            go_on.wait(10)
            yield Said("done")
            yield Said("never")
        finally:
            is_closed.set()

    task = all_.begin(
        Work("maintain", "", lambda: blocking(steps()), lambda: finished.append(True))
    )
    await asyncio.to_thread(at_it.wait, 10)
    for _ in range(2):
        cancelled = await all_.cancel(task.id)
        assert (cancelled.state, cancelled.is_cancelling) == ("running", True)
    go_on.set()
    await ended(all_, task)
    assert (task.state, task.is_cancelling, finished) == ("cancelled", False, [True])
    assert is_closed.is_set()
    assert (await all_.cancel(task.id)).state == "cancelled"


@pytest.mark.parametrize(
    ("error", "told", "hint"),
    [
        (UsageError("no such market", hint="look"), "no such market", "look"),
        (ValueError("a bug"), "internal error", "the server's log says more"),
    ],
)
async def test_one_that_fails_says_why(error: Exception, told: str, hint: str) -> None:
    def steps() -> Iterator[Report]:
        yield Said("on")
        raise error

    all_ = tasks()
    task = await ended(all_, all_.begin(Work("verify", "", lambda: blocking(steps()))))
    assert (task.state, task.error, task.hint) == ("failed", told, hint)


async def test_how_many_wait_and_are_remembered_is_bounded() -> None:
    all_ = tasks()
    first = all_.begin(endless())
    await begun(first)
    waiting = [all_.begin(endless()) for _ in range(MOST_WAITING)]
    with pytest.raises(BusyError, match="50 tasks wait already"):
        all_.begin(endless())
    for task in waiting:
        await all_.cancel(task.id)
    await all_.cancel(first.id)
    await ended(all_, first)
    for _ in range(MOST_ENDED + 5):
        await ended(all_, all_.begin(work()))
    assert len(all_.all()) == MOST_ENDED
    with pytest.raises(UnknownTaskError, match="no task has the id"):
        all_.one(first.id)
