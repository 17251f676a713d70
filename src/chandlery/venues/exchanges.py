"""How the feeds of each venue are made of the settings and its symbols."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from chandlery.config import Settings
from chandlery.core.errors import ConfigError
from chandlery.sources.binance.rest import WEIGHT_HEADER, BinanceRest
from chandlery.sources.binance.sites import SPOT, USDM, Site
from chandlery.sources.binance.venue import Binance, Stream
from chandlery.sources.bybit import rest as bybit
from chandlery.sources.bybit.venue import Bybit, Category
from chandlery.sources.coinbase import rest as coinbase
from chandlery.sources.coinbase.venue import Coinbase
from chandlery.sources.hyperliquid import rest as hyperliquid
from chandlery.sources.hyperliquid.venue import Hyperliquid
from chandlery.sources.kraken import rest as kraken
from chandlery.sources.kraken.venue import Kraken
from chandlery.sources.live.asking import Ask, Paced
from chandlery.sources.live.figures import FeedCounts
from chandlery.sources.live.http import Asker, Budget
from chandlery.sources.live.lot import Lot
from chandlery.sources.live.rest import Rest
from chandlery.sources.live.surroundings import Surroundings
from chandlery.sources.live.venue import Venue
from chandlery.sources.okx import rest as okx
from chandlery.sources.okx.venue import Okx
from chandlery.venues.outfit import VenueOutfit

MINUTE_S = 60
PERPETUAL, DOLLARS = ".P", "USD"
Fitting = Callable[[Settings, Sequence[str], Surroundings], list[VenueOutfit]]


def _binance(settings: Settings, symbols: Sequence[str], around: Surroundings) -> list[VenueOutfit]:
    """Return spot and USD-M apart: `BTCUSDT.P` is the perpetual of `BTCUSDT`."""
    own = settings.binance
    spot = [symbol.upper() for symbol in symbols if not symbol.upper().endswith(USDM.suffix)]
    usdm = [s.upper().removesuffix(USDM.suffix) for s in symbols if s.upper() not in spot]
    sites = (
        (SPOT, own.rest_url, own.ws_url, spot),
        (USDM, own.usdm_rest_url, own.usdm_ws_url, usdm),
    )
    return [
        _binance_outfit(settings, site, (rest_url, ws_url), list(dict.fromkeys(of)), around)
        for site, rest_url, ws_url, of in sites
        if of
    ]


def _binance_outfit(
    settings: Settings,
    site: Site,
    addresses: tuple[str, str],
    symbols: Sequence[str],
    around: Surroundings,
) -> VenueOutfit:
    trades, has_bars = _binance_streams(settings)
    counts, budget = FeedCounts(), Budget(site.weight_limit)
    ask = Asker(addresses[0], around, budget, counts, WEIGHT_HEADER)
    venue = Binance(site, addresses[1], trades, has_bars)
    return VenueOutfit(venue, lambda: BinanceRest(site, ask, budget, trades), symbols, counts)


def _binance_streams(settings: Settings) -> tuple[Stream | None, bool]:
    chosen = settings.binance.streams
    if not chosen or {"trade", "aggTrade"} <= set(chosen):
        message = (
            f"binance.streams is {str(chosen)!r}: kline, and one of aggTrade and trade expected"
        )
        raise ConfigError(message, hint="aggTrade is what most want: its history costs least")
    trades: Stream | None = None
    if "aggTrade" in chosen:
        trades = "aggTrade"
    elif "trade" in chosen:
        trades = "trade"
    return trades, "kline" in chosen


def _coinbase(
    settings: Settings, symbols: Sequence[str], around: Surroundings
) -> list[VenueOutfit]:
    own = settings.coinbase
    site = _Site(own.rest_url, coinbase.REQUESTS_A_SECOND)
    make = partial(coinbase.CoinbaseRest, clock=around.clock)
    return [_paced(Coinbase(own.ws_url), site, make, _upper(symbols), around)]


def _kraken(settings: Settings, symbols: Sequence[str], around: Surroundings) -> list[VenueOutfit]:
    own = settings.kraken
    site = _Site(own.rest_url, kraken.REQUESTS_A_SECOND)
    make = partial(kraken.KrakenRest, clock=around.clock)
    return [_paced(Kraken(own.ws_url), site, make, _upper(symbols), around)]


def _okx(settings: Settings, symbols: Sequence[str], around: Surroundings) -> list[VenueOutfit]:
    own, lots = settings.okx, dict[str, Lot]()
    site = _Site(own.rest_url, okx.REQUESTS_A_SECOND)
    make = partial(okx.OkxRest, lots=lots)
    return [_paced(Okx(own.ws_url, lots=lots), site, make, _upper(symbols), around)]


def _bybit(settings: Settings, symbols: Sequence[str], around: Surroundings) -> list[VenueOutfit]:
    """Return spot and contracts apart: of perpetuals those in dollars themselves are inverse."""
    every = _upper(symbols)
    spot = [each for each in every if not each.endswith(PERPETUAL)]
    contracts = [each.removesuffix(PERPETUAL) for each in every if each.endswith(PERPETUAL)]
    wanted: tuple[tuple[Category, list[str]], ...] = (
        ("spot", spot),
        ("linear", [each for each in contracts if not each.endswith(DOLLARS)]),
        ("inverse", [each for each in contracts if each.endswith(DOLLARS)]),
    )
    site = _Site(settings.bybit.rest_url, bybit.REQUESTS_A_SECOND)
    return [
        _paced(
            Bybit(category, settings.bybit.ws_url),
            site,
            partial(bybit.BybitRest, clock=around.clock, category=category),
            own,
            around,
        )
        for category, own in wanted
        if own
    ]


def _hyperliquid(
    settings: Settings, symbols: Sequence[str], around: Surroundings
) -> list[VenueOutfit]:
    own, counts, budget = settings.hyperliquid, FeedCounts(), Budget(hyperliquid.WEIGHT_A_MINUTE)
    ask = Asker(own.rest_url, around, budget, counts)
    rest = partial(hyperliquid.HyperliquidRest, ask, around.clock)
    # Its coins are spelt with small letters too: kPEPE.
    return [VenueOutfit(Hyperliquid(own.ws_url), rest, list(dict.fromkeys(symbols)), counts)]


@dataclass(frozen=True, slots=True)
class _Site:
    """Where a venue is asked, and how often it may be."""

    url: str
    requests_a_second: float


def _paced(
    venue: Venue,
    site: _Site,
    make: Callable[[Ask], Rest],
    symbols: Sequence[str],
    around: Surroundings,
) -> VenueOutfit:
    """Return the outfit of a venue that limits requests by the second."""
    counts = FeedCounts()
    budget = Budget(max(1, int(site.requests_a_second * MINUTE_S)))
    ask = Paced(Asker(site.url, around, budget, counts), around, site.requests_a_second)
    return VenueOutfit(venue, lambda: make(ask), symbols, counts)


def _upper(symbols: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(symbol.upper() for symbol in symbols))


VENUES: dict[str, Fitting] = {
    "binance": _binance,
    "bybit": _bybit,
    "coinbase": _coinbase,
    "hyperliquid": _hyperliquid,
    "kraken": _kraken,
    "okx": _okx,
}
"""How the feeds of each venue are made, by the name it has in `feeds.live`."""
