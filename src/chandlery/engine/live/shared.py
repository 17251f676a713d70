"""Reads that are shared: whoever asks for what is being read already waits for that."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")


class Shared(Generic[Key, Result]):
    """One task a key, which goes on when who began it does not wait any more."""

    def __init__(self) -> None:
        self._tasks: dict[Key, asyncio.Task[Result]] = {}

    @property
    def tasks(self) -> list[asyncio.Task[Result]]:
        """What is under way."""
        return list(self._tasks.values())

    async def get(self, key: Key, work: Callable[[], Awaitable[Result]]) -> Result:
        """Return the result of the work of a key; one failure is told to all who wait."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.get_running_loop().create_task(_run(work))
            task.add_done_callback(lambda done: self._end(key, done))
        return await asyncio.shield(task)

    def _end(self, key: Key, done: asyncio.Task[Result]) -> None:
        del self._tasks[key]
        # Whoever waits hears of a failure; if nobody does any more, nobody needs to.
        if not done.cancelled():
            done.exception()


async def _run(work: Callable[[], Awaitable[Result]]) -> Result:
    return await work()
