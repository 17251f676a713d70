"""Where everything that concerns a feed lies, in order, until it is made into a delivery."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from chandlery.sources.live.values import Value

MOST_VALUES = 50_000
"""With more than this waiting, connections are read no further: the venue has to wait."""


class Inbox:
    """A list with a limit that those who fill it keep to by waiting."""

    def __init__(self) -> None:
        self._values: list[Value] = []
        self._arrived = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._broken: BaseException | None = None

    def put(self, values: Sequence[Value]) -> None:
        """Add values."""
        self._values += values
        self._arrived.set()
        if len(self._values) >= MOST_VALUES:
            self._has_room.clear()

    @property
    def is_full(self) -> bool:
        """Whether who fills it should wait for room."""
        return len(self._values) >= MOST_VALUES

    async def room(self) -> None:
        """Wait until there is room."""
        await self._has_room.wait()

    async def arrived(self) -> None:
        """Wait until there is something; raise what broke a part, if one did."""
        await self._arrived.wait()
        if self._broken is not None:
            raise self._broken

    def take(self) -> list[Value]:
        """Return all there is, in order."""
        values, self._values = self._values, []
        self._arrived.clear()
        self._has_room.set()
        return values

    def wake(self) -> None:
        """Have whoever waits look again."""
        self._arrived.set()

    def watch(self, task: asyncio.Task[None]) -> None:
        """Have whoever waits be told if a part breaks, which it must not."""

        def note(task: asyncio.Task[None]) -> None:
            error = None if task.cancelled() else task.exception()
            if error is not None:
                self._broken = error
                self._arrived.set()

        task.add_done_callback(note)
