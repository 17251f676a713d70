"""The one way into the store: what a source delivers becomes durable, each trade once.

What arrives behind a rung's frontier is late: its windows are marked in the same transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import structlog

from chandlery.core.candles import Bars, Candles, at_moments, unsound
from chandlery.core.columns import US, Bools, Int32s, Int64s, starts_of_runs
from chandlery.core.delivery import Delivery
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Refused, Trades, refusals
from chandlery.engine.dirt import FOREVER, Dirt
from chandlery.engine.edge import Edge
from chandlery.engine.filtering import Filtering, Judged
from chandlery.engine.making import SESSION_SLACK, grid_floor
from chandlery.engine.registry import Registry
from chandlery.engine.tails import Tails
from chandlery.engine.tally import Tally
from chandlery.stores import Change, Interval, Mark, Ranges, Store

Result = TypeVar("Result")

_log = structlog.get_logger()

QUIET_TRIES = 3
"""How often a read is tried beside commits before it holds the next one up."""
HELD_UP_S = 0.5
"""How long a read may hold up commits at most."""
DAY_S = 86_400
MOST_MARKS = 20_000
"""Beyond this many late windows in one delivery, those of a market become one."""

MOST_TRADES_TO_WARM = 2_000_000
"""With more trades than this behind the frontier the edge stays cold until they are rolled up."""

TOO_OLD = "time is before what is kept"


_NO_ROWS = np.empty(0, dtype=np.int64)
NEVER = 1 << 62
"""A moment in microseconds that no trade reaches."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a delivery: rows are those of its trades as delivered."""

    trades: Trades = field(default_factory=Trades.empty)
    """Those that are new, as they were stored."""
    bars: tuple[Bars, ...] = ()
    repeats: Int64s = field(default_factory=lambda: _NO_ROWS)
    refused: Refused = field(default_factory=lambda: Refused({}))
    refused_bars: tuple[dict[str, int], ...] = ()
    """How many of each `bars` were refused, by reason."""
    late: tuple[Mark, ...] = ()
    counted: Trades = field(default_factory=Trades.empty)
    """The new trades that count in bars: see Judged."""
    again: Ranges = field(default_factory=Ranges.empty)
    """Moments in seconds whose bars must be read again: other trades count there now."""
    seen: frozenset[int] = frozenset()
    """The markets of which something was collected, or missed."""
    number: int = 0
    """Which commit it was: they are counted from 1 on, since the process began."""
    is_after_doubt: bool = False
    """Whether a commit before it may have become durable without anybody being told."""


