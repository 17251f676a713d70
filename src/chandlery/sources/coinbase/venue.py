"""Coinbase as a live venue: the trades of the Exchange feed, or of Advanced Trade's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from chandlery.core.resolution import Resolution
from chandlery.sources.coinbase import parse
from chandlery.sources.live.plans import shared_out
from chandlery.sources.live.venue import Event, Plan, VenueLimits

Feed = Literal["exchange", "advanced"]

WS_URL = "wss://ws-feed.exchange.coinbase.com"
ADVANCED_WS_URL = "wss://advanced-trade-ws.coinbase.com"

MOST_PRODUCTS = 100
"""Of a connection: so that a slow reader is never behind on too many."""

# Both feeds have a heartbeat every second, so silence means that the connection is gone.
_LIMITS = VenueLimits(messages_per_s=8.0, silent_s=15.0)


@dataclass(frozen=True, slots=True)
class Coinbase:
    """See `Venue`. Symbols are products: `BTC-USD`.

    The Exchange feed sends every match at once and is what REST fills; Advanced Trade collects
    them for a quarter of a second. Their ids and times are the same.
    """

    url: str = WS_URL
    feed: Feed = "exchange"

    name = "coinbase"
    limits = _LIMITS
    are_ids_contiguous = True
    gives_trades = True

    @property
    def bar(self) -> Resolution | None:
        """See `Venue.bar`: only trades are subscribed to."""
        return None

    def plans(self, symbols: Sequence[str]) -> list[Plan]:
        """See `Venue.plans`."""
        return shared_out(self.url, symbols, MOST_PRODUCTS, self._texts)

    def read(self, frame: str | bytes) -> Iterator[Event]:
        """See `Venue.read`."""
        return parse.read(frame)

    def heartbeat(self, now_s: int) -> str | None:
        """See `Venue.heartbeat`: Coinbase sends them."""
        return None

    def market_of(self, symbol: str) -> str:
        """See `Venue.market_of`."""
        return f"COINBASE:{symbol}"

    def _texts(self, symbols: Sequence[str]) -> list[object]:
        products = list(symbols)
        if self.feed == "exchange":
            channels = ["matches", "heartbeat"]
            return [{"type": "subscribe", "product_ids": products, "channels": channels}]
        return [
            {"type": "subscribe", "product_ids": products, "channel": "market_trades"},
            {"type": "subscribe", "channel": "heartbeats"},
        ]
