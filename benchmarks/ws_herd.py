"""Thousands of clients that keep what they were told, are cut off together and all come back."""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec
import numpy as np

from benchmarks.ws_clients import PONG, masked

HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
BARS = 300
"""Of a snapshot: as far back as a client may have been away."""
AGAIN_S = 0.5
"""After how long a client that was refused tries again, at most; at random."""
REFUSED_S = 2.0
"""After how long one that is connected, and was told to, asks again, at most."""
RESET = struct.pack("ii", 1, 0)

Bar: TypeAlias = dict[str, Any]


@dataclass(slots=True, eq=False)
class Member:
    """One client: what it follows, what it has seen, and its connection if it has one."""

    symbol: str
    interval: str
    sequence: int | None = None
    bars: dict[int, Bar] = field(default_factory=dict)
    own: socket.socket | None = None
    got: bytes = b""
    is_upgraded: bool = False
    is_back: bool = False
    is_refused: bool = False
    resyncs: int = 0

    def connect(self, port: int) -> socket.socket:
        """Begin to connect."""
        self.got, self.is_upgraded, self.is_back, self.is_refused = b"", False, False, False
        self.own = socket.socket()
        self.own.settimeout(0)
        self.own.connect_ex(("127.0.0.1", port))
        return self.own

    def cut(self) -> None:
        """Be gone without a word, as when a network is."""
        self.is_back = False
        if self.own is not None:
            self.own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.own.close()
            self.own = None

    def asks(self) -> bytes:
        """Return the frame that subscribes, from where it was cut off."""
        asked: Bar = {"op": "subscribe", "channel": "candles", "symbol": self.symbol}
        asked |= {"interval": self.interval, "bars": BARS}
        if self.sequence is not None:
            asked["since"] = self.sequence
        return masked(msgspec.json.encode(asked))

    def take(self, data: bytes) -> bytes:
        """Take in what came; return what is to be answered."""
        self.got += data
        if not self.is_upgraded:
            head, end, rest = self.got.partition(b"\r\n\r\n")
            if not end:
                return b""
            if not head.startswith(b"HTTP/1.1 101"):
                raise ConnectionError(head.decode())
            self.is_upgraded, self.got = True, rest
        answers = [self._frame(first, payload) for first, payload in self._frames()]
        return b"".join(answers)

    def _frames(self) -> Iterable[tuple[int, bytes]]:
        while len(self.got) >= 2:
            size, at = self.got[1], 2
            if size == 126:
                size, at = int.from_bytes(self.got[2:4]), 4
            elif size == 127:
                size, at = int.from_bytes(self.got[2:10]), 10
            if len(self.got) < at + size:
                return
            first, payload = self.got[0], self.got[at : at + size]
            self.got = self.got[at + size :]
            yield first, payload

    def _frame(self, first: int, payload: bytes) -> bytes:
        if first == 0x89:
            return PONG
        if first == 0x88:
            raise ConnectionError(payload[2:].decode())
        message = msgspec.json.decode(payload)
        kind = message["type"]
        if kind == "hello":
            return self.asks()
        if kind == "subscribed":
            self.is_back = True
        elif kind == "error":
            # The server is busy, and says when to ask again.
            self.is_refused = True
        elif kind == "resync":
            self.resyncs += 1
        elif kind in ("snapshot", "update", "correction"):
            self.bars |= {bar["t"]: bar for bar in message["bars"]}
            self.sequence = message["sequence"]
        return b""


class Herd:
    """All of them, in one thread."""

    def __init__(self, port: int, symbols: Sequence[str], count: int, interval: str) -> None:
        self._port = port
        self._poll = select.epoll()
        self._by_number: dict[int, Member] = {}
        self._due: list[tuple[float, Member]] = []
        self._random = np.random.default_rng(5)
        self.refused = 0
        """Subscriptions that were to be asked for again."""
        self.members = [Member(symbols[n % len(symbols)], interval) for n in range(count)]

    @property
    def back(self) -> int:
        """How many follow their series."""
        return sum(member.is_back for member in self.members)

    def cut(self) -> None:
        """Cut everybody off at once."""
        for member in self.members:
            self._forget(member)
            member.cut()

    def come(self, within_s: float = 0.0) -> None:
        """Have those who are away come at random moments within a time; without one at once."""
        now = time.monotonic()
        away = [member for member in self.members if member.own is None]
        due = now + self._random.random(len(away)) * within_s
        self._due = sorted(zip(due.tolist(), away, strict=True), key=lambda pair: -pair[0])

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> float:
        """Go on for so long, or until something holds; return how long it took."""
        began = time.monotonic()
        looked = 0.0
        while (now := time.monotonic()) - began < seconds:
            if now - looked > 0.05:
                looked = now
                if until():
                    break
            while self._due and self._due[-1][0] <= now:
                self._begin(self._due.pop()[1])
            for number, events in self._poll.poll(0.01, 2_048):
                self._step(self._by_number[number], events)
        return time.monotonic() - began

    def _begin(self, member: Member) -> None:
        if member.own is None:
            own = member.connect(self._port)
            self._by_number[own.fileno()] = member
            self._poll.register(own.fileno(), select.EPOLLOUT)
        else:
            # Whether it is gone meanwhile is seen when it is read.
            with suppress(OSError):
                member.own.send(member.asks())

    def _step(self, member: Member, events: int) -> None:
        own = member.own
        if own is None:
            return
        try:
            if events & (select.EPOLLERR | select.EPOLLHUP) and not events & select.EPOLLIN:
                raise ConnectionError
            if events & select.EPOLLOUT:
                own.send(HANDSHAKE)
                self._poll.modify(own.fileno(), select.EPOLLIN)
            elif data := own.recv(65_536):
                if answer := member.take(data):
                    own.send(answer)
                if member.is_refused:
                    member.is_refused = False
                    self.refused += 1
                    self._soon(member, REFUSED_S)
            else:
                raise ConnectionError
        except OSError:
            self._again(member)

    def _again(self, member: Member) -> None:
        """Try again a little later."""
        self._forget(member)
        member.cut()
        self._soon(member, AGAIN_S)

    def _soon(self, member: Member, within_s: float) -> None:
        due = time.monotonic() + float(self._random.random()) * within_s
        self._due.append((due, member))
        self._due.sort(key=lambda pair: -pair[0])

    def _forget(self, member: Member) -> None:
        if member.own is not None:
            self._poll.unregister(member.own.fileno())
            del self._by_number[member.own.fileno()]

    def close(self) -> None:
        """Hang up."""
        self.cut()
        self._poll.close()
