"""Whom a connection trusts, and how large a frame may be."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from chandlery.sources.binance.sites import SPOT
from chandlery.sources.binance.venue import Binance
from chandlery.sources.live.figures import FeedCounts
from chandlery.sources.live.inbox import Inbox
from chandlery.sources.live.link import Link, LinkError, Setting
from chandlery.sources.live.venue import Plan
from tests.sources.live.fast import FastClock
from tests.sources.live.tls import self_signed


async def nothing_missed(symbols: tuple[str, ...]) -> bool:
    return False


async def ended_by(
    talk: Callable[[ServerConnection], Awaitable[None]], tls: ssl.SSLContext | None = None
) -> tuple[LinkError, FeedCounts]:
    """Return what ends a connection to a server that talks so."""
    counts = FeedCounts()
    async with serve(talk, "127.0.0.1", 0, ssl=tls, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"{'wss' if tls else 'ws'}://127.0.0.1:{port}"
        venue = Binance(SPOT, url)
        setting = Setting(venue, FastClock(1.0).surroundings(), Inbox(), counts, nothing_missed)
        with pytest.raises(LinkError) as caught:
            async with asyncio.timeout(10):
                await Link(Plan(url, (), ("BTCUSDT",)), setting).run()
    return caught.value, counts


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    async def talk(connection: ServerConnection) -> None:
        await connection.wait_closed()

    error, counts = await ended_by(talk, self_signed(tmp_path))
    assert "certificate" in str(error).lower()
    assert counts.frames == 0


async def test_a_frame_that_is_too_large_ends_the_connection() -> None:
    async def talk(connection: ServerConnection) -> None:
        try:
            await connection.send("x" * (SPOT.limits.largest_frame + 1))
            await connection.wait_closed()
        except ConnectionClosed:
            return

    error, counts = await ended_by(talk)
    assert counts.frames == 0
    assert "1009" in str(error) or "too big" in str(error)