class Recorder:
    """Writes deliveries, one at a time. Calls block."""

    def __init__(  # noqa: PLR0913 - it keeps every part of an engine in step
        self,
        store: Store,
        dirt: Dirt,
        registry: Registry,
        live: Edge,
        tails: Tails,
        filtering: Filtering,
    ) -> None:
        self._store = store
        self.tally = Tally()
        self._filtering = filtering
        self._tails = tails
        self._dirt = dirt
        self._live = live
        self._registry = registry
        # Held from the choice of what is late to its commit, and by a roll-up while it moves
        # that edge: no trade can slip in between unmarked and unread.
        self.writing = threading.Lock()
        self._is_unsure = False
        self._begun = 0
        self._committing: frozenset[int] = frozenset()
        """The markets whose data the commit that is under way changes."""
        self.number = 0
        """The last commit that reads have all of."""

    def observed(self, market: int, read: Callable[[], Result]) -> tuple[int | None, Result]:
        """Run a read of one market; return the last commit it has all of, and the result.

        None if the market got data meanwhile: then nobody can say what the read has seen of it.
        """
        # A commit is noted after it ended and before it leaves `_committing`: none goes unseen.
        changes = self._registry.changes(market)
        is_sure = market not in self._committing
        result = read()
        number = self.number
        is_sure = is_sure and market not in self._committing
        return (number if is_sure and self._registry.changes(market) == changes else None), result

    def quietly(self, market: int, read: Callable[[], Result]) -> tuple[int, Result]:
        """Like `observed`, but until the market gets no data, or no commit is let in."""
        for _ in range(QUIET_TRIES):
            number, result = self.observed(market, read)
            if number is not None:
                return number, result
        with self.writing, self._store.limited(HELD_UP_S):
            return self.number, read()

    def record(self, delivery: Delivery, now_us: int) -> Recorded:
        """Commit a delivery; what it repeats and what may not enter is left out and counted."""
        bars, refused_bars = self._sound(delivery.bars, now_us)
        self._registry.flush()
        with self.writing:
            refused = self._refused(delivery.trades, now_us)
            entering = _rows_but(len(delivery.trades), refused.rows())
            trades = delivery.trades.take(entering) if len(refused) else delivery.trades
            is_repeat = self._repeats(trades)
            fresh = trades.take(~is_repeat) if is_repeat.any() else trades
            judged = self._filtering.judge(fresh)
            marks = [
                *self._late_trades(fresh),
                *self._late_bars(bars),
                *self._changed(judged.again),
            ]
            is_after_doubt = self._is_unsure
            written = self._write(
                Change(
                    trades=fresh,
                    bars=bars,
                    marks=marks,
                    positions=delivery.positions,
                    coverage=delivery.coverage,
                    gaps=delivery.gaps,
                )
            )
            # First of all, or what is sent again would be taken for new.
            self._note(fresh, bars)
            self._dirt.learn(given.resolution for given in bars)
            self._filtering.learn(judged)
            self._keep_live(judged)
            self.tally.leave_out(judged.left_out.market)
            number = self._ended()
        self.tally.refuse(delivery.trades.market, refused)
        return Recorded(
            trades=fresh,
            bars=bars,
            repeats=entering[is_repeat],
            refused=refused,
            refused_bars=refused_bars,
            late=tuple(written),
            counted=judged.counted,
            again=judged.again,
            seen=_seen(delivery),
            number=number,
            is_after_doubt=is_after_doubt,
        )

    def _sound(
        self, bars: tuple[Bars, ...], now_us: int
    ) -> tuple[tuple[Bars, ...], tuple[dict[str, int], ...]]:
        """Return the bars that may enter, and how many may not, by reason."""
        sound, refused = [], []
        for given in bars:
            reasons = unsound(given.candles, now_us) | self._off_the_grid(given)
            is_bad = np.zeros(len(given.candles), dtype=np.bool_)
            counts = {}
            for reason, failed in reasons.items():
                fresh = failed & ~is_bad
                counts[reason] = int(fresh.sum())
                self.tally.refuse_all(reason, given.candles.market[fresh])
                is_bad |= failed
            sound.append(replace(given, candles=given.candles.take(~is_bad)))
            refused.append({reason: count for reason, count in counts.items() if count})
        return tuple(sound), tuple(refused)

    def _off_the_grid(self, given: Bars) -> dict[str, Bools]:
        """Return which bars begin where no bar of their resolution does."""
        moved = at_moments(given.candles, given.resolution, self._registry.calendars)
        bar = self._registry.calendars.floor(given.resolution, moved.market, moved.t)
        return {f"time is not where a {given.resolution} bar begins": bar != given.candles.t}

    def _keep_live(self, judged: Judged) -> None:
        """Fold what is durable into the live edge: if that stumbles, the receipt still stands."""
        try:
            self._live.add(judged.counted, self._registry.calendars)
            self._read_edge(judged.again)
        except Exception:  # noqa: BLE001 - whatever it is, reads then go to the trades
            _log.exception("the live edge is dropped")
            self._live.cool()

    def _read_edge(self, again: Ranges) -> None:
        """Read what the live edge holds of markets in which other trades count now."""
        start = self._live.start
        if start is None or not len(again):
            return
        markets = np.unique(again.market[again.end > start])
        scope = Ranges(markets, np.full(len(markets), start * US), np.full(len(markets), NEVER))
        if self._store.count(None, scope) > MOST_TRADES_TO_WARM:
            self._live.cool()
        elif len(markets):
            trades = self._filtering.trades(scope)
            self._live.replace(markets, trades, self._registry.calendars)

    def _repeats(self, trades: Trades) -> Bools:
        """Return which trades are in the store or earlier in the batch.

        Only one that is no newer than its market's newest can be stored: in order, none is.
        """
        is_repeat = trades.repeats()
        suspects = np.flatnonzero(trades.time <= self._registry.newest_us(trades.market))
        if len(suspects):
            is_repeat[suspects] |= self._store.repeats(trades.take(suspects))
        return is_repeat

    def erase(self, market: int, start: int, end: int) -> None:
        """Delete a market's trades of [start, end) seconds, as when a chain rolls back."""
        self._registry.flush()
        with self.writing:
            touched = end + self._filtering.reach_s(market)
            marks = self._mark(market, self._dirt.rungs[0], start, touched)
            self._write(Change(erase=Ranges.one(market, start * US, end * US), marks=marks))
            self._filtering.forget()
            # Sums cannot be taken back: the edge is folded anew when it is warmed again.
            self._live.cool()
            self._registry.touch(market)
            self._ended()

    def warm(self) -> None:
        """Fold the live edge into memory, so that commits keep it and reads need no trades.

        Only where the finest rung's bars begin at the same moments in every market.
        """
        rung, grid = self._dirt.rungs[0], self._registry.calendars
        if not (grid.is_plain or (rung.is_intraday and 60 % rung.seconds == 0)):
            return
        with self.writing:
            start = self._dirt.frontier(rung)
            scope = Interval(start * US, FOREVER)
            if self._store.count(None, scope) <= MOST_TRADES_TO_WARM:
                self._live.warm(start, self._filtering.trades(scope), grid)

    def closed(self, rung: Resolution, start: int, end: int) -> Candles | None:
        """Say that a roll-up takes the bars of [start, end): what comes now is late.

        Return those bars, if the live edge has them.
        """
        with self.writing:
            self._dirt.expect(rung, end)
            return self._live.candles(start, end) if rung == self._live.resolution else None

    def rolled_up(self, rung: Resolution, end: int) -> None:
        """Say that the bars before a moment are in the store."""
        if rung == self._live.resolution:
            self._live.advance(end)

    def let_go(self, before: int) -> int:
        """Take no more trades from before a moment; return up to where they can be let go.

        That is where the finest rung is made: what is dirty there still needs its trades.
        """
        rung = self._dirt.rungs[0]
        with self.writing:
            pending = (mark.start for mark in self._dirt.marks(rung))
            needed = min((self._dirt.frontier(rung), *pending)) - self._dirt.context_s
            safe = grid_floor(rung, min(before, needed))
            self._dirt.keep_from(None, safe)
        return safe

    def mark(self, market: int, start: int, end: int) -> list[Mark]:
        """Have every bar of a market that touches [start, end) seconds made again."""
        self._registry.flush()
        with self.writing:
            marks = self._mark(market, self._dirt.rungs[0], start, end)
            written = self._write(Change(marks=marks)) if marks else []
            self._ended()
            return written

    def refilter(self, markets: Sequence[int], change: Callable[[], None]) -> None:
        """Have other rules say which trades count, and the bars of some markets made again.

        The marks are durable before the rules are: should the process be killed in between, bars
        are made again that need not be.
        """
        self._registry.flush()
        with self.writing:
            rung = self._dirt.rungs[0]
            reach = [(number, *self._registry.reach(number)) for number in markets]
            marks = [mark for each in reach for mark in self._mark(each[0], rung, *each[1:])]
            if marks:
                self._write(Change(marks=marks))
            change()
            self._filtering.forget()
            self._dirt.keeps_context = self._filtering.compares
            self._keep_live(Judged(Trades.empty(), again=_of_rows(reach)))
            for number in markets:
                self._registry.touch(number)
            self._ended()

    def realign(self, market: int, change: Callable[[], None]) -> None:
        """Have a market's bars begin at other moments, and all of them made again.

        No roll-up may run meanwhile. As in `refilter`, the marks are durable first.
        """
        self._registry.flush()
        with self.writing:
            first, last = self._registry.reach(market)
            # Bars of days and more lie some days beside where they would lie now.
            reach = (first - 2 * SESSION_SLACK, last + 2 * SESSION_SLACK)
            marks = self._mark(market, self._dirt.rungs[0], *reach) if first < last else []
            if marks:
                self._write(Change(marks=marks))
            change()
            self._live.cool()
            self._tails.cool()
            self._registry.touch(market)
            self._ended()

    def _write(self, change: Change) -> list[Mark]:
        """Commit a change, and take in its marks."""
        self._begun += 1
        self._committing = _markets(change)
        try:
            written = self._store.write(change)
        except BaseException:
            # It may have been committed all the same, as when only the checkpoint after it
            # failed: then what comes again is a repeat, and its marks are in the store.
            self._is_unsure = True
            self._filtering.forget()
            self._live.cool()
            self._tails.cool()
            for market, moment in _moments(change):
                self._registry.extend(_clusters(market, moment, 1 << 40))
            self._ended()
            raise
        self._dirt.add(written)
        if self._is_unsure:
            self._dirt.add(self._store.marks())
            self._is_unsure = False
        return written

    def _ended(self) -> int:
        """Say that the commit under way has ended and was noted; return its number."""
        self.number = self._begun
        self._committing = frozenset()
        return self.number

    def _refused(self, trades: Trades, now_us: int) -> Refused:
        refused = refusals(trades, now_us)
        kept_from = self._dirt.whole_from(None)
        too_old = np.setdiff1d(np.flatnonzero(trades.time < kept_from * US), refused.rows())
        return Refused(refused.by_reason | {TOO_OLD: too_old}) if len(too_old) else refused

    def _mark(self, market: int, rung: Resolution, start: int, end: int) -> list[Mark]:
        """Return the mark of a stretch; none if it lies at the live edge, which is dirty anyway."""
        end = min(end, self._dirt.late_before(rung))
        return [Mark(market, rung, start, end)] if start < end else []

    def _late_trades(self, trades: Trades) -> list[Mark]:
        rung = self._dirt.rungs[0]
        edge = self._dirt.late_before(rung)
        is_late = trades.time < edge * US
        if not is_late.any():
            return []
        late = trades.take(is_late)
        return self._marks_around(rung, late.market, late.time // US)

    def _changed(self, again: Ranges) -> list[Mark]:
        """Return marks of moments in which other trades count now."""
        if not len(again):
            return []
        if len(again) > MOST_MARKS:
            moments = np.concatenate((again.start, again.end - 1))
            again = _clusters(np.tile(again.market, 2), moments, 1 << 40)
        rows = zip(*(column.tolist() for column in again.columns().values()), strict=True)
        rung = self._dirt.rungs[0]
        return [
            mark
            for number, start, end in rows
            for mark in self._mark(number, rung, start, end)
            if not self._dirt.waits(number, rung, mark.start, mark.end)
        ]

    def _late_bars(self, bars: tuple[Bars, ...]) -> list[Mark]:
        marks = []
        for given in bars:
            rung = self._dirt.coarser(given.resolution)
            if rung is None or not len(given.candles):
                continue
            candles = given.candles.sorted()
            moments = self._registry.calendars.open(given.resolution, candles.market, candles.t)
            is_late = moments < self._dirt.late_before(rung)
            marks += self._marks_around(rung, candles.market[is_late], moments[is_late])
        return marks

    def _marks_around(self, rung: Resolution, market: Int32s, moment: Int64s) -> list[Mark]:
        """Return marks that hold all the moments, one a market and day where there is room."""
        ranges = _clusters(market, moment, DAY_S)
        if len(ranges) > MOST_MARKS:
            ranges = _clusters(market, moment, 1 << 40)
        rows = zip(ranges.market.tolist(), ranges.start.tolist(), ranges.end.tolist(), strict=True)
        return [
            Mark(number, rung, start, end)
            for number, start, end in rows
            if not self._dirt.waits(number, rung, start, end)
        ]

    def _note(self, trades: Trades, bars: tuple[Bars, ...]) -> None:
        """Keep in mind how far the data reaches now."""
        if len(trades):
            self._registry.observe(trades)
        for given in bars:
            if len(given.candles):
                self._tails.cool()
                self._registry.extend(_clusters(given.candles.market, given.candles.t, 1 << 40))
                self._registry.observe_bars(given.candles)


def _of_rows(rows: Sequence[tuple[int, int, int]]) -> Ranges:
    market, start, end = zip(*rows, strict=True) if rows else ((), (), ())
    return Ranges.of(market=market, start=start, end=end)


def _seen(delivery: Delivery) -> frozenset[int]:
    """Return the markets of which a delivery says what was seen, or was not."""
    covered = (each.market for each in delivery.coverage)
    return frozenset((*covered, *(gap.market for gap in delivery.gaps)))


def _markets(change: Change) -> frozenset[int]:
    """Return the markets whose data a change touches."""
    bars = (given.candles.market for given in change.bars)
    markets = np.concatenate((change.trades.market, change.erase.market, *bars))
    return frozenset(np.unique(markets).tolist())


def _moments(change: Change) -> Iterator[tuple[Int32s, Int64s]]:
    """Yield the markets and moments in seconds of what a change adds."""
    yield change.trades.market, change.trades.time // US
    for given in change.bars:
        yield given.candles.market, given.candles.t


def _clusters(market: Int32s, moment: Int64s, span: int) -> Ranges:
    """Return one range a market and span of time that holds its moments, in whole minutes."""
    order = np.lexsort((moment, market))
    market, moment = market[order], moment[order]
    first = starts_of_runs(market, moment // span)
    last = np.append(first[1:], len(market))[: len(first)] - 1
    return Ranges.of(
        market=market[first],
        start=moment[first] // 60 * 60,
        end=(moment[last] // 60 + 1) * 60,
    )


def _rows_but(count: int, rows: Int64s) -> Int64s:
    """Return the row numbers below a count that are not among the rows."""
    keep = np.ones(count, dtype=np.bool_)
    keep[rows] = False
    return np.flatnonzero(keep)
