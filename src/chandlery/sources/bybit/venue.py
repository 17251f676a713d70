"""Bybit as a live venue: the public trades of one of its categories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from chandlery.core.resolution import Resolution
from chandlery.sources.bybit import parse
from chandlery.sources.live.lot import DOLLAR, SPOT, Lot
from chandlery.sources.live.plans import parts, shared_out
from chandlery.sources.live.venue import Event, Plan, VenueLimits

Category = Literal["spot", "linear", "inverse"]

WS_URL = "wss://stream.bybit.com/v5/public"
"""The category follows."""

MOST_SYMBOLS = 200
"""Of a connection: its topics may have 21,000 characters."""
SYMBOLS_A_MESSAGE = 10
"""More than ten are refused on spot."""

_LIMITS = VenueLimits(messages_per_s=10.0, silent_s=30.0, heartbeat_s=20.0)
_PING = '{"op":"ping"}'
_PERPETUAL = ("USDT", "USDC", "USD", "PERP")


@dataclass(frozen=True, slots=True)
class Bybit:
    """See `Venue`. Symbols are Bybit's: `BTCUSDT`, `BTCPERP`, `BTCUSD`.

    A category is a venue of its own: the same symbol is another market in each.
    """

    category: Category = "spot"
    base_url: str = WS_URL

    limits = _LIMITS
    are_ids_contiguous = False
    gives_trades = True

    @property
    def name(self) -> str:
        """See `Venue.name`."""
        return "bybit" if self.category == "spot" else f"bybit-{self.category}"

    @property
    def bar(self) -> Resolution | None:
        """See `Venue.bar`: only trades are subscribed to."""
        return None

    @property
    def lot(self) -> Lot:
        """What a size is counted in."""
        return lot_of(self.category)

    def plans(self, symbols: Sequence[str]) -> list[Plan]:
        """See `Venue.plans`."""
        return shared_out(f"{self.base_url}/{self.category}", symbols, MOST_SYMBOLS, _texts)

    def read(self, frame: str | bytes) -> Iterator[Event]:
        """See `Venue.read`."""
        return parse.read(frame, self.lot)

    def heartbeat(self, now_s: int) -> str | None:
        """See `Venue.heartbeat`."""
        return _PING

    def market_of(self, symbol: str) -> str:
        """See `Venue.market_of`: a perpetual is `BYBIT:BTCUSDT.P`, as TradingView writes it."""
        return market_of(self.category, symbol)


def lot_of(category: Category) -> Lot:
    """Return what the sizes of a category are counted in."""
    return DOLLAR if category == "inverse" else SPOT


def market_of(category: Category, symbol: str) -> str:
    """Return the market of a symbol of a category."""
    is_perpetual = category != "spot" and symbol.upper().endswith(_PERPETUAL)
    return f"BYBIT:{symbol}.P" if is_perpetual else f"BYBIT:{symbol}"


def _texts(symbols: Sequence[str]) -> list[object]:
    return [
        {"op": "subscribe", "args": [f"{parse.TOPIC}{symbol}" for symbol in part]}
        for part in parts(symbols, SYMBOLS_A_MESSAGE)
    ]
