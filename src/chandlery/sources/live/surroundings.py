"""What a feed needs of the world, handed in: time, waiting, chance. Tests hand in fast ones."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from chandlery.core.clock import Clock
from chandlery.outlasting import outlasted

Result = TypeVar("Result")
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Time, waiting, and a number in [0, 1) that differs from feed to feed."""

    clock: Clock
    sleep: Sleep = asyncio.sleep
    chance: Callable[[], float] = random.random

    async def within(self, work: Coroutine[Any, Any, Result], seconds: float) -> Result:
        """Return what work gives; raise TimeoutError if it takes longer than that."""
        working = asyncio.ensure_future(work)
        waiting = asyncio.ensure_future(self._wait(seconds))
        try:
            await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise TimeoutError
            return working.result()
        finally:
            await ended(working, waiting)

    async def _wait(self, seconds: float) -> None:
        await self.sleep(seconds)


async def ended(*tasks: asyncio.Future[Any]) -> None:
    """Have tasks end, whatever comes of them; who is cancelled meanwhile still waits for them."""
    for task in tasks:
        task.cancel()
    await outlasting(_all_done(tasks))


async def _all_done(tasks: Sequence[asyncio.Future[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


async def outlasting(work: Coroutine[Any, Any, None]) -> None:
    """Do some work to its end, which must come by itself, and only then be cancelled."""
    working = asyncio.ensure_future(work)
    cancelled = await outlasted(working)
    working.result()
    if cancelled is not None:
        raise cancelled


@dataclass(slots=True)
class BackOff:
    """How long to wait before the next try: twice as long each time, and never quite the same."""

    surroundings: Surroundings
    first_s: float = 0.5
    last_s: float = 60.0
    tries: int = 0

    def next_s(self) -> float:
        """Return the next wait."""
        longest = min(self.first_s * 2.0**self.tries, self.last_s)
        self.tries = min(self.tries + 1, 32)
        return longest * (0.5 + self.surroundings.chance() / 2)

    def reset(self) -> None:
        """Begin with the shortest wait again."""
        self.tries = 0
