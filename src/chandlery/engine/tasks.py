"""Long work that goes on whether or not anybody looks: it shows how far it is, and is cancelled.

What is durable stays whenever a task ends; asked for again it goes on from there. Bounded are how
many run, how many wait, and how many that ended are remembered.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import structlog

from chandlery.core.clock import Clock
from chandlery.core.columns import US
from chandlery.core.errors import ChandleryError, UsageError
from chandlery.engine.chores import Progress, Report, Rolled, Said, Verified
from chandlery.engine.ingest import BusyError
from chandlery.outlasting import outlasted

MOST_WAITING = 50
MOST_ENDED = 100
MOST_LINES = 20
MOST_DIFFERENCES = 20
BACKFILLS = 2
"""At a time; they share a venue's limits."""

Kind = Literal["backfill", "rebuild", "rollup", "verify", "maintain"]
TaskState = Literal["waiting", "running", "done", "failed", "cancelled"]
Unit = Literal["seconds", "weeks", "bars", "lines"]
UNITS: dict[Kind, Unit] = {
    "backfill": "seconds",
    "rebuild": "bars",
    "rollup": "bars",
    "verify": "weeks",
    "maintain": "lines",
}

_log = structlog.get_logger()


class UnknownTaskError(UsageError):
    """An id that no task has, or none that is remembered."""


class Task(msgspec.Struct, kw_only=True):
    """How far a piece of work is. Times are in seconds UTC."""

    id: str
    kind: Kind
    about: str
    state: TaskState = "waiting"
    is_cancelling: bool = False
    done: int = 0
    total: int | None = None
    unit: Unit
    lines: list[str] = []
    result: dict[str, Any] | None = None
    error: str = ""
    hint: str = ""
    created: int
    began: int | None = None
    ended: int | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more becomes of it."""
        return self.state in ("done", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Work:
    """What a task does; `finish` is called on the event loop, however it ends."""

    kind: Kind
    about: str
    steps: Callable[[], AsyncGenerator[Report]]
    finish: Callable[[], None] = lambda: None


class Tasks:
    """The tasks of a server."""

    def __init__(self, clock: Clock, chores: asyncio.Semaphore) -> None:
        self._clock = clock
        self._chores = chores
        self._backfills = asyncio.Semaphore(BACKFILLS)
        self._running: dict[str, tuple[Task, asyncio.Task[None]]] = {}
        self._ended: deque[Task] = deque(maxlen=MOST_ENDED)

    def begin(self, work: Work) -> Task:
        """Have work done, as soon as there is room for it."""
        waiting = sum(task.state == "waiting" for task, _ in self._running.values())
        if waiting >= MOST_WAITING:
            message = f"{waiting} tasks wait already"
            raise BusyError(message, hint="cancel some, or ask again when they are done")
        task = Task(
            id=uuid.uuid4().hex[:12],
            kind=work.kind,
            about=work.about,
            unit=UNITS[work.kind],
            created=self._now(),
        )
        running = asyncio.create_task(self._run(task, work))
        running.add_done_callback(lambda _: self._settle(task))
        self._running[task.id] = (task, running)
        return task

    def all(self) -> list[Task]:
        """Return all tasks, the newest first."""
        running = [task for task, _ in self._running.values()]
        return [*reversed(running), *self._ended]

    def one(self, id_: str) -> Task:
        """Return a task."""
        for task in self.all():
            if task.id == id_:
                return task
        message = f"no task has the id {id_[:40]!r}"
        hint = f"the newest {MOST_ENDED} that have ended are remembered until the server stops"
        raise UnknownTaskError(message, hint=hint)

    async def cancel(self, id_: str) -> Task:
        """Have a task end after the step it is at; one that has ended stays as it is."""
        task = self.one(id_)
        if id_ in self._running and not task.is_cancelling:
            running = self._running[id_][1]
            running.cancel()
            if task.state == "waiting":
                await asyncio.wait((running,))
                self._settle(task)
            else:
                task.is_cancelling = True
        return task

    async def close(self) -> None:
        """Cancel all of them, and wait for the steps they are at."""
        running = [each for _, each in self._running.values()]
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _run(self, task: Task, work: Work) -> None:
        try:
            room = self._backfills if work.kind == "backfill" else self._chores
            async with room:
                task.state, task.began = "running", self._now()
                try:
                    async with aclosing(work.steps()) as steps:
                        async for step in steps:
                            _note(task, step)
                finally:
                    work.finish()
            task.state = "done"
        except ChandleryError as error:
            task.state, task.error, task.hint = "failed", error.message, error.hint
        except Exception as error:  # noqa: BLE001 - a task's fault is its own
            _log.error("task failed", kind=task.kind, exc_info=error)
            task.state, task.error = "failed", "internal error"
            task.hint = "the server's log says more"
        finally:
            self._settle(task)

    def _settle(self, task: Task) -> None:
        """Take note of the end of a task, which may not even have begun."""
        if self._running.pop(task.id, None) is None:
            return
        if not task.has_ended:
            task.state = "cancelled"
        task.ended, task.is_cancelling = self._now(), False
        self._ended.appendleft(task)

    def _now(self) -> int:
        return self._clock.now_us() // US


async def blocking(steps: Iterator[Report]) -> AsyncGenerator[Report]:
    """Yield what steps give that block, each in a thread; one that has begun is always ended."""
    try:
        while (report := await _outlasted(asyncio.to_thread(next, steps, None))) is not None:
            yield report
    finally:
        if (close := getattr(steps, "close", None)) is not None:
            await _outlasted(asyncio.to_thread(close))


async def _outlasted(work: Any) -> Any:
    """Return what work gives; whoever is cancelled meanwhile, however often, waits for its end."""
    working = asyncio.ensure_future(work)
    cancelled = await outlasted(working)
    if cancelled is not None:
        working.exception()
        raise cancelled
    return working.result()


def _note(task: Task, step: Report) -> None:
    match step:
        case Progress():
            task.done, task.total = step.done, step.total
            if task.kind == "backfill":
                task.result = {"seconds": step.done}
        case Rolled():
            task.done += step.rows
            task.result = {"bars": task.done}
        case Verified():
            task.result = msgspec.to_builtins(step)
            del task.result["type"]
            task.result["differences"] = step.differences[:MOST_DIFFERENCES]
        case Said():
            task.lines = [*task.lines[-MOST_LINES + 1 :], step.line]
            if task.unit == "lines":
                task.done += 1
