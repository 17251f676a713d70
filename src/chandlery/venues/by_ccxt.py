"""Exchanges of ccxt: `ccxt.kucoin:BTC/USDT`. ccxt is imported when the first of them is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chandlery.core.clock import Clock
from chandlery.engine.engine import Engine
from chandlery.sources.ccxt.exchange import check_exchange, opened
from chandlery.sources.ccxt.history import CcxtHistory
from chandlery.sources.ccxt.source import CcxtSource
from chandlery.sources.live.surroundings import Surroundings

PREFIX = "ccxt."


@dataclass(frozen=True, slots=True)
class CcxtOutfit:
    """See Outfit."""

    exchange: str
    """Its id in ccxt."""
    symbols: Sequence[str]
    clock: Clock

    @property
    def name(self) -> str:
        """See Outfit.name."""
        return f"ccxt-{self.exchange}"

    def market_of(self, symbol: str) -> str:
        """See Outfit.market_of."""
        return f"{self.exchange.upper()}:{symbol}"

    def rest(self) -> CcxtHistory:
        """See Outfit.rest."""
        return CcxtHistory(opened(self.exchange), self.clock)

    def open(self, numbers: Mapping[str, int], engine: Engine, around: Surroundings) -> CcxtSource:
        """See Outfit.open."""
        return CcxtSource(opened(self.exchange), numbers, around)


def by_ccxt(venue: str, symbols: Sequence[str], clock: Clock) -> CcxtOutfit:
    """Return the outfit of an exchange that is named as in `feeds.live`."""
    exchange = venue.removeprefix(PREFIX)
    check_exchange(exchange)
    return CcxtOutfit(exchange, tuple(dict.fromkeys(symbols)), clock)
