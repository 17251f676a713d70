"""All clients and all feeds: who may come, what is due, who is too slow, and an orderly end."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import structlog

from chandlery.api.websocket.candle_feed import Shop
from chandlery.api.websocket.client import Client, Handlers, Subscription, Wire
from chandlery.api.websocket.feeds import Feeds
from chandlery.api.websocket.frames import PING_FRAME, text_frame
from chandlery.api.websocket.gate import Admission, Refusal
from chandlery.api.websocket.latest_feed import LatestFeed, TickerOf
from chandlery.api.websocket.limits import ROUTE, Code, Limits
from chandlery.api.websocket.messages import encoded, name_of, replied
from chandlery.api.websocket.openings import Openings
from chandlery.api.websocket.protocol import Beat, Close, Protocol, Subscribe, Unsubscribe
from chandlery.api.websocket.pump import Pump
from chandlery.api.websocket.status import Outlook
from chandlery.api.websocket.topics import NO_MARKET, Topic
from chandlery.core.columns import US
from chandlery.engine.gaps import Gap, gaps
from chandlery.engine.recorder import Recorded
from chandlery.engine.server import Server

SWEEP_S = 1.0
AT_ONCE = 500
"""Clients that are looked after, or closed, between two turns of everything else."""
PHASES = 97
"""Into so many parts heartbeats are spread."""

_log = structlog.get_logger()


@dataclass(slots=True)
class HubFigures:
    """What the hub did since it began."""

    connected: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Handshakes, by error code."""
    closed: Counter[str] = field(default_factory=Counter)
    """Connections that the server closed, by error code."""


