"""Answers kept under the keys of requests: the same request has the same answer, and runs once.

Bounded in number, bytes and age; what was sent twice after that is recognised by the ids of trades.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from chandlery.api.push.outcome import Answer
from chandlery.api.push.refusals import KeyReusedError
from chandlery.core.clock import Clock

DAY_S = 86_400
MOST_KEYS = 10_000
MOST_BYTES = 32_000_000
_BYTES_OF_AN_ENTRY = 512


@dataclass(slots=True)
class _Entry:
    fingerprint: bytes
    until: float
    answer: asyncio.Task[Answer]
    size: int = 0


class Once:
    """For one event loop."""

    def __init__(
        self, clock: Clock, most_keys: int = MOST_KEYS, most_bytes: int = MOST_BYTES
    ) -> None:
        self._clock = clock
        self._most_keys = most_keys
        self._most_bytes = most_bytes
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    async def answer(
        self, key: str, fingerprint: bytes, work: Callable[[], Awaitable[Answer]]
    ) -> tuple[Answer, bool]:
        """Return the answer of a key, and whether it had been asked for before.

        Work that fails leaves nothing behind: the next one with the key does it again. It goes on
        when whoever asked has left, for the next one asks for it.
        """
        self._forget_old()
        entry = self._entries.get(key)
        if entry is None:
            return await asyncio.shield(self._begin(key, fingerprint, work)), False
        if entry.fingerprint != fingerprint:
            message = "an Idempotency-Key of its own expected for this body, found one used before"
            raise KeyReusedError(message, hint="make a new key for each new body")
        return await asyncio.shield(entry.answer), True

    def _begin(
        self, key: str, fingerprint: bytes, work: Callable[[], Awaitable[Answer]]
    ) -> asyncio.Task[Answer]:
        async def run() -> Answer:
            return await work()

        task = asyncio.get_running_loop().create_task(run())
        entry = _Entry(fingerprint, self._clock.elapsed() + DAY_S, task)
        self._entries[key] = entry
        task.add_done_callback(lambda done: self._keep(key, entry))
        return task

    def _keep(self, key: str, entry: _Entry) -> None:
        if entry.answer.cancelled() or entry.answer.exception() is not None:
            if self._entries.get(key) is entry:
                del self._entries[key]
            return
        entry.size = len(entry.answer.result().body) + _BYTES_OF_AN_ENTRY
        self._bytes += entry.size
        self._make_room()

    def _make_room(self) -> None:
        """Let the oldest go that are answered: the others are bounded by their connections."""
        for key in list(self._entries):
            if len(self._entries) <= self._most_keys and self._bytes <= self._most_bytes:
                return
            if self._entries[key].answer.done():
                self._bytes -= self._entries.pop(key).size

    def _forget_old(self) -> None:
        now = self._clock.elapsed()
        while self._entries:
            key, entry = next(iter(self._entries.items()))
            if entry.until > now or not entry.answer.done():
                return
            self._bytes -= self._entries.pop(key).size
