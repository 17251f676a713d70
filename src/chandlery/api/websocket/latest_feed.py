"""Feeds of which only the newest message matters: the server's status, and tickers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from typing_extensions import override

from chandlery.api.websocket.feed import Feed
from chandlery.api.websocket.frames import text_frame
from chandlery.api.websocket.limits import Limits
from chandlery.api.websocket.messages import name_of, ticker_message
from chandlery.api.websocket.topics import Topic
from chandlery.core.errors import ChandleryError

TickerOf = Callable[[int], Awaitable[bytes]]
"""Returns the ticker of a market as a JSON object, with the text it has everywhere."""

_log = structlog.get_logger()


class LatestFeed(Feed):
    """Sends the newest message. Its position is how many there were."""

    every_s = 0.0

    def __init__(self, topic: Topic) -> None:
        super().__init__(topic)
        self._frame = b""
        self._count = 0

    def put(self, payload: bytes) -> bool:
        """Replace the message; return whether it is another one."""
        frame = text_frame(payload)
        if frame == self._frame:
            return False
        self._frame = frame
        self._count += 1
        return True

    @override
    def position(self) -> int:
        return self._count

    @override
    def between(self, mark: int) -> bytes | None:
        return self._frame if mark != self._count else b""

    @override
    def opening(self, bars: int, since: int | None) -> bytes:
        return self._frame

    @override
    def renewing(self, bars: int) -> bytes:
        return self._frame


class TickerFeed(LatestFeed):
    """Sends the ticker of a market after its trades, not more often than its limit."""

    def __init__(self, topic: Topic, symbol: str, ticker_of: TickerOf, limits: Limits) -> None:
        super().__init__(topic)
        self._name = name_of("ticker", symbol)
        self._ticker_of = ticker_of
        self._pause_s = limits.ticker_s
        self._is_stale = False
        self._task: asyncio.Task[None] | None = None

    @override
    async def open(self) -> None:
        await self._read()
        self.mark = self.position()

    @override
    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def refresh(self, touch: Callable[[Feed], None]) -> None:
        """Read the ticker again: there were trades."""
        self._is_stale = True
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._follow(touch))

    async def _follow(self, touch: Callable[[Feed], None]) -> None:
        while self._is_stale:
            self._is_stale = False
            try:
                if await self._read():
                    touch(self)
            except ChandleryError as error:
                _log.warning("a ticker cannot be read just now", reason=error.message)
            await asyncio.sleep(self._pause_s)

    async def _read(self) -> bool:
        return self.put(ticker_message(self._name, await self._ticker_of(self.topic.market)))
