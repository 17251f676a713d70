"""A live venue as a source: connections in, deliveries out, gaps filled on the way.

Symbols may come and go while it runs: `follow`, `unfollow`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

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
from chandlery.sources.live.run import Run
from chandlery.sources.live.slots import Slots
from chandlery.sources.live.steady import SteadyClock
from chandlery.sources.live.surroundings import BackOff, Surroundings
from chandlery.sources.live.values import Lost, Value
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
        self._numbers = dict(markets.numbers)
        self._tell = markets.learn
        self._around = surroundings
        self.figures = counts or FeedCounts()
        self._unknown: dict[str, str] = {}
        self._run: Run | None = None
        self._leaves = ""
        """Why it is to end; empty: it is not."""

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
        states = self._run.slots.states if self._run is not None else set()
        if not states:
            return "connecting"
        if states == {"stopped"}:
            return "stopped"
        for state in ("waiting", "stalled", "connecting"):
            if state in states:
                return state
        is_whole = self._run is not None and self._run.ledger.is_whole
        return "live" if is_whole else "backfilling"

    @property
    def reason(self) -> str:
        """Why it is not live, as far as it is known."""
        reasons = list(self._unknown.values())
        if self._run is not None:
            reasons += [*self._run.slots.reasons, *filter(None, [self._run.filler.reason])]
        return "; ".join(dict.fromkeys(reasons))

    @property
    def refused(self) -> Mapping[str, str]:
        """Why nothing will come of a symbol: the venue does not have it, or does not give it."""
        return (self._run.slots.refused if self._run is not None else {}) | self._unknown

    @property
    def counts(self) -> dict[str, int]:
        """What it has met, by name."""
        return {**self.figures.numbers(), "markets": len(self._numbers)}

    @property
    def numbers(self) -> Mapping[str, int]:
        """The store's number of each symbol that it follows."""
        return self._numbers

    def follow(self, numbers: Mapping[str, int]) -> None:
        """Follow symbols too, from now on."""
        new = {symbol: number for symbol, number in numbers.items() if symbol not in self._numbers}
        run = self._run
        if run is None:
            self._numbers.update(new)
            return
        run.absorb()
        for symbol, number in new.items():
            run.ledger.follow(symbol, number)
        run.slots.follow(list(new))
        run.begin(self._learn(list(new)))

    async def unfollow(self, symbols: Collection[str]) -> None:
        """Follow symbols no more; returns when what was seen of them is durable."""
        run = self._run
        known = [symbol for symbol in symbols if symbol in self._numbers]
        self._unknown = {own: why for own, why in self._unknown.items() if own not in symbols}
        if run is None:
            for symbol in known:
                del self._numbers[symbol]
            return
        run.slots.unfollow(known)
        run.absorb()
        for symbol in known:
            run.filler.unfollow(symbol)
            run.ledger.unfollow(symbol)
        await run.settled()

    def leave(self, reason: str) -> None:
        """Have `deliveries` end in order: the last one says from when on nothing is seen, and why.

        Asking again for deliveries begins again.
        """
        self._leaves = reason
        if self._run is not None:
            self._run.inbox.wake()

    async def deliveries(self, position: str | None) -> AsyncIterator[Delivery]:
        """See `Source.deliveries`."""
        venue, inbox = self._venue, Inbox()
        book = Book(self._numbers, venue.are_ids_contiguous, venue.gives_trades, venue.bar)
        ledger = Ledger(book, progress_of(position), self.figures)
        clock = SteadyClock(self._around.clock)
        around = replace(self._around, clock=clock)
        filler = Filler(self._rest, ledger, inbox, around)
        setting = Setting(venue, around, inbox, self.figures, filler.missed)
        run = self._run = Run(inbox, ledger, filler, Slots(setting), clock)
        self._leaves = ""
        self._unknown.clear()
        run.slots.follow(list(self._numbers))
        for work in (filler.run(), self._learn(list(self._numbers)), self._tick(inbox)):
            run.begin(work)
        try:
            async for delivery in self._delivered(run):
                yield delivery
        finally:
            self._run = None
            try:
                await run.end()
            finally:
                await self._rest.close()

    async def _delivered(self, run: Run) -> AsyncIterator[Delivery]:
        clock = self._around.clock
        full_s = clock.elapsed()
        while not self._leaves:
            await run.inbox.arrived()
            await self._around.sleep(FLUSH_S)
            self._see_clock(run.absorb(), run.clock)
            run.filler.wake()
            is_full = clock.elapsed() - full_s >= FULL_S or run.is_awaited
            if is_full:
                full_s = clock.elapsed()
            delivery = run.ledger.delivery(self.name, is_full=is_full)
            awaited = run.awaited()
            try:
                if delivery is not None:
                    yield delivery
            finally:
                for durable in awaited:
                    durable.set()
        await run.end()
        run.inbox.put([Lost(tuple(self._numbers), self._leaves)])
        run.absorb()
        delivery = run.ledger.delivery(self.name, is_full=True)
        if delivery is not None:
            yield delivery

    async def _tick(self, inbox: Inbox) -> None:
        """Have coverage written, and trades that waited let in, although nothing comes."""
        while True:
            await self._around.sleep(FULL_S)
            inbox.wake()

    def _see_clock(self, values: Sequence[Value], clock: SteadyClock) -> None:
        """Measure the venue's clock by the newest trade of what has just come."""
        for value in reversed(values):
            if isinstance(value, TradeEvent):
                clock.heard(value.time_us)
                ahead_ms = (value.time_us - clock.now_us()) // 1_000
                old = self.figures.skew_ms
                # The trade that took least tells most; what is old is slowly forgotten.
                self.figures.skew_ms = max(ahead_ms, old - 1 - abs(old) // 100)
                return

    async def _learn(self, symbols: Sequence[str]) -> None:
        """Find out what the venue says of its markets; tried until it answers."""
        back_off = BackOff(self._around)
        while (listed := await self._listed(symbols)) is None:
            await self._around.sleep(back_off.next_s())
        for symbol in symbols:
            if symbol not in listed.markets and symbol in self._numbers:
                self._unknown[symbol] = f"no such market: {symbol}"
                _log.error("no such market", feed=self.name, symbol=symbol)
            elif symbol in listed.halted:
                _log.warning("market not traded just now", feed=self.name, symbol=symbol)
        with suppress(UsageError):
            await asyncio.to_thread(self._tell, list(listed.markets.values()))

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
