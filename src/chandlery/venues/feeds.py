"""The feeds and the histories of markets that are named as in `feeds.live`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chandlery.config import Settings
from chandlery.config.values import read_followed
from chandlery.core.clock import Clock
from chandlery.core.columns import US
from chandlery.core.errors import ConfigError, UsageError
from chandlery.engine.engine import Engine
from chandlery.sources.live.history import History, HistoryKind, Stretch
from chandlery.sources.live.surroundings import Surroundings
from chandlery.sources.source import Source
from chandlery.venues.by_ccxt import PREFIX, by_ccxt
from chandlery.venues.exchanges import VENUES
from chandlery.venues.outfit import Outfit, registered

MINUTE_S = 60
Wanted = tuple[str, str, int, int | None]
"""Symbols as in `feeds.live`, the kind, and [start, end) in seconds."""


def feeds_of(
    settings: Settings, engine: Engine, around: Surroundings, added: Sequence[str] = ()
) -> list[Source]:
    """Return a feed for each venue of the settings, and its history if that is wanted.

    What was added beside the settings is followed too; its past was asked for when it was added.
    """
    found = list[Source]()
    configured = outfits(settings, settings.feeds.live, around)
    past = {each.market_of(own) for each in configured for own in each.symbols}
    for outfit in outfits(settings, [*settings.feeds.live, *added], around):
        numbers = registered(engine, outfit)
        found.append(outfit.open(numbers, engine, around))
        numbers = {own: n for own, n in numbers.items() if outfit.market_of(own) in past}
        if settings.feeds.backfill and numbers:
            start = around.clock.now_us() // US - int(settings.feeds.backfill)
            found.append(_history(outfit, numbers, Stretch("bars", start), around))
    return found


def histories_of(settings: Settings, engine: Engine, clock: Clock, wanted: Wanted) -> list[Source]:
    """Return what fetches the past of some symbols, one source a venue."""
    text, kind, start, end = wanted
    try:
        live = read_followed(text)
    except ValueError:
        message = f"markets such as binance:BTCUSDT,ETHUSDT expected, found {text!r}"
        raise UsageError(message) from None
    around, found = Surroundings(clock), list[Source]()
    known: HistoryKind = "trades" if kind == "trades" else "bars"
    for outfit in outfits(settings, live, around):
        numbers = registered(engine, outfit)
        upto = clock.now_us() // US // MINUTE_S * MINUTE_S if end is None else end
        found.append(_history(outfit, numbers, Stretch(known, start, upto), around))
    return found


def outfits(settings: Settings, followed: Sequence[str], around: Surroundings) -> list[Outfit]:
    """Return what the feeds of markets need, one for each."""
    by_venue: dict[str, list[str]] = {}
    for text in followed:
        venue, _, symbol = text.partition(":")
        by_venue.setdefault(venue, []).append(symbol)
    found = [
        outfit
        for venue, symbols in by_venue.items()
        for outfit in _outfits_of(venue, settings, symbols, around)
    ]
    _refuse_twice(found)
    return found


def _outfits_of(
    venue: str, settings: Settings, symbols: Sequence[str], around: Surroundings
) -> Sequence[Outfit]:
    if venue in VENUES:
        return VENUES[venue](settings, symbols, around)
    if venue.startswith(PREFIX):
        return [by_ccxt(venue, symbols, around.clock)]
    message = f"no venue is called {venue!r}"
    there = ", ".join(sorted(VENUES))
    raise ConfigError(message, hint=f"there are {there}, and with ccxt others: {PREFIX}{venue}")


def _refuse_twice(found: Sequence[Outfit]) -> None:
    """Two feeds of one market would store each of its trades twice: their ids may differ."""
    feeds: dict[str, str] = {}
    for outfit in found:
        for symbol in outfit.symbols:
            market = outfit.market_of(symbol).upper()
            other = feeds.setdefault(market, outfit.name)
            if other != outfit.name:
                message = f"{market} is named twice: of {other} and of {outfit.name}"
                raise ConfigError(message, hint="follow it by one of them")


def _history(
    outfit: Outfit, numbers: Mapping[str, int], stretch: Stretch, around: Surroundings
) -> History:
    return History(f"{outfit.name}-history", outfit.rest(), numbers, stretch, around)
