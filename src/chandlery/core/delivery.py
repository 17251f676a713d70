"""What a source hands over at once, to be made durable in one transaction. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from chandlery.core.candles import Bars
from chandlery.core.trades import Trades


@dataclass(frozen=True, slots=True)
class Coverage:
    """A half-open interval in seconds that a source has really seen of a market."""

    market: int
    kind: str
    start: int
    end: int


GapState = Literal["open", "filling", "lost"]


@dataclass(frozen=True, slots=True)
class Gap:
    """A half-open interval in seconds that a source knows it has not seen of a market.

    `end` is None as long as nothing is seen again. It is `open`, being filled, or `lost`: it can
    never be filled, and `reason` says why.
    """

    market: int
    kind: str
    start: int
    end: int | None
    reason: str
    state: GapState = "open"
    is_closing: bool = False
    """Whether a gap without an end that it meets has its end where this one has."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Trades, bars and what they prove: all of it becomes durable, or none.

    `positions` says, per source, up to where it has been read, in words of its own. Gaps count
    before the coverage: what is covered closes them.
    """

    trades: Trades = field(default_factory=Trades.empty)
    bars: tuple[Bars, ...] = ()
    positions: dict[str, str] = field(default_factory=dict)
    coverage: tuple[Coverage, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def __len__(self) -> int:
        return len(self.trades) + sum(len(bars.candles) for bars in self.bars)


__all__ = ["Bars", "Coverage", "Delivery", "Gap", "GapState"]
