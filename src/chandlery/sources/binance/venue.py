"""Binance's market streams: which connections bring what. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from chandlery.core.resolution import Resolution
from chandlery.sources.binance import parse
from chandlery.sources.binance.sites import Site
from chandlery.sources.live.venue import Event, Plan, VenueLimits

Stream = Literal["kline", "aggTrade", "trade"]

MOST_STREAMS = 200
"""A connection may have 1,024; the address that names them must not be too long."""
MINUTE = Resolution.parse("1m")


@dataclass(frozen=True, slots=True)
class Binance:
    """See Venue. `trades` is which trades are taken, None for bars only."""

    site: Site
    ws_url: str
    trades: Stream | None = "aggTrade"
    has_bars: bool = False

    @property
    def name(self) -> str:
        """See Venue.name."""
        return self.site.name

    @property
    def limits(self) -> VenueLimits:
        """See Venue.limits."""
        return self.site.limits

    @property
    def are_ids_contiguous(self) -> bool:
        """See Venue.are_ids_contiguous."""
        return True

    @property
    def gives_trades(self) -> bool:
        """See Venue.gives_trades."""
        return self.trades is not None

    @property
    def bar(self) -> Resolution | None:
        """See Venue.bar."""
        return MINUTE if self.has_bars else None

    def plans(self, symbols: Sequence[str]) -> list[Plan]:
        """See Venue.plans."""
        kinds: list[str] = [self.trades] if self.trades else []
        if self.has_bars:
            kinds.append(f"kline_{MINUTE}")
        most = max(1, MOST_STREAMS // max(1, len(kinds)))
        return [
            self._plan(symbols[first : first + most], kinds)
            for first in range(0, len(symbols), most)
        ]

    def _plan(self, symbols: Sequence[str], kinds: Sequence[str]) -> Plan:
        streams = "/".join(f"{symbol.lower()}@{kind}" for symbol in symbols for kind in kinds)
        return Plan(f"{self.ws_url.rstrip('/')}/stream?streams={streams}", (), tuple(symbols))

    def read(self, frame: str | bytes) -> Iterator[Event]:
        """See Venue.read."""
        return parse.read(frame)

    def heartbeat(self, now_s: int) -> str | None:
        """See Venue.heartbeat: the exchange sends pings, and they are answered."""
        return None

    def market_of(self, symbol: str) -> str:
        """See Venue.market_of."""
        return f"BINANCE:{symbol}{self.site.suffix}"
