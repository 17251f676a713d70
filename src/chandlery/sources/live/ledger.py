"""What a feed has seen, made into deliveries: trades, bars, gaps, coverage, position. Pure.

Everything goes through here in one order: what venues say, what connections do, and what was
found by asking. So a gap, the trades that fill it and the coverage that closes it are one history.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from chandlery.core.candles import Bars, Candles
from chandlery.core.delivery import Coverage, Delivery, Gap, GapState
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades, id_of_text
from chandlery.sources.live.bar_track import BarTrack
from chandlery.sources.live.clock_track import ClockTrack
from chandlery.sources.live.figures import FeedCounts
from chandlery.sources.live.progress import Progress, text_of
from chandlery.sources.live.track import US, Hole, Span, Track
from chandlery.sources.live.values import Alive, CaughtUp, Lost, Passed, Proved, Resumed, Value
from chandlery.sources.live.venue import BarEvent, TradeEvent

EARLY_US = 5 * US
"""How far ahead of our clock a trade may be stamped before it waits."""
MOST_HELD = 100_000
TRADES, BARS = "trades", "bars"

AnyTrack: TypeAlias = Track | ClockTrack


@dataclass(frozen=True, slots=True)
class Book:
    """What a feed follows: the store's number of each symbol, and what it is given of them."""

    numbers: dict[str, int]
    are_ids_contiguous: bool
    gives_trades: bool = True
    bar: Resolution | None = None


@dataclass(slots=True)
class _Columns:
    market: list[int] = field(default_factory=list)
    time: list[int] = field(default_factory=list)
    price: list[float] = field(default_factory=list)
    size: list[float] = field(default_factory=list)
    side: list[int] = field(default_factory=list)
    sequence: list[int] = field(default_factory=list)
    id: list[int] = field(default_factory=list)

    def take(self) -> Trades:
        """Return the trades."""
        return Trades.of(**{name: getattr(self, name) for name in Trades.DTYPES})


