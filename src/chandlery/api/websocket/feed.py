"""One topic and the clients that follow it: each message is made once, for all who are up to date.

A client that does not drain is not waited for and nothing is queued for it. Its *mark*, the
position it was last sent, is all that is kept; when it has drained it gets what lies between.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable

from chandlery.api.websocket.client import Client
from chandlery.api.websocket.frames import text_frame
from chandlery.api.websocket.topics import Topic

AT_ONCE = 64
"""Clients that are written to between two looks at the clock."""


class Feed(ABC):
    """What is sent about a topic. Positions only grow."""

    every_s: float
    """The least time between two broadcasts."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.users = 0
        """Clients that follow it, or wait to."""
        self.mark = 0
        """The position that the clients in `synced` were sent, or are being sent."""
        self.synced: dict[Client, None] = {}
        self.behind: dict[Client, int] = {}
        self.written = 0
        """Messages of the last broadcast, one for each client."""
        self.is_due = False
        self.next_at = 0.0
        self.timer: asyncio.TimerHandle | None = None
        self._base = 0
        self._frames = b""
        self._rest: list[Client] | None = None
        self._at = 0

    def __len__(self) -> int:
        return len(self.synced) + len(self.behind)

    # What a kind of topic knows

    @abstractmethod
    def position(self) -> int:
        """Return where the topic is now."""

    @abstractmethod
    def between(self, mark: int) -> bytes | None:
        """Return the frames that lead from a mark to now; None if that is not known any more."""

    @abstractmethod
    def opening(self, bars: int, since: int | None) -> bytes:
        """Return the frames that a new follower gets."""

    @abstractmethod
    def renewing(self, bars: int) -> bytes:
        """Return the frames for a follower whose mark is not known any more."""

    def waiting_mark(self, since: int | None) -> int:
        """Return the mark of a new follower that cannot be written to yet."""
        return -1 if since is None else since

    async def open(self) -> None:
        """Get ready."""
        return

    async def prepare(self, bars: int) -> None:
        """Get ready for a follower who wants so many bars."""
        return

    def close(self) -> None:
        """Let go of everything."""
        return

    # Followers

    def add(self, client: Client, since: int | None, answer: bytes) -> None:
        """Send a client an answer, the beginning, and the topic from now on."""
        self.remove(client)
        if not client.ready:
            client.send(answer)
            self.behind[client] = self.waiting_mark(since)
            return
        self._settle(client, self.position())
        # Each write is a call of the system.
        frames = self.opening(client.subscriptions[self.topic].bars, since)
        client.write(text_frame(answer) + frames)

    def remove(self, client: Client) -> None:
        """Forget a client."""
        self.synced.pop(client, None)
        self.behind.pop(client, None)

    def catch_up(self, client: Client) -> None:
        """Send a client that has drained what it missed."""
        mark = self.behind.get(client)
        if mark is None or not client.ready:
            return
        position = self.position()
        frames = self.between(mark) if mark != position else b""
        if frames is None:
            frames = self.renewing(client.subscriptions[self.topic].bars)
        self._settle(client, position)
        if frames:
            client.write(frames)

    def _settle(self, client: Client, position: int) -> None:
        """Note where a client is now: up to date, or further than what was broadcast."""
        if position == self.mark:
            self.behind.pop(client, None)
            self.synced[client] = None
        else:
            self.behind[client] = position

    # Broadcasting

    def broadcast(self, deadline: float, now: Callable[[], float]) -> bool:
        """Write to the clients until all have it or the time is up; return whether all have."""
        if self._rest is None:
            self._begin()
        rest = self._rest or []
        while self._at < len(rest):
            self._write(rest[self._at : self._at + AT_ONCE])
            self._at += AT_ONCE
            if now() >= deadline and self._at < len(rest):
                return False
        self.written += len(rest)
        self._rest = None
        if self.behind:
            for client in [client for client in self.behind if client.ready]:
                self.catch_up(client)
        return True

    def _begin(self) -> None:
        self._base, self.mark, self._at = self.mark, self.position(), 0
        frames = self.between(self._base) if self.synced else b""
        if frames is None:
            self.behind.update(dict.fromkeys(self.synced, self._base))
            self.synced.clear()
        self._frames = frames or b""
        self._rest = list(self.synced) if self._frames else []

    def _write(self, clients: list[Client]) -> None:
        frames, synced = self._frames, self.synced
        for client in clients:
            if client.ready:
                if client in synced:
                    client.write(frames)
            elif client in synced:
                del synced[client]
                self.behind[client] = self._base
