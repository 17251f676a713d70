"""The venues as whoever adds and removes markets sees them. Part of the wiring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chandlery.config import Settings
from chandlery.config.values import read_followed
from chandlery.core.errors import ChandleryError, UsageError
from chandlery.core.market import symbol_of
from chandlery.engine.engine import Engine
from chandlery.engine.watchlist import Named
from chandlery.sources.live.surroundings import Surroundings
from chandlery.sources.source import Source
from chandlery.venues import VENUES, Outfit, outfits, registered

ASK_S = 10.0
"""How long a venue is waited for before a market is followed unasked."""


@dataclass(frozen=True, slots=True)
class LiveVenues:
    """See Venues."""

    settings: Settings
    engine: Engine
    around: Surroundings

    @property
    def names(self) -> list[str]:
        """See Venues.names."""
        return sorted(VENUES)

    def read(self, text: str) -> list[Named]:
        """See Venues.read."""
        try:
            texts = read_followed(text)
        except ValueError:
            message = f"markets such as binance:BTCUSDT,ETHUSDT expected, found {text[:100]!r}"
            raise UsageError(message) from None
        return [self._named(each) for each in texts]

    def _named(self, text: str) -> Named:
        outfit = self._outfit([text])
        own = outfit.symbols[0]
        symbol = symbol_of(outfit.market_of(own))
        # One spelling of each: `binance:btcusdt` is `binance:BTCUSDT`.
        market = f"{text.partition(':')[0]}:{symbol.partition(':')[2]}"
        return Named(market, symbol, outfit.name, own)

    async def unknown(self, markets: Sequence[Named]) -> set[str] | None:
        """See Venues.unknown."""
        rest = self._outfit([each.market for each in markets]).rest()
        try:
            asking = rest.listed([each.own for each in markets])
            listed = await self.around.within(asking, ASK_S)
        except (ChandleryError, TimeoutError):
            return None
        finally:
            await rest.close()
        return {each.symbol for each in markets if each.own not in listed.markets}

    def numbers(self, markets: Sequence[Named]) -> dict[str, int]:
        """See Venues.numbers."""
        return registered(self.engine, self._outfit([each.market for each in markets]))

    def open(self, markets: Sequence[Named]) -> Source:
        """See Venues.open."""
        outfit = self._outfit([each.market for each in markets])
        return outfit.open(registered(self.engine, outfit), self.engine, self.around)

    def _outfit(self, names: Sequence[str]) -> Outfit:
        """Return the outfit of markets that are all of one feed."""
        return outfits(self.settings, names, self.around)[0]