class Hub:
    """Brings what happens to those who follow it. Lives on the event loop."""

    def __init__(self, server: Server, ticker_of: TickerOf, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.figures = HubFigures()
        self.clients: dict[Client, None] = {}
        self.registry = server.engine.registry
        self._server = server
        self._clock = server.clock
        self.pump = Pump(self.limits.slice_s)
        self.openings = Openings(server.clock)
        shop = Shop(
            server.live, self.registry, server.clock, self.limits, self._gaps_of, self.openings
        )
        self.feeds = Feeds(shop, ticker_of, self.pump)
        self._connected: Counter[str] = Counter()
        self._handlers = Handlers(
            now=server.clock.elapsed,
            drained=_drained,
            closed=self._closed,
            most_buffer_bytes=self.limits.most_buffer_bytes,
        )
        self._is_draining = False
        self._outlook = Outlook.of(server, is_draining=False)
        self._tell(self.feeds.status, self._outlook)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow the server until the block ends."""
        self._server.listeners.append(self._on_recorded)
        sweeping = asyncio.create_task(self._sweep_for_ever())
        try:
            yield
        finally:
            self._server.listeners.remove(self._on_recorded)
            sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await sweeping

    # Clients

    def refusal(self, who: str = "") -> Refusal | None:
        """Return why no more clients may come just now, or none of these."""
        limits = self.limits
        if self._is_draining:
            return Refusal(503, Code.DRAINING, "the server is stopping", "connect again soon")
        if len(self.clients) >= limits.most_clients:
            message = f"{limits.most_clients} clients are connected, and more may not be"
            return Refusal(503, Code.TOO_MANY_CLIENTS, message, "connect again later")
        if who and self._connected[who] >= limits.most_per_address:
            message = f"{limits.most_per_address} connections from this address, or with this key"
            hint = "follow more over one connection, or close one"
            return Refusal(429, Code.TOO_MANY_FROM_ADDRESS, message, hint)
        return None

    def refuse(self, refusal: Refusal, seconds: float) -> None:
        """Count a handshake that was refused."""
        self.figures.refused[refusal.code] += 1
        self.note_handshake(refusal.status, seconds)

    def note_handshake(self, status: int, seconds: float) -> None:
        """Count a handshake among the requests."""
        self._server.statistics.observe(ROUTE, status, seconds)

    def join(self, wire: Wire, admitted: Admission) -> Client:
        """Take in a client whose handshake is done."""
        now, principal = self._clock.elapsed(), admitted.principal
        protocol = Protocol(self.limits, self.registry, principal, now)
        protocol.stagger(self.figures.connected % PHASES / PHASES)
        client = Client(wire, protocol, admitted.who, self._handlers)
        self.clients[client] = None
        self._connected[admitted.who] += 1
        self.figures.connected += 1
        return client

    def leave(self, client: Client) -> None:
        """Forget a client and all it followed."""
        client.gone()
        if client not in self.clients:
            return
        del self.clients[client]
        self._connected[client.who] -= 1
        if not self._connected[client.who]:
            del self._connected[client.who]
        for topic in list(client.subscriptions):
            self._unfollow(client, topic)

    async def subscribe(self, client: Client, asked: Subscribe) -> None:
        """Have a client follow a topic."""
        feed = await self.feeds.acquire(asked.topic)
        if isinstance(feed, LatestFeed) and asked.topic.channel == "status":
            self._tell(feed, self._outlook)
        try:
            await feed.prepare(asked.bars)
        except BaseException:
            self.feeds.release(feed)
            raise
        if client.is_gone or asked.topic in client.subscriptions:
            self.feeds.release(feed)
        if client.is_gone:
            return
        client.subscriptions[asked.topic] = Subscription(feed, asked.bars)
        feed.add(client, asked.since, replied("subscribed", self._name(asked.topic), asked.id))

    def unsubscribe(self, client: Client, asked: Unsubscribe) -> None:
        """Have a client follow a topic no more."""
        self._unfollow(client, asked.topic)
        client.send(replied("unsubscribed", self._name(asked.topic), asked.id))

    def now_us(self) -> int:
        """Return the time."""
        return self._clock.now_us()

    def now(self) -> float:
        """Return seconds of a clock that never steps."""
        return self._clock.elapsed()

    def _unfollow(self, client: Client, topic: Topic) -> None:
        followed = client.subscriptions.pop(topic, None)
        if followed is not None:
            followed.feed.remove(client)
            self.feeds.release(followed.feed)

    def _name(self, topic: Topic) -> bytes:
        return name_of(topic.channel, self._symbol(topic.market), str(topic.resolution or ""))

    def _closed(self, code: Code) -> None:
        self.figures.closed[code] += 1

    # What happens

    def _on_recorded(self, recorded: Recorded) -> None:
        self.feeds.add_trades(recorded.trades)
        self.feeds.note_seen(recorded.seen)

    def _gaps_of(self, market: int, kind: str) -> list[Gap]:
        return gaps(self._server.engine, market, kind, self.now_us() // US)

    async def _sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                self._tell_status()
                self.feeds.look_at_gaps()
                self.openings.let_go()
                await self.sweep()
            except Exception:  # noqa: BLE001 - the next sweep must come, whatever this one met
                _log.exception("clients were not all looked after")

    async def sweep(self) -> None:
        """Give signs of life, and close who gives none or does not drain."""
        beat = text_frame(encoded("heartbeat", {"time": self.now_us()})) + PING_FRAME
        now, drain_s = self.now(), self.limits.drain_s
        for number, client in enumerate(list(self.clients)):
            if number % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
            # Most of ten thousand clients are let be with no more than this.
            if now < client.protocol.due and client.paused_at is None:
                continue
            if client.is_gone:
                continue
            if client.paused_at is not None and now - client.paused_at >= drain_s:
                client.close_slow()
                continue
            self._look_after(client, now, beat)

    def _look_after(self, client: Client, now: float, beat: bytes) -> None:
        if client.heard():
            client.protocol.is_alive()
        for action in client.protocol.tick(now):
            if isinstance(action, Close):
                client.close(action.code, action.message, action.hint)
            elif isinstance(action, Beat) and client.ready:
                client.write(beat)

    def _tell_status(self) -> None:
        outlook = Outlook.of(self._server, is_draining=self._is_draining)
        if outlook == self._outlook:
            return
        self._outlook = outlook
        for feed in self.feeds.statuses.values():
            self._tell(feed, outlook)

    def _tell(self, feed: LatestFeed, outlook: Outlook) -> None:
        market = feed.topic.market
        if feed.put(outlook.message(market, self._symbol(market))) and len(feed):
            self.pump.touch(feed)

    def _symbol(self, market: int) -> str:
        return "" if market == NO_MARKET else self.registry.market(market).symbol

    # The end

    async def close(self, spread_s: float = 0.0) -> None:
        """Tell every client to go, then close them one after the other over some seconds."""
        self._is_draining = True
        self._tell_status()
        message = {"channel": "status", "status": "draining", "reason": "", "within_s": spread_s}
        frame = text_frame(encoded("status", message))
        clients = list(self.clients)
        await _in_parts(clients, 0.0, lambda client: client.ready and client.write(frame))
        await _in_parts(clients, spread_s, lambda client: client.end(Code.DRAINING))


async def _in_parts(
    clients: list[Client], spread_s: float, work: Callable[[Client], object]
) -> None:
    """Do something with each client, evenly over some seconds."""
    if not clients:
        return
    pause = spread_s / len(clients)
    size = max(1, min(AT_ONCE, round(0.05 / pause))) if pause else AT_ONCE
    for first in range(0, len(clients), size):
        part = clients[first : first + size]
        for client in part:
            work(client)
        await asyncio.sleep(pause * len(part))


def _drained(client: Client) -> None:
    for followed in list(client.subscriptions.values()):
        followed.feed.catch_up(client)
        if not client.ready:
            break
