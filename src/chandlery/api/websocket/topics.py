"""What can be subscribed to. Pure."""

from __future__ import annotations

from typing import Literal, NamedTuple

from chandlery.core.resolution import Resolution

Channel = Literal["candles", "trades", "ticker", "gaps", "status"]
CHANNELS: tuple[Channel, ...] = ("candles", "trades", "ticker", "gaps", "status")

NO_MARKET = -1


class Topic(NamedTuple):
    """One thing to follow: a series of bars; a market's trades, ticker or gaps; or the status."""

    channel: Channel
    market: int = NO_MARKET
    resolution: Resolution | None = None
