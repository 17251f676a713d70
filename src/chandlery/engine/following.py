"""Markets added and removed while the server runs: kept first, then done.

Of the other markets of a feed nothing is lost. A market that is let go keeps its data; what was
still to be filled stays an open gap, and the time after is none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from chandlery.core.columns import US
from chandlery.core.delivery import Delivery, Gap
from chandlery.engine.feeds import Adjustable, Feed
from chandlery.engine.watchlist import (
    Named,
    Outcome,
    Venues,
    Watched,
    Watchlist,
    added,
    removed,
)

if TYPE_CHECKING:
    from chandlery.engine.server import Server

UNASKED = "the venue could not be asked whether it has it"
GIVEN_UP = "not followed any more"


class Following:
    """What a running server follows. Whoever changes it waits for whoever is at it."""

    def __init__(self, server: Server, venues: Venues, configured: Sequence[str]) -> None:
        self._server = server
        self._venues = venues
        self.watchlist = Watchlist(server.engine.store, venues, configured)
        self._turn = asyncio.Lock()

    @property
    def venues(self) -> list[str]:
        """What the name of a market may begin with."""
        return self._venues.names

    def markets(self) -> list[Watched]:
        """Return what is followed."""
        return self.watchlist.all()

    async def add(self, text: str) -> list[Outcome]:
        """Follow markets too; those that the venue does not have are told."""
        # It may import what speaks to an exchange, which takes a second.
        wanted = await asyncio.to_thread(self.watchlist.wanted, text)
        asked = [each for each in wanted if each.symbol not in self.watchlist.names]
        self.watchlist.check_room(len(asked))
        unknown, is_sure = await unknown_of(self._venues, asked)
        known = [each for each in wanted if each.symbol not in unknown]
        return await asyncio.shield(
            asyncio.ensure_future(self._add(wanted, known, unknown, is_sure=is_sure))
        )

    async def remove(self, text: str) -> list[Outcome]:
        """Follow markets no more."""
        return await asyncio.shield(asyncio.ensure_future(self._remove(text)))

    async def _add(
        self,
        wanted: Sequence[Named],
        known: Sequence[Named],
        unknown: Collection[str],
        *,
        is_sure: bool,
    ) -> list[Outcome]:
        async with self._turn:
            now = self._server.clock.now_us() // US
            new = await asyncio.to_thread(lambda: self.watchlist.add(known, now))
            await self._begin_all(known)
            return added(wanted, new, unknown, "" if is_sure else UNASKED)

    async def _begin_all(self, markets: Sequence[Named]) -> None:
        """Have all of them brought, those too that an earlier fault left out.

        One feed's fault does not keep the others from theirs; the first is told in the end.
        """
        faults: list[Exception] = []
        for name, of in by_feed(markets).items():
            feed = self._server.feeding.find(name)
            left = [each for each in of if feed is None or each.own not in feed.numbers]
            try:
                if left:
                    await self._begin(name, left)
            except Exception as error:  # noqa: BLE001 - told below
                faults.append(error)
        if faults:
            raise faults[0]

    async def _begin(self, name: str, markets: Sequence[Named]) -> None:
        feed = self._server.feeding.find(name)
        if feed is None:
            source = await asyncio.to_thread(self._venues.open, markets)
            self._server.feeding.add(source)
        elif isinstance(feed.source, Adjustable):
            feed.source.follow(await asyncio.to_thread(self._venues.numbers, markets))
        else:
            await self._reopen(feed)

    async def _remove(self, text: str) -> list[Outcome]:
        wanted = await asyncio.to_thread(self.watchlist.wanted, text)
        async with self._turn:
            gone = await asyncio.to_thread(lambda: self.watchlist.remove(wanted))
            for name, of in by_feed(gone).items():
                await self._end(name, of)
            return removed(wanted, gone, self.watchlist.names)

    async def _end(self, name: str, markets: Sequence[Named]) -> None:
        feed = self._server.feeding.find(name)
        numbers = await asyncio.to_thread(self._venues.numbers, markets)
        if feed is not None and isinstance(feed.source, Adjustable):
            await feed.source.unfollow(list(numbers))
            if not feed.numbers:
                await self._server.drop(feed)
        elif feed is not None:
            await self._reopen(feed)
        await self._give_up(set(numbers.values()))

    async def _reopen(self, feed: Feed) -> None:
        """Read a source that cannot be adjusted again, from where it was, with what is followed."""
        is_paused = feed.can == ("start",)
        markets = self.watchlist.of(feed.source.name)
        if not markets:
            await self._server.drop(feed)
            return
        source = await asyncio.to_thread(self._venues.open, markets)
        await self._server.feeding.remove(feed)
        self._server.feeding.add(source, is_paused=is_paused)

    async def _give_up(self, numbers: Collection[int]) -> None:
        """Say of gaps that somebody was to fill that nobody is, and end those that went on."""
        now = self._server.clock.now_us() // US
        gaps = await self._server.ask(self._server.engine.store.gaps)
        if told := given_up(gaps, numbers, now):
            await self._server.ingest.submit(Delivery(gaps=told))


async def unknown_of(venues: Venues, markets: Sequence[Named]) -> tuple[set[str], bool]:
    """Return the symbols that their venues do not have, and whether all could be asked."""
    found = await asyncio.gather(*(venues.unknown(part) for part in by_feed(markets).values()))
    return set[str]().union(*(each or () for each in found)), None not in found


def given_up(gaps: Iterable[Gap], numbers: Collection[int], now: int) -> tuple[Gap, ...]:
    """Return what the gaps of some markets are when nobody is going to fill them."""
    return tuple(
        Gap(
            gap.market,
            gap.kind,
            gap.start,
            max(now, gap.start + 1) if gap.end is None else gap.end,
            GIVEN_UP,
            is_closing=True,
        )
        for gap in gaps
        if gap.market in numbers and gap.state != "lost"
    )


def by_feed(markets: Iterable[Named]) -> dict[str, list[Named]]:
    """Return the markets of each feed."""
    found: dict[str, list[Named]] = {}
    for each in markets:
        found.setdefault(each.feed, []).append(each)
    return found
