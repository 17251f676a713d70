"""Has sources read, each beside the others: one's failure touches no other. They come and go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from typing import Any, Literal

import structlog

from chandlery.core.clock import Clock
from chandlery.core.errors import ChandleryError, UsageError
from chandlery.engine.feeds import Feed, Leaving
from chandlery.sources.source import Source

FIRST_RETRY_S, LAST_RETRY_S = 0.5, 30.0
LEAVE_S = 5.0
"""How long a source may take to end in order."""
BY_HAND = "stopped by hand"

Action = Literal["start", "stop", "restart"]
Written = Callable[[Source], AsyncGenerator[None]]
"""Yields after each delivery that has become durable."""
Begin = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]

_log = structlog.get_logger()


class UnknownFeedError(UsageError):
    """A name that no feed has."""


class Feeding:
    """The feeds of a server."""

    def __init__(self, clock: Clock, written: Written) -> None:
        self.feeds: list[Feed] = []
        self._clock = clock
        self._written = written
        self._begin: Begin = asyncio.create_task
        self._working: dict[Feed, asyncio.Task[None]] = {}
        self._is_closed = False
        self._turn = asyncio.Lock()
        """One thing is done to feeds at a time."""

    def open(self, sources: Sequence[Source], paused: Sequence[str], begin: Begin) -> None:
        """Have sources read from now on, but for those that are paused."""
        self._begin = begin
        for source in sources:
            self.add(source, is_paused=source.name in paused)

    def add(self, source: Source, *, is_paused: bool = False) -> Feed:
        """Have a source read too."""
        feed = Feed(source, self._clock)
        self.feeds.append(feed)
        if is_paused:
            feed.leave("paused", BY_HAND)
        else:
            self._start(feed)
        return feed

    def named(self, name: str) -> Feed:
        """Return a feed."""
        for feed in self.feeds:
            if feed.source.name == name:
                return feed
        message = f"no feed is called {name[:60]!r}"
        raise UnknownFeedError(message, hint="`chandlery feeds list` shows them")

    def find(self, name: str) -> Feed | None:
        """Return a feed, if there is one of that name."""
        return next((feed for feed in self.feeds if feed.source.name == name), None)

    async def act(self, feed: Feed, action: Action) -> None:
        """Start, stop or restart a feed; what is so already stays so."""
        async with self._turn:
            if feed not in self.feeds:
                message = f"the feed {feed.source.name!r} was removed meanwhile"
                raise UnknownFeedError(message, hint="`chandlery feeds list` shows those there are")
            if action in ("stop", "restart"):
                await self._stop(feed)
            if action in ("start", "restart"):
                self._start(feed)

    async def remove(self, feed: Feed) -> None:
        """Have a source read no more, and forget it."""
        async with self._turn:
            await self._stop(feed)
            self.feeds.remove(feed)

    async def close(self) -> None:
        """End all of them at once, also those that are being stopped; none begins any more."""
        self._is_closed = True
        tasks = list(self._working.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._working.clear()

    def _start(self, feed: Feed) -> None:
        task = self._working.get(feed)
        if not self._is_closed and (task is None or task.done()):
            feed.is_leaving = False
            feed.begin()
            self._working[feed] = self._begin(self._read(feed))

    async def _stop(self, feed: Feed) -> None:
        """Have a source end in order if it can and is at it, else at once."""
        task = self._working.get(feed)
        feed.is_leaving = True
        if task is not None and not task.done():
            if feed.is_running and isinstance(feed.source, Leaving):
                feed.source.leave(BY_HAND)
                await asyncio.wait((task,), timeout=LEAVE_S)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        # Not before it has ended: who closes all of them must find it.
        self._working.pop(feed, None)
        feed.leave("paused", BY_HAND)

    async def _read(self, feed: Feed) -> None:
        """Take what a source delivers; begin again after a fault that may pass."""
        source, pause = feed.source, FIRST_RETRY_S
        while True:
            try:
                async for _ in self._written(source):
                    feed.heard()
                    pause = FIRST_RETRY_S
            except Exception as error:  # noqa: BLE001 - one source must not take the others down
                if not _may_pass(source, error):
                    feed.leave("stopped", str(error))
                    return
                feed.leave("waiting", str(error))
            else:
                _log.info("source ended", source=source.name)
                feed.leave("ended")
                return
            if feed.is_leaving:
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, LAST_RETRY_S)
            feed.begin()


def _may_pass(source: Source, error: Exception) -> bool:
    """Tell why a source failed; return whether beginning again may help."""
    if isinstance(error, ChandleryError) and not error.retryable:
        _log.error("source stopped", source=source.name, reason=str(error), hint=error.hint)
        return False
    is_bug = not isinstance(error, ChandleryError)
    _log.warning("source failed", source=source.name, reason=str(error), exc_info=is_bug)
    return True
