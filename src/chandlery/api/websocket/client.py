"""One connected client: what it follows, and whether it takes what it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Protocol as Shape

from chandlery.api.websocket.frames import text_frame
from chandlery.api.websocket.limits import CLOSES, Code
from chandlery.api.websocket.messages import error
from chandlery.api.websocket.protocol import Protocol
from chandlery.api.websocket.topics import Topic

if TYPE_CHECKING:
    from chandlery.api.websocket.feed import Feed


class Wire(Shape):
    """A connection that takes finished frames without being waited for."""

    heard: bool
    """Whether anything came in since this was last set to False."""

    @property
    def write(self) -> Callable[[bytes], None]:
        """Puts frames on the wire, or in its buffer."""
        ...

    def buffered(self) -> int:
        """Return the bytes that wait in the buffer."""
        ...

    def close(self, code: int, reason: str) -> None:
        """Say goodbye, and close when the other side has, or does not in time."""
        ...


class Peer(Shape):
    """Is told by a wire whether it takes more."""

    def paused(self) -> None:
        """Its buffer is full."""
        ...

    def resumed(self) -> None:
        """Its buffer has drained."""
        ...

    def gone(self) -> None:
        """The connection is lost, or closing."""
        ...


@dataclass(slots=True)
class Subscription:
    """A feed, and how many bars the client wants in a snapshot of it."""

    feed: Feed
    bars: int


@dataclass(slots=True)
class Handlers:
    """What clients tell the hub."""

    now: Callable[[], float]
    drained: Callable[[Client], None]
    closed: Callable[[Code], None]
    most_buffer_bytes: int


class Client:
    """Written to while it is `ready`; what it misses meanwhile its feeds know."""

    __slots__ = (
        "_handlers",
        "_wire",
        "is_gone",
        "paused_at",
        "protocol",
        "ready",
        "subscriptions",
        "who",
        "write",
    )

    def __init__(self, wire: Wire, protocol: Protocol, who: str, handlers: Handlers) -> None:
        self.protocol = protocol
        self.who = who
        self.subscriptions: dict[Topic, Subscription] = {}
        self.ready = True
        self.is_gone = False
        self.paused_at: float | None = None
        self.write = wire.write
        self._wire = wire
        self._handlers = handlers

    def heard(self) -> bool:
        """Return whether the client gave a sign of life since this was last asked."""
        wire = self._wire
        heard, wire.heard = wire.heard, False
        return heard

    def send(self, payload: bytes) -> None:
        """Send a message that is for this client alone."""
        if self.is_gone:
            return
        self.write(text_frame(payload))
        if not self.ready and self._wire.buffered() > self._handlers.most_buffer_bytes:
            self.close_slow()

    def close(self, code: Code, message: str, hint: str = "") -> None:
        """Say why, and close."""
        if not self.is_gone:
            self.write(text_frame(error(code, message, hint)))
            self.end(code)

    def close_slow(self) -> None:
        """Close a client that does not drain: what waits for it is enough."""
        self.end(Code.TOO_SLOW)

    def end(self, code: Code) -> None:
        """Close without a message."""
        if not self.is_gone:
            self.gone()
            self._handlers.closed(code)
            self._wire.close(CLOSES[code], code)

    # Told by the wire

    def paused(self) -> None:
        """See Peer.paused."""
        self.ready = False
        if self.paused_at is None:
            self.paused_at = self._handlers.now()

    def resumed(self) -> None:
        """See Peer.resumed."""
        self.paused_at = None
        if not self.is_gone:
            self.ready = True
            self._handlers.drained(self)

    def gone(self) -> None:
        """See Peer.gone."""
        self.is_gone = True
        self.ready = False
