"""Waiting for what must come about in a server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from chandlery.engine.recorder import Recorded
from chandlery.engine.server import Server
from tests.sources.live.fast import FastClock

PATIENCE_S = 60.0


async def until(
    clock: FastClock, server: Server, is_so: Callable[[], bool], told: Callable[[], str]
) -> None:
    """Wait until something is so; it is looked at after each commit, and each second besides."""
    looked = asyncio.Event()

    def look(_: Recorded) -> None:
        looked.set()

    server.listeners.append(look)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                looked.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(looked.wait(), 1 / clock.speed)
    except TimeoutError:
        raise AssertionError(told()) from None
    finally:
        server.listeners.remove(look)
