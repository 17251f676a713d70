"""OKX as a live venue: every trade of spot, swaps and futures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from chandlery.core.resolution import Resolution
from chandlery.sources.live.plans import parts, shared_out
from chandlery.sources.live.venue import Event, Plan, VenueLimits
from chandlery.sources.okx import parse

WS_URL = "wss://ws.okx.com:8443/ws/v5/business"
"""Where `trades-all` is; `/public` has only `trades`, which joins fills."""

MOST_INSTRUMENTS = 100
"""Of a connection: a message may have 64 KB, and an hour 480 subscriptions."""
INSTRUMENTS_A_MESSAGE = 50

_LIMITS = VenueLimits(messages_per_s=3.0, silent_s=30.0, heartbeat_s=20.0)


@dataclass(frozen=True, slots=True)
class Okx:
    """See `Venue`. Symbols are instruments: `BTC-USDT`, `BTC-USDT-SWAP`, `BTC-USD-261225`.

    `lots` says what a contract is worth; OKX's `Rest` enters it when it lists the markets.
    """

    url: str = WS_URL
    lots: parse.Lots = field(default_factory=dict)

    name = "okx"
    limits = _LIMITS
    are_ids_contiguous = True
    gives_trades = True

    @property
    def bar(self) -> Resolution | None:
        """See `Venue.bar`: only trades are subscribed to."""
        return None

    def plans(self, symbols: Sequence[str]) -> list[Plan]:
        """See `Venue.plans`."""
        return shared_out(self.url, symbols, MOST_INSTRUMENTS, _texts)

    def read(self, frame: str | bytes) -> Iterator[Event]:
        """See `Venue.read`."""
        return parse.read(frame, self.lots)

    def heartbeat(self, now_s: int) -> str | None:
        """See `Venue.heartbeat`: after 30 silent seconds OKX cuts the connection."""
        return "ping"

    def market_of(self, symbol: str) -> str:
        """See `Venue.market_of`."""
        return f"OKX:{symbol}"


def _texts(symbols: Sequence[str]) -> list[object]:
    return [
        {"op": "subscribe", "args": [{"channel": "trades-all", "instId": each} for each in part]}
        for part in parts(symbols, INSTRUMENTS_A_MESSAGE)
    ]
