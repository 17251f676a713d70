"""Which markets are followed: those of the settings, and those added since, kept in the store.

The first are data of the settings and the second of the store: neither is ever written to the
other. Calls block.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec
import structlog

from chandlery.core.errors import UsageError
from chandlery.sources.source import Source
from chandlery.stores import Store

MOST_ADDED = 2_000
MOST_AT_ONCE = 200
KIND = "followed"
"""Of the notes that say what was added, each under the symbol of its market."""

Origin = Literal["settings", "added"]
Outcomes = Literal["added", "followed", "unknown", "removed", "not_followed", "settings"]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Named:
    """A market of a venue."""

    market: str
    """As `feeds.live` names it: `binance:SOLUSDT`."""
    symbol: str
    """As it is called everywhere else: `BINANCE:SOLUSDT`."""
    feed: str
    """The name of the feed that brings it."""
    own: str
    """How the venue itself spells it."""


class Watched(msgspec.Struct, frozen=True):
    """A market that is followed, and since when (seconds) if it was added."""

    market: str
    symbol: str
    feed: str
    origin: Origin
    added: int | None = None


class Outcome(msgspec.Struct, frozen=True):
    """What became of a market that was to be added or removed."""

    market: str
    symbol: str
    feed: str
    outcome: Outcomes
    reason: str = ""


class Venues(Protocol):
    """Knows the venues, and makes what reads them."""

    @property
    def names(self) -> list[str]:
        """What the name of a market may begin with."""
        ...

    def read(self, text: str) -> list[Named]:
        """Return the markets that a text such as `binance:BTCUSDT,ETHUSDT` names."""
        ...

    async def unknown(self, markets: Sequence[Named]) -> set[str] | None:
        """Return which of a feed's markets the venue does not have; None: it cannot be asked."""
        ...

    def numbers(self, markets: Sequence[Named]) -> dict[str, int]:
        """Return the store's number of each of the venue's symbols; new ones get one. Blocks."""
        ...

    def open(self, markets: Sequence[Named]) -> Source:
        """Return what brings markets of one feed. Blocks."""
        ...


class _Note(msgspec.Struct):
    market: str
    added: int


class Watchlist:
    """The markets that are followed, by symbol."""

    def __init__(self, store: Store, venues: Venues, configured: Sequence[str]) -> None:
        self._store = store
        self._venues = venues
        self.names: dict[str, Named] = {}
        self._added: dict[str, int] = {}
        for text in configured:
            self.names.update((each.symbol, each) for each in venues.read(text))
        for text in store.notes(KIND).values():
            self._load(msgspec.json.decode(text, type=_Note))

    def _load(self, note: _Note) -> None:
        try:
            named = self._venues.read(note.market)[0]
        except UsageError as error:
            # It stays, and is followed again when the venue is there again.
            _log.warning("market not followed", market=note.market, reason=error.message)
            return
        if named.symbol not in self.names:
            self.names[named.symbol] = named
            self._added[named.symbol] = note.added

    def wanted(self, text: str) -> list[Named]:
        """Return the markets that a request names, each once."""
        found = {each.symbol: each for each in self._venues.read(text)}
        if not 1 <= len(found) <= MOST_AT_ONCE:
            message = f"1 to {MOST_AT_ONCE} markets expected, found {len(found)}"
            raise UsageError(message, hint="such as binance:BTCUSDT,ETHUSDT")
        return list(found.values())

    def all(self) -> list[Watched]:
        """Return what is followed, by name."""
        rows = (
            Watched(each.market, each.symbol, each.feed, self._origin(each), self._since(each))
            for each in self.names.values()
        )
        return sorted(rows, key=lambda row: row.market)

    def of(self, feed: str) -> list[Named]:
        """Return the markets of a feed."""
        return [each for each in self.names.values() if each.feed == feed]

    def check_room(self, count: int) -> None:
        """Refuse more than there may be."""
        if len(self._added) + count > MOST_ADDED:
            message = f"at most {MOST_ADDED} added markets expected, found {count} more"
            raise UsageError(message, hint="name markets for good in feeds.live, or remove some")

    def add(self, markets: Sequence[Named], now: int) -> list[Named]:
        """Follow markets from now on, for good; return which were not followed before."""
        new = [each for each in markets if each.symbol not in self.names]
        self.check_room(len(new))
        for each in new:
            text = msgspec.json.encode(_Note(each.market, now)).decode()
            self._store.note(KIND, each.symbol, text)
            self.names[each.symbol] = each
            self._added[each.symbol] = now
        return new

    def remove(self, markets: Sequence[Named]) -> list[Named]:
        """Follow markets no more; return which had been added."""
        gone = [each for each in markets if each.symbol in self._added]
        for each in gone:
            self._store.forget_note(KIND, each.symbol)
            del self.names[each.symbol], self._added[each.symbol]
        return gone

    def _origin(self, named: Named) -> Origin:
        return "added" if named.symbol in self._added else "settings"

    def _since(self, named: Named) -> int | None:
        return self._added.get(named.symbol)


def added(
    markets: Sequence[Named], new: Collection[Named], unknown: Collection[str], doubt: str
) -> list[Outcome]:
    """Return what became of markets that were to be added."""

    def outcome(each: Named) -> tuple[Outcomes, str]:
        if each.symbol in unknown:
            return "unknown", f"{each.market.partition(':')[0]} has no such market"
        return ("added", doubt) if each in new else ("followed", "")

    return [_told(each, *outcome(each)) for each in markets]


def removed(
    markets: Sequence[Named], gone: Collection[Named], names: Collection[str]
) -> list[Outcome]:
    """Return what became of markets that were to be removed."""

    def outcome(each: Named) -> tuple[Outcomes, str]:
        if each in gone:
            return "removed", ""
        if each.symbol in names:
            return "settings", "feeds.live names it: take it out there"
        return "not_followed", ""

    return [_told(each, *outcome(each)) for each in markets]


def _told(named: Named, outcome: Outcomes, reason: str) -> Outcome:
    return Outcome(named.market, named.symbol, named.feed, outcome, reason)
