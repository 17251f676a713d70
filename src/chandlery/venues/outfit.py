"""What a feed is made of, whoever it speaks to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chandlery.core.market import Market
from chandlery.engine.engine import Engine
from chandlery.sources.live.feed import LiveFeed, Markets
from chandlery.sources.live.figures import FeedCounts
from chandlery.sources.live.rest import Rest
from chandlery.sources.live.surroundings import Surroundings
from chandlery.sources.live.venue import Venue
from chandlery.sources.source import Source


class Outfit(Protocol):
    """One feed to be."""

    @property
    def name(self) -> str:
        """What the feed is called."""
        ...

    @property
    def symbols(self) -> Sequence[str]:
        """The symbols to follow, as the venue spells them."""
        ...

    def market_of(self, symbol: str) -> str:
        """Return the market, such as `BINANCE:BTCUSDT`, of one of the symbols."""
        ...

    def rest(self) -> Rest:
        """Return what asks the venue; each source closes its own."""
        ...

    def open(self, numbers: Mapping[str, int], engine: Engine, around: Surroundings) -> Source:
        """Return what follows the symbols, whose numbers in the store are given."""
        ...


@dataclass(frozen=True, slots=True)
class VenueOutfit:
    """See Outfit. The feed of a venue that is spoken to without anybody between."""

    venue: Venue
    make_rest: Callable[[], Rest]
    """What it makes shares the venue's limits."""
    symbols: Sequence[str]
    counts: FeedCounts

    @property
    def name(self) -> str:
        """See Outfit.name."""
        return self.venue.name

    def market_of(self, symbol: str) -> str:
        """See Outfit.market_of."""
        return self.venue.market_of(symbol)

    def rest(self) -> Rest:
        """See Outfit.rest."""
        return self.make_rest()

    def open(self, numbers: Mapping[str, int], engine: Engine, around: Surroundings) -> LiveFeed:
        """See Outfit.open."""
        markets = Markets(numbers, _learning(engine))
        return LiveFeed(self.venue, self.rest(), markets, around, self.counts)


def registered(engine: Engine, outfit: Outfit) -> dict[str, int]:
    """Return the store's number of each of the venue's symbols; new ones get one."""
    names = [outfit.market_of(symbol) for symbol in outfit.symbols]
    numbers = engine.registry.add([Market.of(name) for name in names])
    return dict(zip(outfit.symbols, numbers, strict=True))


def _learning(engine: Engine) -> Callable[[Sequence[Market]], None]:
    def learn(markets: Sequence[Market]) -> None:
        engine.registry.flush()
        engine.registry.update(markets)

    return learn
