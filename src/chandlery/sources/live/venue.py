"""What a live venue must know of itself, and what its frames say. Pure: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import msgspec

from chandlery.core.resolution import Resolution


class TradeEvent(msgspec.Struct, frozen=True, gc=False):
    """A trade. `side` is the taker's; see core.trades."""

    symbol: str
    time_us: int
    price: str | float
    size: str | float
    side: int
    id: int | str
    sequence: int
    previous_id: int | None = None
    """The id before this one, where the venue's ids have no holes but do not ascend by one."""


class BarEvent(msgspec.Struct, frozen=True, gc=False):
    """A bar as the venue gives it; `t` is its time in seconds, NaN and 0 are unknown."""

    symbol: str
    resolution: Resolution
    t: int
    o: float
    h: float
    l: float  # noqa: E741 - the column's name everywhere
    c: float
    v: float
    q: float
    n: int
    bv: float
    is_closed: bool


class Acknowledged(msgspec.Struct, frozen=True, gc=False):
    """The venue has taken a subscription."""

    text: str = ""


class Pong(msgspec.Struct, frozen=True, gc=False):
    """The venue has answered a heartbeat."""


class Reconnect(msgspec.Struct, frozen=True, gc=False):
    """The venue is about to close this connection."""

    reason: str = ""


class Rejected(msgspec.Struct, frozen=True, gc=False):
    """The venue refuses what was asked; asking again is no use if `is_fatal`."""

    reason: str
    is_fatal: bool = False


Event: TypeAlias = TradeEvent | BarEvent | Acknowledged | Pong | Reconnect | Rejected


@dataclass(frozen=True, slots=True)
class Plan:
    """One connection: where it goes, what is said first, and whose frames come over it."""

    url: str
    subscribe: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VenueLimits:
    """What a venue allows a connection."""

    messages_per_s: float = 5.0
    """Texts that may be sent to it a second."""
    longest_life_s: float = 23.5 * 3_600
    """A connection is renewed at this age, before the venue cuts it."""
    silent_s: float = 30.0
    """When a connection that says nothing is looked into, at the latest."""
    heartbeat_s: float = 20.0
    """How often `heartbeat` is asked for."""
    largest_frame: int = 4_194_304
    """Bytes."""


class Venue(Protocol):
    """A live venue. Everything here is pure."""

    @property
    def name(self) -> str:
        """What positions are saved under and feeds are called."""
        ...

    @property
    def limits(self) -> VenueLimits:
        """What it allows a connection."""
        ...

    @property
    def are_ids_contiguous(self) -> bool:
        """Whether a symbol's trade ids have no holes, so that a hole is a trade we missed."""
        ...

    @property
    def gives_trades(self) -> bool:
        """Whether trades are among what it was asked for; if not, only bars come."""
        ...

    @property
    def bar(self) -> Resolution | None:
        """The bars it was asked for; None: none."""
        ...

    def plans(self, symbols: Sequence[str]) -> list[Plan]:
        """Return the connections that bring these symbols, within the venue's limits."""
        ...

    def read(self, frame: str | bytes) -> Iterator[Event] | Iterable[Event]:
        """Yield what a frame says; nothing if it is not for us.

        A frame that cannot be read raises InputError.
        """
        ...

    def heartbeat(self, now_s: int) -> str | None:
        """Return the text to send now and then so that the connection lives; None: none."""
        ...

    def market_of(self, symbol: str) -> str:
        """Return the market, such as `BINANCE:BTCUSDT`, of one of the venue's own symbols."""
        ...
