"""One run of a feed: all that lives from its first delivery to its last."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from chandlery.sources.live.filler import Filler
from chandlery.sources.live.inbox import Inbox
from chandlery.sources.live.ledger import Ledger
from chandlery.sources.live.slots import Slots
from chandlery.sources.live.steady import SteadyClock
from chandlery.sources.live.surroundings import ended
from chandlery.sources.live.values import CaughtUp, Value


@dataclass(slots=True)
class Run:
    """What the parts of a feed share, and the tasks among them."""

    inbox: Inbox
    ledger: Ledger
    filler: Filler
    slots: Slots
    clock: SteadyClock
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _durable: list[asyncio.Event] = field(default_factory=list)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something done beside the rest."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.inbox.watch(task)

    def absorb(self) -> list[Value]:
        """Have the ledger take all that has come."""
        values = self.inbox.take()
        self.ledger.take(values, self.clock.now_us())
        for value in values:
            if isinstance(value, CaughtUp):
                self.filler.finished(value)
        return values

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits until all that has come is durable."""
        return bool(self._durable)

    def awaited(self) -> list[asyncio.Event]:
        """Return what to set once the next delivery is durable."""
        found, self._durable = self._durable, []
        return found

    async def settled(self) -> None:
        """Wait until all that has come is durable, or this run is over."""
        durable = asyncio.Event()
        self._durable.append(durable)
        self.inbox.wake()
        await durable.wait()

    async def end(self) -> None:
        """Close connections, stop asking; nobody waits for anything any more."""
        try:
            await ended(*self._tasks, *self.slots.tasks)
        finally:
            for event in self.awaited():
                event.set()
