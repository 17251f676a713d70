"""Where feeds and the markets they follow are looked at and changed, here or at a server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

import msgspec

from chandlery.cli.opened import now_s
from chandlery.clock import SystemClock
from chandlery.config import Settings
from chandlery.core.delivery import Delivery
from chandlery.core.errors import UsageError
from chandlery.engine.engine import Engine
from chandlery.engine.feeding import Action, UnknownFeedError
from chandlery.engine.following import UNASKED, by_feed, given_up, unknown_of
from chandlery.engine.server import PAUSED
from chandlery.engine.watchlist import Named, Outcome, Venues, Watched, Watchlist, added, removed
from chandlery.wiring import open_watchlist


class FeedRow(msgspec.Struct, frozen=True):
    """How a feed is doing; where no server runs it is only known whether it would be read."""

    name: str
    state: str
    reason: str = ""
    last_msg_age_ms: int | None = None
    reconnects: int = 0
    markets: int = 0


class Followed(msgspec.Struct, frozen=True):
    """The feeds, and the markets they follow."""

    feeds: list[FeedRow]
    markets: list[Watched]


class FeedDesk(Protocol):
    """Looks at feeds and changes them."""

    def followed(self) -> Followed:
        """Return what is followed."""
        ...

    def add(self, markets: str) -> list[Outcome]:
        """Follow markets too."""
        ...

    def remove(self, markets: str) -> list[Outcome]:
        """Follow markets no more."""
        ...

    def act(self, name: str, action: Action) -> FeedRow:
        """Start, stop or restart a feed."""
        ...


class LocalFeeds:
    """See FeedDesk. No server runs: what is changed counts from its next start on."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._watchlist: Watchlist
        self._venues: Venues
        self._watchlist, self._venues = open_watchlist(settings, engine, SystemClock())

    def followed(self) -> Followed:
        """See FeedDesk.followed."""
        feeds = by_feed(self._watchlist.names.values())
        rows = [self._row(name, of) for name, of in sorted(feeds.items())]
        return Followed(rows, self._watchlist.all())

    def add(self, markets: str) -> list[Outcome]:
        """See FeedDesk.add."""
        wanted = self._watchlist.wanted(markets)
        asked = [each for each in wanted if each.symbol not in self._watchlist.names]
        self._watchlist.check_room(len(asked))
        unknown, is_sure = asyncio.run(unknown_of(self._venues, asked))
        known = [each for each in wanted if each.symbol not in unknown]
        new = self._watchlist.add(known, now_s())
        return added(wanted, new, unknown, "" if is_sure else UNASKED)

    def remove(self, markets: str) -> list[Outcome]:
        """See FeedDesk.remove."""
        wanted = self._watchlist.wanted(markets)
        gone = self._watchlist.remove(wanted)
        known = (self._engine.registry.known(each.symbol) for each in gone)
        numbers = {number for number in known if number is not None}
        if told := given_up(self._engine.store.gaps(), numbers, now_s()):
            clock = SystemClock()
            self._engine.recorder.record(Delivery(gaps=told), clock.now_us())
        return removed(wanted, gone, self._watchlist.names)

    def act(self, name: str, action: Action) -> FeedRow:
        """See FeedDesk.act."""
        feeds = by_feed(self._watchlist.names.values())
        if name not in feeds:
            message = f"no feed is called {name[:60]!r}"
            raise UnknownFeedError(message, hint="`chandlery feeds list` shows them")
        if action == "restart":
            message = "no server runs that could restart it"
            raise UsageError(message, hint="start one: `chandlery serve`")
        if action == "stop":
            self._engine.store.note(PAUSED, name, "")
        else:
            self._engine.store.forget_note(PAUSED, name)
        return self._row(name, feeds[name])

    def _row(self, name: str, markets: Sequence[Named]) -> FeedRow:
        state = "paused" if name in self._engine.store.notes(PAUSED) else "not running"
        return FeedRow(name, state, "no server runs", markets=len(markets))
