"""Requests that can be given up at any moment, though opening a connection cannot.

What is cancelled in the middle of a TLS handshake leaves its socket open, and what runs on after
its client was closed opens one that nobody closes. So giving up waits until the connection is
there, or its time to open is over; everything after that may be cut short.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from chandlery.sources.live.surroundings import ended, outlasting

Result = TypeVar("Result")
Trace = Callable[[str, Mapping[str, object]], Coroutine[Any, Any, None]]
"""Is told by httpcore what a request does: `connection.connect_tcp.started` and so on."""
OPENS = ("connect_tcp", "connect_unix_socket", "start_tls")


class Opening:
    """Whether a request is opening a connection just now."""

    def __init__(self) -> None:
        self._is_over = asyncio.Event()
        self._is_over.set()

    async def trace(self, event: str, details: Mapping[str, object]) -> None:
        """See Trace."""
        step, _, stage = event.rpartition(".")
        if step.endswith(OPENS) and stage == "started":
            self._is_over.clear()
        elif step.endswith(OPENS):
            self._is_over.set()

    async def over(self) -> None:
        """Wait until it is not."""
        # A handshake begins as soon as its connection is there, before anybody else has a turn.
        while not self._is_over.is_set():
            await self._is_over.wait()


async def in_one_piece(fetching: Callable[[Trace], Coroutine[Any, Any, Result]]) -> Result:
    """Return what a request gives; one that is given up ends first, and leaves nothing open."""
    opening = Opening()
    task = asyncio.ensure_future(fetching(opening.trace))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await outlasting(_given_up(task, opening))
        raise


async def _given_up(task: asyncio.Future[Any], opening: Opening) -> None:
    await opening.over()
    await ended(task)
