"""What a venue can say that gives only its most recent trades. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chandlery.sources.live.rest import GoneError, TradePage
from chandlery.sources.live.venue import TradeEvent


class PartlyGoneError(GoneError):
    """Only what is of `from_us` or later is left; `trades` are those of it that came along."""

    def __init__(
        self, message: str, from_us: int, trades: Sequence[TradeEvent] = (), *, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.from_us = from_us
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
        hint = "the gap stays; shorter drops are filled"
        # There may be more of the oldest one's moment.
        raise PartlyGoneError(message, known[0].time_us + 1, found, hint=hint)
    return TradePage(found)
