"""Thousands of WebSocket clients in one process, as cheap as they can be."""

from __future__ import annotations

import json
import re
import select
import socket
import time
from array import array
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from benchmarks.ws_series import HISTORY, MARKETS, now_us, symbol

WAVE = 100
"""Clients that connect at once."""
TOO_SLOW = (1013).to_bytes(2) + b"too_slow"
CHARTS = 8
"""What a client follows that stops reading: so much that its buffers are full at once."""
_CLOSES = re.compile(rb'"c":(\d+)')
_HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def masked(payload: bytes, first: int = 0x81) -> bytes:
    """Return a client's frame; the mask is zero, which is allowed and saves the work."""
    size = len(payload)
    head = bytes((first, 0x80 | size)) if size < 126 else bytes((first, 0xFE)) + size.to_bytes(2)
    return head + bytes(4) + payload


PONG = masked(b"", 0x8A)


def subscribe(market: int, **more: object) -> bytes:
    """Return the frame that subscribes to a market's minutes."""
    fields = {"op": "subscribe", "channel": "candles", "symbol": symbol(market)}
    return masked(json.dumps(fields | {"interval": "1m"} | more).encode())


@dataclass
class Swarm:
    """Clients that each follow one series, round robin, and note how late each update is."""

    port: int
    every_us: int = 0
    """How often a market trades: what was conflated is counted as late as its oldest trade."""
    sockets: dict[int, socket.socket] = field(default_factory=dict)
    latencies: array[int] = field(default_factory=lambda: array("q"))
    messages: int = 0
    lost: int = 0
    _newest: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._poll = select.epoll()

    def connect(self, count: int, intervals: Sequence[str] = ("1m",)) -> float:
        """Connect clients and subscribe; return the seconds it took."""
        began = time.monotonic()
        for first in range(0, count, WAVE):
            new = [self._opened() for _ in range(min(WAVE, count - first))]
            for own in new:
                _receive_until(own, b'"hello"')
            for number, own in enumerate(new, first):
                asked = [subscribe(number % MARKETS, interval=text) for text in intervals]
                own.sendall(b"".join(asked))
                own.settimeout(0)
                self._poll.register(own.fileno(), select.EPOLLIN)
                self.sockets[own.fileno()] = own
        return time.monotonic() - began

    def _opened(self) -> socket.socket:
        own = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        own.sendall(_HANDSHAKE)
        return own

    def run(self, seconds: float, *, measured: bool = True) -> None:
        """Read what comes for some seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for number, _ in self._poll.poll(0.1, 4_096):
                self._read(number, measured=measured)

    def _read(self, number: int, *, measured: bool) -> None:
        own = self.sockets[number]
        try:
            got = own.recv(65_536)
        except OSError:
            got = b""
        if not got:
            self._poll.unregister(number)
            del self.sockets[number]
            own.close()
            self.lost += 1
            return
        if b'"heartbeat"' in got:
            own.send(PONG)
        found = _CLOSES.findall(got)
        if measured and b'"update"' in got:
            now = now_us()
            self.messages += got.count(b'"update"')
            # The bars before the last one of a message are older than the change it tells.
            made = int(found[-1])
            self.latencies.append(now - made)
            if self.every_us:
                before, self._newest[number] = self._newest.get(number, made), made
                conflated = range(made - self.every_us, before + self.every_us // 2, -self.every_us)
                self.latencies.extend(now - moment for moment in conflated)

    def close(self) -> None:
        """Hang up."""
        for own in self.sockets.values():
            own.close()
        self.sockets.clear()
        self._poll.close()


def stalled(port: int, count: int) -> Sequence[socket.socket]:
    """Return clients that follow some series and then read no more."""
    found = []
    for _ in range(count):
        own = socket.socket()
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        own.connect(("127.0.0.1", port))
        own.sendall(_HANDSHAKE)
        _receive_until(own, b'"hello"')
        own.sendall(b"".join(subscribe(market, bars=HISTORY) for market in range(CHARTS)))
        found.append(own)
    return found


def trickle(clients: Sequence[socket.socket]) -> None:
    """Read a kilobyte of each, if it is there."""
    for own in clients:
        own.settimeout(0)
        with suppress(OSError):
            own.recv(1_024)


def is_told(own: socket.socket) -> bool:
    """Read what is left; return whether the server said that the client was too slow."""
    own.settimeout(2)
    tail = b""
    try:
        while got := own.recv(65_536):
            tail = (tail + got)[-256:]
            if TOO_SLOW in tail:
                return True
    except OSError:
        return False
    return False


def _receive_until(own: socket.socket, text: bytes) -> bytes:
    got = b""
    while text not in got:
        part = own.recv(65_536)
        if not part:
            message = f"{text!r} expected, found {got[-200:]!r} and the end"
            raise ConnectionError(message)
        got += part
    return got
