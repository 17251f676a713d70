"""A request to a venue's REST interface as a value, and who sends it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from chandlery.sources.live.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Request:
    """A GET, or a POST of JSON if there is a body; the path goes onto the venue's own address."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    weight: int = 1


class Ask(Protocol):
    """Sends requests within a venue's limits."""

    async def __call__(self, request: Request) -> bytes:
        """Return the body of the answer. Raises RestError, or GoneError if asking is no use."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Paced:
    """Sends requests no faster than a venue allows a second, however many ask at once."""

    def __init__(self, ask: Ask, surroundings: Surroundings, per_s: float) -> None:
        """Take who sends them, the time and waiting to use, and how many a second."""
        self._ask = ask
        self._surroundings = surroundings
        self._apart_s = 1 / per_s
        self._next_s = 0.0
        self._turn = asyncio.Lock()

    async def __call__(self, request: Request) -> bytes:
        """See `Ask.__call__`."""
        async with self._turn:
            wait_s = self._next_s - self._surroundings.clock.elapsed()
            if wait_s > 0:
                await self._surroundings.sleep(wait_s)
            self._next_s = self._surroundings.clock.elapsed() + self._apart_s
        return await self._ask(request)

    async def close(self) -> None:
        """See `Ask.close`."""
        await self._ask.close()
