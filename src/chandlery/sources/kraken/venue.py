"""Kraken's spot markets as a live venue: the trades of the version 2 websocket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chandlery.core.resolution import Resolution
from chandlery.sources.kraken import parse
from chandlery.sources.live.plans import parts, shared_out
from chandlery.sources.live.venue import Event, Plan, VenueLimits

WS_URL = "wss://ws.kraken.com/v2"

MOST_PAIRS = 200
"""Of a connection."""
PAIRS_A_MESSAGE = 50

# Kraken says something every second once there is a subscription.
_LIMITS = VenueLimits(messages_per_s=5.0, silent_s=15.0, heartbeat_s=30.0)
_PING = '{"method":"ping"}'


@dataclass(frozen=True, slots=True)
class Kraken:
    """See `Venue`. Symbols are pairs as version 2 writes them: `BTC/USD`."""

    url: str = WS_URL

    name = "kraken"
    limits = _LIMITS
    are_ids_contiguous = True
    gives_trades = True

    @property
    def bar(self) -> Resolution | None:
        """See `Venue.bar`: only trades are subscribed to."""
        return None

    def plans(self, symbols: Sequence[str]) -> list[Plan]:
        """See `Venue.plans`."""
        return shared_out(self.url, symbols, MOST_PAIRS, _texts)

    def read(self, frame: str | bytes) -> Iterator[Event]:
        """See `Venue.read`."""
        return parse.read(frame)

    def heartbeat(self, now_s: int) -> str | None:
        """See `Venue.heartbeat`."""
        return _PING

    def market_of(self, symbol: str) -> str:
        """See `Venue.market_of`."""
        return f"KRAKEN:{symbol}"


def _texts(symbols: Sequence[str]) -> list[object]:
    """Return messages that also ask for the last 50 trades, which close a short hole at once."""
    return [
        {
            "method": "subscribe",
            "params": {"channel": "trade", "symbol": list(part), "snapshot": True},
        }
        for part in parts(symbols, PAIRS_A_MESSAGE)
    ]
