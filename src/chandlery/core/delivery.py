"""What a source hands over at once, to be made durable in one transaction. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from chandlery.core.candles import Bars
from chandlery.core.trades import Trades


@dataclass(frozen=True, slots=True)
class Coverage:
    """A half-open interval in seconds that a source has really seen of a market."""

    market: int
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """Trades, bars and what they prove: all of it becomes durable, or none.

    `positions` says, per source, up to where it has been read, in words of its own.
    """

    trades: Trades = field(default_factory=Trades.empty)
    bars: tuple[Bars, ...] = ()
    positions: dict[str, str] = field(default_factory=dict)
    coverage: tuple[Coverage, ...] = ()

    def __len__(self) -> int:
        return len(self.trades) + sum(len(bars.candles) for bars in self.bars)


__all__ = ["Bars", "Coverage", "Delivery"]
