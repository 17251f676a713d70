"""What can be asked of a venue afterwards: the protocol that filling gaps and history rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chandlery.core.errors import ChandleryError
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.sources.live.venue import BarEvent, TradeEvent


class RestError(ChandleryError):
    """The venue did not answer, or not with what was expected; it may later."""

    retryable = True


class GoneError(ChandleryError):
    """The venue does not have it, and never will: asking again is no use."""


@dataclass(frozen=True, slots=True)
class TradePage:
    """Trades in ascending order; `is_last` when there are no newer ones just now."""

    trades: Sequence[TradeEvent] = ()
    is_last: bool = True
    upto_us: int | None = None
    """Up to which moment it holds all, if that is after its last trade."""


@dataclass(frozen=True, slots=True)
class BarPage:
    """Closed bars in ascending order; `is_last` when there are no more in the range."""

    bars: Sequence[BarEvent] = ()
    is_last: bool = True


@dataclass(frozen=True, slots=True)
class Listed:
    """What a venue lists of the symbols that were asked for."""

    markets: dict[str, Market] = field(default_factory=dict)
    """By the venue's symbol; one that is not there does not exist."""
    halted: tuple[str, ...] = ()
    """Symbols that exist and are not traded just now."""


class Rest(Protocol):
    """Asks a venue within its limits. Calls raise RestError or GoneError."""

    async def listed(self, symbols: Sequence[str]) -> Listed:
        """Return what is known of symbols."""
        ...

    async def trades_after(self, symbol: str, after_id: int) -> TradePage:
        """Return the first trades with an id above `after_id`."""
        ...

    async def trades_between(self, symbol: str, start_us: int, end_us: int) -> TradePage:
        """Return the first trades with start <= time < end."""
        ...

    async def bars(self, symbol: str, resolution: Resolution, start: int, end: int) -> BarPage:
        """Return the first closed bars with start <= t < end, in seconds."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
