"""What the parts of a feed tell its ledger, besides the events of a venue. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from chandlery.sources.live.venue import BarEvent, TradeEvent


@dataclass(frozen=True, slots=True)
class Lost:
    """A connection is gone: nothing more is seen of its symbols."""

    symbols: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """A connection brings its symbols from this moment (of the venue) on."""

    symbols: tuple[str, ...]
    at_us: int


@dataclass(frozen=True, slots=True)
class Alive:
    """Up to this moment everything has come that a connection was to bring."""

    symbols: tuple[str, ...]
    at_us: int


@dataclass(frozen=True, slots=True)
class Proved:
    """The venue was asked, and has nothing newer of a symbol that is from before this moment."""

    symbol: str
    at_us: int


@dataclass(frozen=True, slots=True)
class Passed:
    """The venue was asked, and has no trades up to this id (or moment) that it did not give.

    With a reason it could not be asked, and what is missing there is lost.
    """

    symbol: str
    upto: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What a symbol missed while nothing was seen of it has been asked for."""

    symbol: str
    is_bars: bool = False
    upto: int | None = None
    """Of bars: the moment in seconds up to which."""
    round: int = 0
    """Which connection's beginning it is about."""


Value: TypeAlias = TradeEvent | BarEvent | Lost | Resumed | Alive | Proved | Passed | CaughtUp
