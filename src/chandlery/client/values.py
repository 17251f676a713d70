"""What a server answers, as values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, overload

import msgspec
from typing_extensions import override

Side = Literal["buy", "sell"]


class Candle(msgspec.Struct, frozen=True):
    """A bar. `t` is in seconds since 1970, UTC; None is: not known."""

    t: int
    o: float
    h: float
    l: float  # noqa: E741 - the column's name everywhere
    c: float
    v: float
    q: float | None
    n: int
    bv: float | None


class Trade(msgspec.Struct, frozen=True):
    """A trade. `time` is in microseconds since 1970, UTC; `side` is the taker's."""

    time: int
    price: float
    size: float
    side: Side | None
    id: str


class Ticker(msgspec.Struct, frozen=True):
    """The last 24 hours of a market. `time` is that of the newest bar, in seconds."""

    symbol: str = ""
    last: float | None = None
    time: int | None = None
    open: float | None = None
    high: float | None = None
    low: float | None = None
    volume: float | None = None
    quote_volume: float | None = None
    change: float | None = None
    change_percent: float | None = None
    trades: int | None = None


class Symbol(msgspec.Struct, frozen=True):
    """What is known of a market."""

    symbol: str
    exchange: str
    base: str
    quote: str
    type: str
    description: str
    session: str
    time_zone: str
    price_scale: int
    volume_precision: int


class NewTrade(msgspec.Struct, frozen=True, omit_defaults=True):
    """A trade to push. `time` is in microseconds since 1970, UTC.

    With an `id` it may be pushed any number of times and is stored once.
    """

    symbol: str
    time: int
    price: float
    size: float
    side: Side | None = None
    id: str | int | None = None
    sequence: int | None = None
    """The order among trades of one instant."""


class Rejected(msgspec.Struct, frozen=True):
    """A trade that was not taken: its place among those that were pushed, and why."""

    index: int
    reason: str


class Pushed(msgspec.Struct, frozen=True):
    """What became of trades that were pushed."""

    accepted: int = 0
    duplicate: int = 0
    rejected: tuple[Rejected, ...] = ()

    def plus(self, later: Pushed, offset: int) -> Pushed:
        """Return both together; the later one's trades began at `offset`."""
        moved = tuple(Rejected(each.index + offset, each.reason) for each in later.rejected)
        return Pushed(
            self.accepted + later.accepted,
            self.duplicate + later.duplicate,
            self.rejected + moved,
        )


@dataclass(frozen=True, slots=True)
class Series(Sequence[Candle]):
    """Bars of one market in order of time. `interval` is theirs, also if coarser ones came."""

    symbol: str
    interval: str
    candles: tuple[Candle, ...]

    @override
    def __len__(self) -> int:
        return len(self.candles)

    @override
    def __iter__(self) -> Iterator[Candle]:
        return iter(self.candles)

    @overload
    def __getitem__(self, index: int) -> Candle: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Candle, ...]: ...

    @override
    def __getitem__(self, index: int | slice) -> Candle | tuple[Candle, ...]:
        return self.candles[index]
