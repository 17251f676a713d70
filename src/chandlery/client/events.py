"""What comes over a stream, as values. A type that is not here is left out, as more may come."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from chandlery.client.values import Candle, Ticker, Trade


class BarEvent(msgspec.Struct, frozen=True):
    """Bars of a market, each whole, in order of time: replace those of the same `t`, or add them.

    `closed` says whether the last one has ended; all before it have. `sequence` is what to
    resume with.
    """

    symbol: str
    interval: str
    sequence: int
    closed: bool
    bars: tuple[Candle, ...]


class Snapshot(BarEvent, frozen=True):
    """The newest bars, at the beginning and after a resync."""


class Update(BarEvent, frozen=True):
    """Bars that are new or go on; none: nothing was missed."""


class Correction(BarEvent, frozen=True):
    """Bars that had been closed and are different now."""


class Resync(msgspec.Struct, frozen=True):
    """What was missed is not known: forget the bars of this series; a snapshot follows."""

    symbol: str
    interval: str


class TradesEvent(msgspec.Struct, frozen=True):
    """New trades; `skipped` were left out before them, as more came than could be sent."""

    symbol: str
    skipped: int
    trades: tuple[Trade, ...]


class TickerEvent(msgspec.Struct, frozen=True):
    """The last 24 hours of a market, newly."""

    symbol: str
    ticker: Ticker


class StatusEvent(msgspec.Struct, frozen=True):
    """`ok`; `failing`, with the reason; or `draining`: the server is about to stop."""

    status: str
    reason: str = ""
    within_s: float | None = None


class Lost(msgspec.Struct, frozen=True):
    """The connection was lost, or could not be made, and is made again after a pause.

    Bars are caught up with then; trades that come meanwhile are not sent again.
    """

    reason: str
    pause_s: float


Message: TypeAlias = (
    Snapshot | Update | Correction | Resync | TradesEvent | TickerEvent | StatusEvent
)
Event: TypeAlias = Message | Lost

KINDS: dict[str, type[Message]] = {
    "snapshot": Snapshot,
    "update": Update,
    "correction": Correction,
    "resync": Resync,
    "trades": TradesEvent,
    "ticker": TickerEvent,
    "status": StatusEvent,
}
"""The types of messages that are events."""
