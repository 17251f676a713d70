"""What may be followed over a stream."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec


class CandleFeed(msgspec.Struct, frozen=True):
    """The bars of a market. Whoever has bars already names the sequence they are of as `since`."""

    symbol: str
    interval: str
    bars: int = 2
    """Bars of the snapshot, at most 1,000."""
    since: int | None = None


class TradeFeed(msgspec.Struct, frozen=True):
    """The trades of a market, from now on."""

    symbol: str


class TickerFeed(msgspec.Struct, frozen=True):
    """The last 24 hours of a market in one line."""

    symbol: str


class StatusFeed(msgspec.Struct, frozen=True):
    """Whether the server is well."""


Feed: TypeAlias = CandleFeed | TradeFeed | TickerFeed | StatusFeed

CHANNELS: dict[type[Feed], str] = {
    CandleFeed: "candles",
    TradeFeed: "trades",
    TickerFeed: "ticker",
    StatusFeed: "status",
}


def subscription(feed: Feed, number: int, since: int | None) -> dict[str, Any]:
    """Return the message that asks for a feed; the answer to it carries the number."""
    named = {name: text for name in ("symbol", "interval") if (text := getattr(feed, name, None))}
    asked = {"op": "subscribe", "channel": CHANNELS[type(feed)], "id": number, **named}
    if isinstance(feed, CandleFeed):
        asked["bars"] = feed.bars
        if since is not None:
            asked["since"] = since
    return asked