class Ledger:
    """Takes values in, gives deliveries out."""

    def __init__(self, book: Book, progress: Progress, counts: FeedCounts) -> None:
        self.book = book
        self.counts = counts
        self.tracks: dict[str, AnyTrack] = {}
        self.bars: dict[str, BarTrack] = {}
        self.behind: set[tuple[str, bool]] = set()
        """(symbol, whether bars) whose past must be asked for."""
        self._apart = set(book.numbers)
        """Symbols that no connection brings just now."""
        self.rounds: dict[tuple[str, bool], int] = {}
        """Of those whose connection has begun: what came before it is still to be asked for."""
        self._beginnings = itertools.count(1)
        self._columns = _Columns()
        self._pending: dict[tuple[int, int], BarEvent] = {}
        self._gaps: list[Gap] = []
        self._final: list[Coverage] = []
        self._told: dict[str, set[Hole]] = {}
        self._crowded: set[str] = set()
        self._held: list[tuple[int, int, TradeEvent]] = []
        self._order = itertools.count()
        self._told_coverage: dict[tuple[int, str], list[Span]] = {}
        self._position = ""
        self._now_us = 0
        for symbol in book.numbers:
            self._add(symbol, progress)
        self._take: dict[type, Callable[[Any], None]] = {
            BarEvent: self._bar,
            Lost: self._lost,
            Resumed: self._resumed,
            Alive: self._alive,
            Proved: self._proved,
            Passed: self._passed,
            CaughtUp: self._caught_up,
        }

    def _add(self, symbol: str, progress: Progress) -> None:
        kind: Callable[..., AnyTrack] = Track if self.book.are_ids_contiguous else ClockTrack
        self.tracks[symbol] = kind(progress.trades.get(symbol))
        if self.book.bar is not None:
            self.bars[symbol] = BarTrack(self.book.bar.seconds, progress.bars.get(symbol))

    def follow(self, symbol: str, number: int) -> None:
        """Take in a symbol too, from its first trade on."""
        self.book.numbers[symbol] = number
        self._apart.add(symbol)
        self._add(symbol, Progress())

    def unfollow(self, symbol: str) -> None:
        """Have done with a symbol: what was seen of it stays, and nothing more is looked for."""
        self._keep_coverage(symbol, TRADES, self.tracks.pop(symbol).spans())
        if symbol in self.bars:
            self._keep_coverage(symbol, BARS, self.bars.pop(symbol).spans())
        self._told.pop(symbol, None)
        self._apart.discard(symbol)
        self._crowded.discard(symbol)
        for key in ((symbol, False), (symbol, True)):
            self.behind.discard(key)
            self.rounds.pop(key, None)
        del self.book.numbers[symbol]

    def _known(self, symbols: Iterable[str]) -> list[str]:
        """Return those that are still followed: connections close later than that."""
        return [symbol for symbol in symbols if symbol in self.tracks]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing that could be asked for."""
        return not (self._apart or self.behind or any(self._told.values()))

    def take(self, values: Iterable[Value], now_us: int) -> None:
        """Take values in, in their order."""
        self._now_us = now_us
        self._let_in()
        for value in values:
            if type(value) is TradeEvent:
                self._trade(value)
            else:
                self._take[type(value)](value)
        for symbol in self._crowded:
            self._tell_holes(symbol)
        self._crowded.clear()

    def _let_in(self) -> None:
        """Take trades in whose time has come."""
        until_us = self._now_us + EARLY_US
        while self._held and self._held[0][0] <= until_us:
            self._trade(heapq.heappop(self._held)[2])
        self.counts.held = len(self._held)

    def _trade(self, event: TradeEvent) -> None:
        if event.time_us > self._now_us + EARLY_US:
            self._hold(event)
            return
        track = self.tracks.get(event.symbol)
        if track is None:
            self.counts.unknown += 1
            return
        number = event.id if isinstance(event.id, int) else id_of_text(event.id)
        if not track.add(number, event.time_us, event.previous_id):
            self.counts.repeats += 1
            return
        columns = self._columns
        columns.market.append(self.book.numbers[event.symbol])
        columns.time.append(event.time_us)
        columns.price.append(float(event.price))
        columns.size.append(float(event.size))
        columns.side.append(event.side)
        columns.sequence.append(event.sequence)
        columns.id.append(number)
        if type(track) is Track and (len(track.islands) > 1 or self._told.get(event.symbol)):
            self._crowded.add(event.symbol)

    def _hold(self, event: TradeEvent) -> None:
        self.counts.early += 1
        if len(self._held) >= MOST_HELD:
            # It leaves a hole in the ids, and is asked for until its time has come.
            self.counts.refused += 1
            return
        heapq.heappush(self._held, (event.time_us, next(self._order), event))
        self.counts.held = len(self._held)

    def _bar(self, event: BarEvent) -> None:
        track = self.bars.get(event.symbol)
        if track is None:
            self.counts.unknown += 1
            return
        if not event.is_closed and self.book.gives_trades:
            return
        self._pending[self.book.numbers[event.symbol], event.t] = event
        if event.is_closed:
            track.add(event.t)
            if track.has_hole:
                self.behind.add((event.symbol, True))

    def _lost(self, value: Lost) -> None:
        symbols = self._known(value.symbols)
        self._apart.update(symbols)
        for symbol in symbols:
            track = self.tracks[symbol]
            if isinstance(track, ClockTrack):
                track.lose()
            self._open_gap(symbol, TRADES, value.reason)
            if symbol in self.bars:
                self._open_gap(symbol, BARS, value.reason)

    def _open_gap(self, symbol: str, kind: str, reason: str) -> None:
        """Say that nothing is seen of a symbol from the end of what was."""
        if kind == TRADES and not self.book.gives_trades:
            return
        track = self.tracks[symbol] if kind == TRADES else self.bars[symbol]
        self._keep_coverage(symbol, kind, track.spans())
        if track.reach_s is not None:
            self._gap(symbol, kind, track.reach_s, None, reason)

    def _gap(  # noqa: PLR0913 - one argument a field
        self,
        symbol: str,
        kind: str,
        start: int,
        end: int | None,
        reason: str,
        state: GapState = "open",
    ) -> None:
        self._gaps.append(Gap(self.book.numbers[symbol], kind, start, end, reason, state))

    def _resumed(self, value: Resumed) -> None:
        self._apart.difference_update(value.symbols)
        for symbol in self._known(value.symbols):
            track = self.tracks[symbol]
            if isinstance(track, ClockTrack):
                track.resume(value.at_us)
                self._tell_holes(symbol)
            if self.book.gives_trades:
                self._begin((symbol, False))
            if symbol in self.bars:
                self._begin((symbol, True))

    def _begin(self, key: tuple[str, bool]) -> None:
        self.rounds[key] = next(self._beginnings)
        self.behind.add(key)

    def _alive(self, value: Alive) -> None:
        for symbol in self._known(value.symbols):
            track = self.tracks[symbol]
            if isinstance(track, ClockTrack):
                track.alive(value.at_us)

    def _proved(self, value: Proved) -> None:
        track = self.tracks.get(value.symbol)
        if isinstance(track, Track):
            track.prove(value.at_us)

    def _passed(self, value: Passed) -> None:
        if value.symbol not in self.tracks:
            return
        track = self.tracks[value.symbol]
        # What is left of a hole is lost: first say what was seen on its two sides.
        self._keep_coverage(value.symbol, TRADES, track.spans())
        if isinstance(track, ClockTrack) and not value.reason:
            track.fill(value.upto)
        else:
            reason = value.reason or "the venue does not have them"
            for hole in track.give_up(self._before_held(value.symbol, value.upto)):
                self.counts.lost += 1
                self._gap(value.symbol, TRADES, hole.start_s, hole.end_s, reason, "lost")
        self._tell_holes(value.symbol)

    def _before_held(self, symbol: str, upto: int) -> int:
        """Return an id up to which no hole is of trades that are here, and wait for our clock."""
        waiting = (hole.first - 1 for hole in self._holes_held(symbol))
        return min((upto, *waiting))

    def _holes_held(self, symbol: str) -> list[Hole]:
        """Return the holes of a symbol in which a trade lies that waits for our clock."""
        if not self._held:
            return []
        ids = [event.id for _, _, event in self._held if event.symbol == symbol]
        holes = self.tracks[symbol].holes()
        return [h for h in holes if any(isinstance(i, int) and h.first <= i <= h.last for i in ids)]

    def _caught_up(self, value: CaughtUp) -> None:
        if value.symbol not in self.tracks:
            return
        key = (value.symbol, value.is_bars)
        if self.rounds.get(key) == value.round:
            del self.rounds[key]
        if key not in self.rounds:
            self.behind.discard(key)
        if value.is_bars and value.upto is not None:
            self.bars[value.symbol].passed(value.upto)
        elif not value.is_bars:
            self._tell_holes(value.symbol)

    def _tell_holes(self, symbol: str) -> None:
        """Say which holes are new."""
        track, told = self.tracks[symbol], self._told.get(symbol, set())
        holes = set(track.holes())
        known = {(hole.first, hole.last) for hole in told}
        for hole in sorted(holes):
            if any(first <= hole.first and hole.last <= last for first, last in known):
                continue
            reason = "nothing was connected"
            if isinstance(track, Track) and (symbol, False) not in self.rounds:
                self.counts.skips += 1
                reason = f"trades {hole.first} to {hole.last} were skipped"
            self._gap(symbol, TRADES, hole.start_s, hole.end_s, reason, "filling")
        self._told[symbol] = holes
        # What is here already, and waits for our clock, is not asked for.
        if holes and min(holes) not in self._holes_held(symbol):
            self.behind.add((symbol, False))

    def _keep_coverage(self, symbol: str, kind: str, spans: list[Span]) -> None:
        number = self.book.numbers[symbol]
        if spans and self._told_coverage.get((number, kind)) != spans:
            self._told_coverage[number, kind] = spans
            self._final += [Coverage(number, kind, span.start_s, span.end_s) for span in spans]

    def delivery(self, name: str, *, is_full: bool) -> Delivery | None:
        """Return what has come since the last one, if anything.

        Positions and coverage are written with every full one, and whenever there is a gap.
        """
        trades, self._columns = self._columns.take(), _Columns()
        self.counts.trades += len(trades)
        self.counts.resets = sum(t.resets for t in self.tracks.values() if isinstance(t, Track))
        is_full = is_full or bool(self._gaps)
        bars = self._take_bars() if is_full else ()
        if not is_full:
            return Delivery(trades=trades) if len(trades) else None
        for symbol in self.book.numbers:
            self._keep_coverage(symbol, TRADES, self.tracks[symbol].spans())
            if symbol in self.bars:
                self._keep_coverage(symbol, BARS, self.bars[symbol].spans())
        gaps, self._gaps = tuple(self._gaps), []
        coverage, self._final = tuple(self._final), []
        text = text_of(self._progress())
        positions = {name: text} if text != self._position else {}
        self._position = text
        found = Delivery(trades, bars, positions, coverage, gaps)
        return found if len(found) or positions or coverage or gaps else None

    def _progress(self) -> Progress:
        trades = ((symbol, track.known) for symbol, track in self.tracks.items())
        bars = ((symbol, track.known) for symbol, track in self.bars.items())
        return Progress(
            trades={symbol: known for symbol, known in trades if known is not None},
            bars={symbol: end for symbol, end in bars if end is not None},
        )

    def _take_bars(self) -> tuple[Bars, ...]:
        if not self._pending or self.book.bar is None:
            return ()
        rows = sorted(self._pending.items())
        self._pending = {}
        self.counts.bars += len(rows)
        return (bars_of([(number, event) for (number, _), event in rows], self.book.bar),)


def bars_of(rows: list[tuple[int, BarEvent]], resolution: Resolution) -> Bars:
    """Return bars, each with the number of its market, as columns."""
    columns: dict[str, Any] = {
        name: [getattr(event, name) for _, event in rows]
        for name in ("t", "o", "h", "l", "c", "v", "q", "n", "bv")
    }
    numbers = [number for number, _ in rows]
    return Bars(resolution, Candles.of(market=numbers, given=[True] * len(rows), **columns))
