"""Where the routes of administration are served: one chore at a time, a few exports beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from chandlery.api.access.keys import Keys
from chandlery.api.admin.frames import Ended, Failed, Frame, written
from chandlery.core.errors import ChandleryError, UsageError
from chandlery.core.resolution import Resolution
from chandlery.engine.ingest import BusyError
from chandlery.engine.server import Server

MOST_EXPORTS = 2
"""Exports at a time: each takes a thread now and then."""


@dataclass(slots=True)
class Admin:
    """What administration works on."""

    server: Server
    keys: Keys
    retention: Mapping[Resolution | None, int]
    _chores: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    _exports: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_EXPORTS))

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
        """Run the steps, each in a thread of its own kind: never in one that answers pages."""
        async with places:
            try:
                while (frame := await asyncio.to_thread(next, steps, None)) is not None:
                    yield written(frame)
                yield written(Ended())
            except ChandleryError as error:
                is_usage = isinstance(error, UsageError)
                yield written(Failed(error.message, error.hint, is_usage))
            finally:
                done()
                if (close := getattr(steps, "close", None)) is not None:
                    # A step that runs is not waited for: its own end closes it.
                    with suppress(ValueError):
                        await asyncio.to_thread(close)
