"""A task that is cancelled ends its step first, however often it is told to end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

from chandlery.engine.chores import Said
from chandlery.engine.tasks import Tasks, Work, blocking
from tests.engine.builders import HandClock


async def test_a_step_outlives_being_cancelled_twice() -> None:
    began, may_end = threading.Event(), threading.Event()
    ended: list[str] = []

    def steps() -> Iterator[Said]:
        try:
            began.set()
            may_end.wait()
            ended.append("step")
            yield Said("done")
        finally:
            ended.append("all")

    chores = asyncio.Semaphore(1)
    tasks = Tasks(HandClock(), chores)
    task = tasks.begin(Work("verify", "everything", lambda: blocking(steps())))
    await asyncio.to_thread(began.wait)
    await tasks.cancel(task.id)
    closing = asyncio.create_task(tasks.close())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not closing.done()
    assert chores.locked()
    may_end.set()
    await closing
    assert ended == ["step", "all"]
    assert (task.state, chores.locked()) == ("cancelled", False)
