"""The service: writer, sources and jobs of one engine, started and stopped in order.

At the end sources stop first, then what they handed over is written, then the jobs stop. Nobody
was told "done" about anything that is not durable by then.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog

from chandlery.core.clock import Clock
from chandlery.core.errors import StoreError
from chandlery.core.resolution import Resolution
from chandlery.engine.activity import Activity
from chandlery.engine.engine import Engine
from chandlery.engine.feeding import Action, Feeding
from chandlery.engine.feeds import Feed
from chandlery.engine.following import Following
from chandlery.engine.gaps import metrics_of
from chandlery.engine.ingest import BusyError, Ingest, Limits
from chandlery.engine.jobs import Jobs
from chandlery.engine.live import MOST_BYTES, Live
from chandlery.engine.recorder import Recorded
from chandlery.engine.statistics import Statistics
from chandlery.engine.tickers import Tickers
from chandlery.engine.tidying import Tidying
from chandlery.sources.source import Source

Result = TypeVar("Result")

DRAIN_S = 6.0
"""How long the writer may take at the end: with a full disk it would try for ever."""
PAUSED = "paused"
"""The kind of the notes that say which feeds were stopped by hand."""
MOST_QUESTIONS = 1_000
"""Questions that may wait for a thread."""
BUDGET_S = 2.0
"""How long the reads of a question may take."""

OpenHistory = Callable[[tuple[str, str, int, int | None]], Sequence[Source]]
"""Takes markets as the settings name them, `bars` or `trades`, and [start, end) in seconds."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """What a server may hold, and how long a question may take."""

    writer: Limits = field(default_factory=Limits)
    query_s: float = BUDGET_S
    live_bytes: int = MOST_BYTES


class Server:
    """Runs ingest, sources and jobs beside whoever asks."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        limits: ServerLimits | None = None,
        retention: Mapping[Resolution | None, int] | None = None,
    ) -> None:
        limits = limits or ServerLimits()
        self.engine = engine
        self.clock = clock
        self.ingest = Ingest(engine.recorder, clock, self._publish, limits.writer)
        self.listeners: list[Callable[[Recorded], None]] = []
        self.statistics = Statistics()
        self.statistics.register(*metrics_of(engine, clock))
        self.feeding = Feeding(clock, self._written)
        self.following: Following | None = None
        """Which markets are followed, and may be while this runs; None where no venue is."""
        self.open_history: OpenHistory | None = None
        """Makes what fetches the past of markets; None where no venues are known."""
        self._jobs = Jobs(engine, clock)
        self._tidying = Tidying(engine, clock, retention or {})
        self._readers = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="reader")
        self._questions = 0
        self._budget_s = limits.query_s
        self.live = Live(engine, clock, self.ask, limits.live_bytes)
        self.tickers = Tickers(engine, self.live, clock)
        self.activity = Activity(engine, clock, self.ask)

    @property
    def feeds(self) -> list[Feed]:
        """How each source is doing."""
        return self.feeding.feeds

    async def act(self, feed: Feed, action: Action) -> None:
        """Start, stop or restart a feed; one that is stopped stays so over a restart."""
        store, name = self.engine.store, feed.source.name
        if action == "stop":
            await asyncio.to_thread(lambda: store.note(PAUSED, name, ""))
        else:
            await asyncio.to_thread(lambda: store.forget_note(PAUSED, name))
        await self.feeding.act(feed, action)

    async def drop(self, feed: Feed) -> None:
        """Forget a feed: if there is one of its name again some day, it begins as any other."""
        await self.feeding.remove(feed)
        store, name = self.engine.store, feed.source.name
        await asyncio.to_thread(lambda: store.forget_note(PAUSED, name))

    async def ask(self, work: Callable[[], Result], budget_s: float | None = None) -> Result:
        """Run a read, which blocks, in one of as many threads as there are cores.

        Its reads of the store, and the wait for a thread before them, may take `budget_s`;
        infinity has no end, and None is what is usual here.
        """
        if self._questions >= MOST_QUESTIONS:
            message = f"{self._questions} questions wait already"
            raise BusyError(message, hint="ask again in a second")
        until = self.clock.elapsed() + (self._budget_s if budget_s is None else budget_s)
        self._questions += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._readers, self._answer, work, until
            )
        finally:
            self._questions -= 1

    def _answer(self, work: Callable[[], Result], until: float) -> Result:
        left_s = until - self.clock.elapsed()
        if left_s <= 0:
            message = "too many others are being answered"
            raise BusyError(message, hint="ask again in a second")
        with self.engine.store.limited(left_s):
            return work()

    @asynccontextmanager
    async def running(
        self, sources: Sequence[Source] = (), *, jobs: bool = True
    ) -> AsyncIterator[asyncio.Future[None]]:
        """Run until the block ends; the future given fails if a part does that must not."""
        broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        writer = _started(self.ingest.run(), broken)
        working = (
            [_started(part.run(), broken) for part in (self._jobs, self._tidying)] if jobs else []
        )
        paused = list(await asyncio.to_thread(self.engine.store.notes, PAUSED))
        self.feeding.open(sources, paused, lambda work: _started(work, broken))
        try:
            yield broken
        finally:
            await self.feeding.close()
            try:
                await self._drain(writer)
            finally:
                await _cancel([writer, *working])
                await self.live.close()
                self._readers.shutdown(wait=True, cancel_futures=True)
                if broken.done():
                    # Whoever left the block without asking need not hear of it.
                    broken.exception()

    def _publish(self, recorded: Recorded) -> None:
        self.live.apply(recorded)
        for listener in self.listeners:
            listener(recorded)

    async def _drain(self, writer: asyncio.Task[None]) -> None:
        """Have everything written that was submitted."""
        await self.ingest.close()
        done, _ = await asyncio.wait((writer,), timeout=DRAIN_S)
        if not done:
            figures = self.ingest.figures
            message = (
                f"{figures.queued_rows} rows were not written: {figures.failing or 'too slow'}"
            )
            raise StoreError(
                message, hint="free disk space and send them again: none of them was acknowledged"
            )

    def pull(self, source: Source) -> AsyncGenerator[None]:
        """Take what a source delivers, from its position on, until it ends; each one is durable."""
        return self._written(source)

    async def _written(self, source: Source) -> AsyncGenerator[None]:
        """Yield after each delivery that has become durable."""
        positions = await self.ask(self.engine.store.positions)
        deliveries = source.deliveries(positions.get(source.name))
        try:
            async for delivery in deliveries:
                await self.ingest.submit(delivery)
                yield
        finally:
            if (close := getattr(deliveries, "aclose", None)) is not None:
                await close()


def _started(work: Coroutine[Any, Any, None], broken: asyncio.Future[None]) -> asyncio.Task[None]:
    """Start a part whose unexpected end breaks the service."""

    def note(task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not broken.done():
            broken.set_exception(error)

    task = asyncio.create_task(work)
    task.add_done_callback(note)
    return task


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError, Exception):
            await task
