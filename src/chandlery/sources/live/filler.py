"""Asks the venue for what was missed: a page of a symbol at a time, all symbols in turn."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from chandlery.core.errors import ChandleryError, InputError
from chandlery.sources.live.clock_track import ClockTrack
from chandlery.sources.live.figures import FeedCounts
from chandlery.sources.live.inbox import Inbox
from chandlery.sources.live.ledger import Ledger
from chandlery.sources.live.recent import PartlyGoneError
from chandlery.sources.live.rest import GoneError, Rest, TradePage
from chandlery.sources.live.sound import check_bar, check_trade
from chandlery.sources.live.surroundings import BackOff, Surroundings
from chandlery.sources.live.track import US, Track
from chandlery.sources.live.values import CaughtUp, Passed, Proved, Value
from chandlery.sources.live.venue import TradeEvent

MOST_TRIES = 20
"""How often ids are asked for that the venue has announced but does not give yet."""
PAUSE_S = 1.0
MOST_ASKED = 3
"""Symbols that are asked about when a connection is silent."""
FRESH_US = 3 * US
"""A trade younger than this may still be on its way."""
QUIET_US = 10 * US
"""What the venue does not have of trades older than this, there is not."""

_log = structlog.get_logger()


@dataclass(slots=True)
class Errand:
    """What is asked for: the trades or bars of a symbol, from where, and up to where if known."""

    symbol: str
    is_bars: bool
    after: int
    until: int | None
    round: int = 0
    """Which beginning it is about, if it asks for all up to now."""
    tries: int = 0


class Filler:
    """Fills holes, and what was missed while nothing was connected."""

    def __init__(
        self, rest: Rest, ledger: Ledger, inbox: Inbox, surroundings: Surroundings
    ) -> None:
        self._rest = rest
        self._ledger = ledger
        self._inbox = inbox
        self._around = surroundings
        self._back_off = BackOff(surroundings)
        self._wanted = asyncio.Event()
        self._busy: dict[tuple[str, bool], Errand] = {}
        self._turns: deque[tuple[str, bool]] = deque()
        self._looks = 0
        self.reason = ""
        """Why asking fails just now."""

    @property
    def counts(self) -> FeedCounts:
        """What is counted."""
        return self._ledger.counts

    def wake(self) -> None:
        """Look whether there is anything to ask for."""
        if self._ledger.behind - self._busy.keys():
            self._wanted.set()

    def unfollow(self, symbol: str) -> None:
        """Ask for nothing more of a symbol; what is under way is not heeded."""
        for key in ((symbol, False), (symbol, True)):
            if self._busy.pop(key, None) is not None and key in self._turns:
                self._turns.remove(key)

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            for key in sorted(self._ledger.behind - self._busy.keys()):
                self._begin(key)
            if not self._turns:
                self._wanted.clear()
                await self._wanted.wait()
                continue
            await self._inbox.room()
            if self._turns:
                await self._turn(self._turns.popleft())

    def _begin(self, key: tuple[str, bool]) -> None:
        symbol, is_bars = key
        errand = self._bars_errand(symbol) if is_bars else self._trades_errand(symbol)
        self._busy[key] = errand or Errand(symbol, is_bars, 0, None)
        self._busy[key].round = self._ledger.rounds.get(key, 0)
        if errand is None:
            self._finish(self._busy[key], [])
        else:
            self._turns.append(key)

    def _trades_errand(self, symbol: str) -> Errand | None:
        """Return what to ask for first: the first hole, else what came after the newest trade."""
        track = self._ledger.tracks[symbol]
        holes = track.holes()
        if isinstance(track, ClockTrack):
            known = holes[0] if holes else None
            return known and Errand(symbol, is_bars=False, after=known.first, until=known.last)
        if holes:
            after, until = holes[0].first - 1, holes[0].last
            # What comes after the newest trade is asked for too, if a connection has just begun.
            is_late = (symbol, False) in self._ledger.rounds
            return Errand(symbol, is_bars=False, after=after, until=None if is_late else until)
        if track.newest is None:
            return None
        return Errand(symbol, is_bars=False, after=track.newest, until=None)

    def _bars_errand(self, symbol: str) -> Errand | None:
        known = self._ledger.bars[symbol].known
        return None if known is None else Errand(symbol, is_bars=True, after=known, until=None)

    async def _turn(self, key: tuple[str, bool]) -> None:
        """Ask for one page; on failure wait, and let the next try come in its turn."""
        errand = self._busy[key]
        try:
            is_done = await (self._bars(errand) if errand.is_bars else self._trades(errand))
        except GoneError as error:
            self._give_up(errand, error)
            return
        except ChandleryError as error:
            self.reason = str(error)
            _log.warning("asking failed", symbol=errand.symbol, reason=self.reason)
            self._again_later(errand)
            await self._around.sleep(self._back_off.next_s())
            return
        self.reason = ""
        self._back_off.reset()
        if not is_done:
            self._again_later(errand)

    def _again_later(self, errand: Errand) -> None:
        if self._is_wanted(errand):
            self._turns.append((errand.symbol, errand.is_bars))

    def _is_wanted(self, errand: Errand) -> bool:
        """Return whether its symbol was not given up, and perhaps begun anew, meanwhile."""
        return self._busy.get((errand.symbol, errand.is_bars)) is errand

    def _hand_in(self, errand: Errand, values: Sequence[Value]) -> None:
        if self._is_wanted(errand):
            self._inbox.put(values)

    def _finish(self, errand: Errand, values: Sequence[Value], upto: int | None = None) -> None:
        """Hand in the last values of an errand. It is busy until the ledger has them."""
        done = CaughtUp(errand.symbol, errand.is_bars, upto, errand.round)
        self._hand_in(errand, [*values, done])

    def finished(self, done: CaughtUp) -> None:
        """Say that the ledger has what an errand brought."""
        self._busy.pop((done.symbol, done.is_bars), None)

    def _give_up(self, errand: Errand, error: GoneError) -> None:
        reason = str(error)
        _log.warning("cannot be filled", symbol=errand.symbol, reason=reason)
        left = error.trades if isinstance(error, PartlyGoneError) else ()
        values: list[Value] = [*self._values(TradePage(left))]
        if not errand.is_bars and errand.until is not None:
            values.append(Passed(errand.symbol, errand.until, reason))
        self._finish(errand, values)

    async def _trades(self, errand: Errand) -> bool:
        track = self._ledger.tracks[errand.symbol]
        if isinstance(track, Track):
            return await self._by_id(errand)
        return await self._by_time(errand)

    async def _by_id(self, errand: Errand) -> bool:
        """Ask for trades by id; return whether nothing more is to be asked."""
        values, is_last = await self._after(errand.symbol, errand.after)
        ids = (v.id for v in values if isinstance(v, TradeEvent) and isinstance(v.id, int))
        newest = max(ids, default=errand.after)
        has_moved, errand.after = newest > errand.after, max(newest, errand.after)
        # Whatever was skipped inside the page the venue does not have.
        told = [*values, Passed(errand.symbol, errand.after)]
        if errand.until is None or errand.after >= errand.until:
            is_done = is_last or errand.until is not None
        elif is_last or not has_moved:
            return await self._again(errand, told)
        else:
            is_done = False
        if is_done:
            self._finish(errand, told)
        else:
            self._hand_in(errand, told)
        return is_done

    async def _after(self, symbol: str, after: int) -> tuple[list[Value], bool]:
        """Return what a page after an id brings, and whether there is no more."""
        asked_us = self._around.clock.now_us() - self.counts.skew_us
        page = await self._rest.trades_after(symbol, after)
        values: list[Value] = [*self._values(page)]
        if page.is_last:
            values.append(Proved(symbol, asked_us - QUIET_US))
        return values, page.is_last

    async def _again(self, errand: Errand, told: Sequence[Value]) -> bool:
        """The venue does not have yet what its stream was ahead of: wait a moment for it."""
        self._hand_in(errand, told)
        errand.tries += 1
        if errand.tries < MOST_TRIES:
            await self._around.sleep(PAUSE_S)
            return False
        until = errand.until if errand.until is not None else errand.after
        self._finish(errand, [Passed(errand.symbol, until, "the venue does not have them")])
        return True

    async def _by_time(self, errand: Errand) -> bool:
        until = errand.until if errand.until is not None else errand.after
        # Before that the venue cannot have all of it.
        early_us = until + FRESH_US - self._around.clock.now_us() + self.counts.skew_us
        if early_us > 0:
            await self._around.sleep(early_us / US)
        page = await self._rest.trades_between(errand.symbol, errand.after, until)
        values = self._values(page)
        newest = max((value.time_us for value in values), default=errand.after)
        # Where a whole page shares one moment, there is no way to the rest of it.
        errand.after = max(errand.after + 1, newest, page.upto_us or 0)
        if not page.is_last and errand.after < until:
            self._hand_in(errand, values)
            return False
        self._finish(errand, [*values, Passed(errand.symbol, until)])
        return True

    def _values(self, page: TradePage) -> list[TradeEvent]:
        self.counts.filled += len(page.trades)
        return [event for event in page.trades if self._is_sound(event)]

    def _is_sound(self, event: TradeEvent) -> bool:
        try:
            check_trade(event)
        except InputError as error:
            self.counts.sample(str(error))
            return False
        return True

    async def _bars(self, errand: Errand) -> bool:
        bar = self._ledger.book.bar
        now_s = self._around.clock.now_us() // US
        if bar is None:
            self._finish(errand, [])
            return True
        end = now_s // bar.seconds * bar.seconds
        page = await self._rest.bars(errand.symbol, bar, errand.after, end)
        for event in page.bars:
            check_bar(event)
        newest = max((event.t + bar.seconds for event in page.bars), default=errand.after)
        has_moved, errand.after = newest > errand.after, max(newest, errand.after)
        if page.is_last or not has_moved:
            self._finish(errand, page.bars, errand.after)
            return True
        self._hand_in(errand, page.bars)
        return False

    async def missed(self, symbols: tuple[str, ...]) -> bool:
        """Return whether the venue has trades of some symbols that should have come by now."""
        tracks = self._ledger.tracks
        followed = [s for s in symbols if s in tracks and tracks[s].newest is not None]
        first = self._looks * MOST_ASKED % max(1, len(followed))
        self._looks += 1
        late_us = self._around.clock.now_us() - FRESH_US
        found = False
        for symbol in [*followed[first:], *followed[:first]][:MOST_ASKED]:
            track = tracks.get(symbol)
            if not isinstance(track, Track) or track.newest is None:
                continue
            try:
                values, _ = await self._after(symbol, track.newest)
            except ChandleryError as error:
                _log.warning("asking failed", symbol=symbol, reason=str(error))
                return True
            self._inbox.put(values)
            found = found or any(
                isinstance(value, TradeEvent) and value.time_us < late_us for value in values
            )
        return found
