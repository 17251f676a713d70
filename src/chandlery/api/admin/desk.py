"""Where the routes of administration are served: one chore at a time, a few exports beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field

from chandlery.api.access.keys import Keys
from chandlery.api.admin.frames import Ended, Failed, Frame, written
from chandlery.core.errors import ChandleryError, UsageError
from chandlery.core.resolution import Resolution
from chandlery.engine.ingest import BusyError
from chandlery.engine.server import Server
from chandlery.engine.tasks import Tasks

MOST_EXPORTS = 2
"""Exports at a time: each takes a thread now and then."""


@dataclass(slots=True)
class Admin:
    """What administration works on."""

    server: Server
    keys: Keys
    retention: Mapping[Resolution | None, int]
    disk: Callable[[], tuple[int | None, int | None]] = lambda: (None, None)
    """Returns the free bytes and all bytes of the disk that holds the data, if one does; blocks."""
    _chores: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    _exports: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_EXPORTS))
    _endings: set[asyncio.Task[None]] = field(default_factory=set)
    tasks: Tasks = field(init=False)
    """Long work that goes on when nobody listens; it waits for the chores, and they for it."""

    def __post_init__(self) -> None:
        self.tasks = Tasks(self.server.clock, self._chores)

    async def settled(self) -> None:
        """Wait for the steps that go on although nobody listens any more."""
        while self._endings:
            await asyncio.wait(self._endings)

    def chore(
        self, steps: Iterator[Frame], done: Callable[[], None] = lambda: None
    ) -> AsyncIterator[bytes]:
        """Return the stream of a chore, which is stopped when nobody listens any more.

        `done` is called on the event loop at the end, however it ends.
        """
        return self._streamed(steps, self._room(self._chores, "another chore is"), done)

    def export(self, steps: Iterator[Frame]) -> AsyncIterator[bytes]:
        """Return the stream of rows."""
        return self._streamed(steps, self._room(self._exports, "other exports are"), lambda: None)

    def _room(self, places: asyncio.Semaphore, who: str) -> asyncio.Semaphore:
        if places.locked():
            message = f"{who} under way"
            raise BusyError(message, hint="do it again when it is done")
        return places

    async def _streamed(
        self, steps: Iterator[Frame], places: asyncio.Semaphore, done: Callable[[], None]
    ) -> AsyncIterator[bytes]:
        """Run the steps, each in a thread of its own kind: never in one that answers pages.

        Its place is free before it says how it ended: who hears that may begin the next.
        """
        await places.acquire()
        step: asyncio.Future[Frame | None] | None = None
        try:
            while True:
                step = asyncio.ensure_future(asyncio.to_thread(next, steps, None))
                # Whoever has asked may go; the step goes on, and its place is taken until its end.
                frame = await asyncio.shield(step)
                if frame is None:
                    break
                yield written(frame)
            last: Frame = Ended()
        except ChandleryError as error:
            last = Failed(error.message, error.hint, isinstance(error, UsageError))
        finally:
            done()
            ending = asyncio.create_task(_end(step, steps, places))
            self._endings.add(ending)
            ending.add_done_callback(self._endings.discard)
            if step is None or step.done():
                await asyncio.shield(ending)
        yield written(last)


async def _end(
    step: asyncio.Future[Frame | None] | None, steps: Iterator[Frame], places: asyncio.Semaphore
) -> None:
    """Wait for the step under way, have the rest let go of what it holds, and make room."""
    try:
        if step is not None:
            await asyncio.wait((step,))
            step.exception()
        if (close := getattr(steps, "close", None)) is not None:
            await asyncio.to_thread(close)
    finally:
        places.release()
