"""A live venue as a source: connections in, deliveries out, gaps filled on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from chandlery.core.delivery import Delivery
from chandlery.core.errors import ChandleryError, UsageError
from chandlery.core.market import Market
from chandlery.sources.live.figures import FeedCounts
from chandlery.sources.live.filler import Filler
from chandlery.sources.live.inbox import Inbox
from chandlery.sources.live.ledger import Book, Ledger
from chandlery.sources.live.link import Setting
from chandlery.sources.live.progress import progress_of
from chandlery.sources.live.rest import GoneError, Listed, Rest
from chandlery.sources.live.slot import Slot
from chandlery.sources.live.surroundings import BackOff, Surroundings, ended
from chandlery.sources.live.values import CaughtUp, Value
from chandlery.sources.live.venue import TradeEvent, Venue

FLUSH_S = 0.05
"""How long trades are gathered before they are handed over."""
FULL_S = 1.0
"""How often position and coverage go with them."""
MOST_AT_ONCE = 50_000

_log = structlog.get_logger()

Learn = Callable[[Sequence[Market]], None]
"""Is told what a venue says of its markets; may block."""


@dataclass(frozen=True, slots=True)
class Markets:
    """The store's number of each of the venue's symbols, and who is told about them."""

    numbers: Mapping[str, int]
    learn: Learn = lambda markets: None


class LiveFeed:
    """See `Source`. Never ends; one that fails begins again from its position."""

    def __init__(
        self,
        venue: Venue,
        rest: Rest,
        markets: Markets,
        surroundings: Surroundings,
        counts: FeedCounts | None = None,
    ) -> None:
        self._venue = venue
        self._rest = rest
        self._markets = markets
        self._around = surroundings
        self.figures = counts or FeedCounts()
        self._slots: list[Slot] = []
        self._unknown: list[str] = []
        self._ledger: Ledger | None = None
        self._filler: Filler | None = None

    @property
    def name(self) -> str:
        """See `Source.name`."""
        return self._venue.name

    @property
    def reconnects(self) -> int:
        """How often a connection was begun again."""
        return self.figures.reconnects

    @property
    def state(self) -> str:
        """The least good state of a part."""
        states = {slot.state for slot in self._slots}
        if not states:
            return "connecting"
        if states == {"stopped"}:
            return "stopped"
        for state in ("waiting", "stalled", "connecting"):
            if state in states:
                return state
        is_whole = self._ledger is not None and self._ledger.is_whole
        return "live" if is_whole else "backfilling"

    @property
    def reason(self) -> str:
        """Why it is not live, as far as it is known."""
        reasons = [f"no such market: {symbol}" for symbol in self._unknown]
        reasons += [slot.reason for slot in self._slots if slot.reason]
        if self._filler is not None and self._filler.reason:
            reasons.append(self._filler.reason)
        return "; ".join(dict.fromkeys(reasons))

    @property
    def counts(self) -> dict[str, int]:
        """What it has met, by name."""
        return {**self.figures.numbers(), "markets": len(self._markets.numbers)}

    async def deliveries(self, position: str | None) -> AsyncIterator[Delivery]:
        """See `Source.deliveries`."""
        venue, inbox = self._venue, Inbox()
        book = Book(self._markets.numbers, venue.are_ids_contiguous, venue.gives_trades, venue.bar)
        ledger = self._ledger = Ledger(book, progress_of(position), self.figures)
        filler = self._filler = Filler(self._rest, ledger, inbox, self._around)
        setting = Setting(venue, self._around, inbox, self.figures, filler.missed)
        self._slots = [Slot(plan, setting) for plan in venue.plans(list(self._markets.numbers))]
        works = [slot.run() for slot in self._slots]
        tasks = [asyncio.create_task(work) for work in (*works, filler.run(), self._learn())]
        for task in tasks:
            inbox.watch(task)
        ticking = asyncio.create_task(self._tick(inbox))
        try:
            async for delivery in self._delivered(ledger, filler, inbox):
                yield delivery
        finally:
            try:
                await ended(*tasks, ticking)
            finally:
                await self._rest.close()

    async def _delivered(
        self, ledger: Ledger, filler: Filler, inbox: Inbox
    ) -> AsyncIterator[Delivery]:
        clock = self._around.clock
        full_s = clock.elapsed()
        while True:
            await inbox.arrived()
            await self._around.sleep(FLUSH_S)
            values = inbox.take()
            self._see_clock(values)
            ledger.take(values, clock.now_us())
            for value in values:
                if isinstance(value, CaughtUp):
                    filler.finished(value)
            filler.wake()
            is_full = clock.elapsed() - full_s >= FULL_S
            if is_full:
                full_s = clock.elapsed()
            delivery = ledger.delivery(self.name, is_full=is_full)
            if delivery is not None:
                yield delivery

    async def _tick(self, inbox: Inbox) -> None:
        """Have coverage written, and trades that waited let in, although nothing comes."""
        while True:
            await self._around.sleep(FULL_S)
            inbox.wake()

    def _see_clock(self, values: Sequence[Value]) -> None:
        """Measure the venue's clock by the newest trade of what has just come."""
        for value in reversed(values):
            if isinstance(value, TradeEvent):
                ahead_ms = (value.time_us - self._around.clock.now_us()) // 1_000
                old = self.figures.skew_ms
                # The trade that took least tells most; what is old is slowly forgotten.
                self.figures.skew_ms = max(ahead_ms, old - 1 - abs(old) // 100)
                return

    async def _learn(self) -> None:
        """Find out what the venue says of its markets; tried until it answers."""
        symbols, back_off = list(self._markets.numbers), BackOff(self._around)
        self._unknown.clear()
        while (listed := await self._listed(symbols)) is None:
            await self._around.sleep(back_off.next_s())
        for symbol in symbols:
            if symbol not in listed.markets:
                self._unknown.append(symbol)
                _log.error("no such market", feed=self.name, symbol=symbol)
            elif symbol in listed.halted:
                _log.warning("market not traded just now", feed=self.name, symbol=symbol)
        with suppress(UsageError):
            await asyncio.to_thread(self._markets.learn, list(listed.markets.values()))

    async def _listed(self, symbols: Sequence[str]) -> Listed | None:
        """Return what the venue lists; None to ask again."""
        try:
            return await self._rest.listed(symbols)
        except GoneError as error:
            _log.warning("markets unknown", feed=self.name, reason=str(error))
            return Listed({symbol: Market.of(self._venue.market_of(symbol)) for symbol in symbols})
        except ChandleryError as error:
            _log.warning("markets not known yet", feed=self.name, reason=str(error))
            return None
