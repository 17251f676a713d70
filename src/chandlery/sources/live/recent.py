"""What a venue can say that gives only its most recent trades. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chandlery.sources.live.rest import GoneError, TradePage
from chandlery.sources.live.venue import TradeEvent


class PartlyGoneError(GoneError):
    """Only the newest part of what was asked for is left: `trades`, in ascending order."""

    def __init__(self, message: str, trades: Sequence[TradeEvent], *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.trades = trades


def recent_page(trades: Iterable[TradeEvent], start_us: int, end_us: int, most: int) -> TradePage:
    """Return those of the most recent trades with start <= time < end.

    A venue that gave fewer than `most` has no older ones; else they must reach back to before the
    start, or PartlyGoneError is raised with what there is.
    """
    known = sorted(trades, key=lambda trade: (trade.time_us, trade.sequence))
    found = [trade for trade in known if start_us <= trade.time_us < end_us]
    if len(known) >= most and known[0].time_us >= start_us:
        message = f"the venue gives only its last {len(known)} trades, and these begin later"
        raise PartlyGoneError(message, found, hint="the gap stays; shorter drops are filled")
    return TradePage(found)
