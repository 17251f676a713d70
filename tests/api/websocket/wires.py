"""A client's end that keeps what it is sent, and can stop to take it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from chandlery.api.websocket.client import Client
from chandlery.api.websocket.gate import Admission, Anyone
from chandlery.api.websocket.hub import Hub
from chandlery.api.websocket.messages import NO_ID
from chandlery.api.websocket.protocol import Subscribe, Unsubscribe
from chandlery.api.websocket.topics import Topic


def payloads(data: bytes) -> list[bytes]:
    """Return what the text frames in some bytes hold."""
    found = []
    while data:
        size, at = data[1], 2
        if size == 126:
            size, at = int.from_bytes(data[2:4]), 4
        elif size == 127:
            size, at = int.from_bytes(data[2:10]), 10
        if data[0] == 0x81:
            found.append(data[at : at + size])
        data = data[at + size :]
    return found


@dataclass
class KeptWire:
    """Keeps frames. While `peer` is paused they count as its buffer."""

    heard: bool = False
    frames: list[bytes] = field(default_factory=list)
    waiting: int = 0
    closed: tuple[int, str] | None = None

    @property
    def write(self) -> Callable[[bytes], None]:
        return self.take

    def take(self, frame: bytes) -> None:
        self.frames.append(frame)

    def buffered(self) -> int:
        return self.waiting

    def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)


@dataclass
class Follower:
    """A client of a hub, on a wire that is kept."""

    hub: Hub
    wire: KeptWire
    client: Client

    @classmethod
    def of(cls, hub: Hub, who: str = "here") -> Follower:
        wire = KeptWire()
        return cls(hub, wire, hub.join(wire, Admission(Anyone(), who)))

    async def follow(self, topic: Topic, bars: int = 2, since: int | None = None) -> None:
        await self.hub.subscribe(self.client, Subscribe(topic, NO_ID, bars, since))

    def unfollow(self, topic: Topic) -> None:
        self.hub.unsubscribe(self.client, Unsubscribe(topic, NO_ID))

    def said(self) -> list[dict[str, Any]]:
        """Return the messages since this was last asked."""
        data = b"".join(self.wire.frames)
        self.wire.frames.clear()
        return [msgspec.json.decode(text, type=dict[str, Any]) for text in payloads(data)]

    def types(self) -> list[str]:
        return [message["type"] for message in self.said()]
