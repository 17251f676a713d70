"""One connection to a venue: opened, read, kept alive, and watched for silence."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from chandlery.core.errors import ChandleryError, InputError
from chandlery.sources.live.figures import FeedCounts
from chandlery.sources.live.inbox import Inbox
from chandlery.sources.live.rhythm import Rhythm
from chandlery.sources.live.sound import check_bar, check_trade
from chandlery.sources.live.surroundings import Surroundings, ended
from chandlery.sources.live.values import Alive, Value
from chandlery.sources.live.venue import (
    Acknowledged,
    BarEvent,
    Event,
    Plan,
    Pong,
    Reconnect,
    Rejected,
    TradeEvent,
    Venue,
)

OPEN_S = 20.0
"""How long a connection may take to open and to take what is subscribed."""
PONG_S = 10.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")
US = 1_000_000

Missed = Callable[[tuple[str, ...]], Awaitable[bool]]
"""Asks the venue whether there are trades of some symbols that have not come."""


class LinkError(ChandleryError):
    """A connection is of no use any more; a new one may be."""

    retryable = True


class StalledError(LinkError):
    """A connection says nothing although there would be something to say."""


class RefusedError(ChandleryError):
    """The venue refuses what was asked, and always will."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What every connection of a feed shares."""

    venue: Venue
    surroundings: Surroundings
    inbox: Inbox
    counts: FeedCounts
    missed: Missed


class Link:
    """One connection. `run` returns never: it raises what ended it, or is cancelled."""

    def __init__(self, plan: Plan, setting: Setting) -> None:
        self.plan = plan
        self.is_open = asyncio.Event()
        """Set when the venue has taken what was subscribed."""
        self.is_leaving = asyncio.Event()
        """Set when the venue says that it will close it."""
        self.is_stalled = False
        self._setting = setting
        self._clock = setting.surroundings.clock
        self._rhythm = Rhythm(setting.venue.limits.silent_s)
        self._heard_s = self._clock.elapsed()
        self._awaited = len(plan.subscribe)

    async def run(self) -> None:
        """Open the connection and put into the inbox what comes."""
        limits = self._setting.venue.limits
        try:
            # No compression: a frame is as large as it says, and small ones gain nothing.
            async with connect(
                self.plan.url,
                compression=None,
                max_size=limits.largest_frame,
                ping_interval=None,
                open_timeout=OPEN_S,
                close_timeout=1,
                proxy=None if urlsplit(self.plan.url).hostname in LOOPBACK else True,
            ) as socket:
                await self._talk(socket)
        except (OSError, WebSocketException, ssl.SSLError, TimeoutError) as error:
            message = str(error) or type(error).__name__
            raise LinkError(message) from error

    async def _talk(self, socket: ClientConnection) -> None:
        surroundings = self._setting.surroundings
        reading = asyncio.create_task(self._read(socket))
        keeping = asyncio.create_task(self._keep(socket))
        try:
            for text in self.plan.subscribe:
                await socket.send(text)
                await surroundings.sleep(1 / self._setting.venue.limits.messages_per_s)
            if not self.plan.subscribe:
                self.is_open.set()
            await asyncio.wait((reading, keeping), return_when=asyncio.FIRST_COMPLETED)
            for task in (reading, keeping):
                if task.done():
                    task.result()
        finally:
            await ended(reading, keeping)

    async def _read(self, socket: ClientConnection) -> None:
        """Read frame by frame, until the connection breaks."""
        inbox, counts = self._setting.inbox, self._setting.counts
        while True:
            frame = await socket.recv()
            counts.frames += 1
            self._heard_s = self._clock.elapsed()
            self._rhythm.heard(self._heard_s)
            self.is_stalled = False
            self._take(frame)
            if inbox.is_full:
                await inbox.room()

    def _take(self, frame: str | bytes) -> None:
        """Put into the inbox what a frame says; one that cannot be read is counted and sampled."""
        values: list[Value] = []
        try:
            for event in self._setting.venue.read(frame):
                self._sort(event, values)
        except InputError:
            self._setting.counts.sample(frame)
        if values:
            self._setting.inbox.put(values)

    def _sort(self, event: Event, values: list[Value]) -> None:
        if isinstance(event, TradeEvent):
            check_trade(event)
            values.append(event)
            # Of several messages the trades of one say nothing of the others.
            if self._awaited and len(self.plan.subscribe) == 1:
                self._acknowledge(everything=True)
        elif isinstance(event, BarEvent):
            check_bar(event)
            values.append(event)
        else:
            self._heed(event)

    def _heed(self, event: Acknowledged | Pong | Reconnect | Rejected) -> None:
        if isinstance(event, Acknowledged):
            self._acknowledge()
        elif isinstance(event, Reconnect):
            self.is_leaving.set()
        elif isinstance(event, Rejected):
            if event.is_fatal:
                raise RefusedError(event.reason, hint="look at the markets that are asked for")
            raise LinkError(event.reason)

    def _acknowledge(self, *, everything: bool = False) -> None:
        self._awaited = 0 if everything else max(0, self._awaited - 1)
        if not self._awaited:
            self.is_open.set()

    async def _keep(self, socket: ClientConnection) -> None:
        """Send heartbeats, and look what it is when nothing comes."""
        limits, surroundings = self._setting.venue.limits, self._setting.surroundings
        began_s = looked_s = beat_s = told_s = self._clock.elapsed()
        while True:
            await surroundings.sleep(min(limits.heartbeat_s, self._rhythm.limit_s) / 4)
            now_s = self._clock.elapsed()
            if not self.is_open.is_set() and now_s - began_s > OPEN_S:
                message = "the venue did not take the subscription"
                raise LinkError(message)
            if now_s - beat_s >= limits.heartbeat_s:
                beat_s = now_s
                await self._beat(socket)
            if self._heard_s > told_s:
                told_s = self._heard_s
                self._say_alive(told_s)
            if now_s - max(self._heard_s, looked_s) > self._rhythm.limit_s:
                await self._look(socket)
                looked_s = self._clock.elapsed()

    def _say_alive(self, heard_s: float) -> None:
        """Where ids tell nothing, what a connection brings is all there is up to then."""
        counts = self._setting.counts
        ago_us = round((self._clock.elapsed() - heard_s) * US)
        at_us = self._clock.now_us() - ago_us - counts.skew_us
        self._setting.inbox.put([Alive(self.plan.symbols, at_us)])

    async def _beat(self, socket: ClientConnection) -> None:
        now_us = self._clock.now_us()
        text = self._setting.venue.heartbeat(now_us // US)
        if text is not None:
            await socket.send(text)

    async def _look(self, socket: ClientConnection) -> None:
        """Find out whether silence means that nothing happens; raise if it does not."""
        self.is_stalled = True
        surroundings, heard_s = self._setting.surroundings, self._heard_s
        asked_s = self._clock.elapsed()
        try:
            await surroundings.within(_answer(socket), PONG_S)
        except TimeoutError:
            self._setting.counts.stalls += 1
            message = "silent, and no answer to a ping"
            raise StalledError(message) from None
        if await self._setting.missed(self.plan.symbols) and self._heard_s == heard_s:
            self._setting.counts.stalls += 1
            message = "silent although there are trades"
            raise StalledError(message)
        self._say_alive(asked_s)
        self.is_stalled = False


async def _answer(socket: ClientConnection) -> None:
    with suppress(WebSocketException):
        await (await socket.ping())
