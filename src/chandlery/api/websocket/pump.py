"""Has feeds broadcast when they are due, in short slices, so that everything else gets a turn."""

from __future__ import annotations

import asyncio
from collections import deque

from chandlery.api.websocket.feed import Feed


class Pump:
    """The first change after quiet goes out at once; those that follow soon are sent together."""

    def __init__(self, slice_s: float) -> None:
        self._slice_s = slice_s
        self._queue: deque[Feed] = deque()
        self._next: asyncio.Handle | None = None
        self.messages = 0
        """What was broadcast since the server began, once for each client."""

    def touch(self, feed: Feed) -> None:
        """Have a feed broadcast, if it is not going to anyway."""
        if feed.is_due:
            return
        feed.is_due = True
        loop = asyncio.get_running_loop()
        if loop.time() >= feed.next_at:
            self._enqueue(feed)
        else:
            feed.timer = loop.call_at(feed.next_at, self._enqueue, feed)

    def forget(self, feed: Feed) -> None:
        """Have a feed that is closed broadcast no more."""
        if feed.timer is not None:
            feed.timer.cancel()
            feed.timer = None
        feed.is_due = True
        if feed in self._queue:
            self._queue.remove(feed)

    def _enqueue(self, feed: Feed) -> None:
        feed.timer = None
        self._queue.append(feed)
        self._go_on()

    def _go_on(self) -> None:
        if self._next is None and self._queue:
            self._next = asyncio.get_running_loop().call_soon(self._run)

    def _run(self) -> None:
        """Let feeds broadcast until the slice of time is over."""
        self._next = None
        now = asyncio.get_running_loop().time
        deadline = now() + self._slice_s
        while self._queue:
            feed = self._queue[0]
            if not feed.broadcast(deadline, now):
                break
            self._queue.popleft()
            self.messages += feed.written
            feed.written = 0
            self._rest(feed, now())
            if now() >= deadline:
                break
        self._go_on()

    def _rest(self, feed: Feed, now: float) -> None:
        feed.next_at = now + feed.every_s
        feed.is_due = False
        if feed.position() != feed.mark:
            self.touch(feed)
