"""The trades that count: what is stored, without those that a market's rule leaves out.

Everything that makes bars gets its trades here, so the same trades count everywhere. What a
commit adds is judged with the newest minutes' last prices, which are kept in memory: a cache,
read from the store where it does not reach. See `core.filters` for what is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from chandlery.core.columns import US, Bools, Int32s, starts_of_runs
from chandlery.core.filters import (
    MINUTE_S,
    MOST_WINDOW_S,
    Closes,
    Rules,
    left_out,
    references,
)
from chandlery.core.intervals import Pair, subtract, union
from chandlery.core.trades import Trades
from chandlery.engine.registry import Registry
from chandlery.engine.rulebook import RuleBook
from chandlery.stores import Interval, Ranges, Scope, Store

TRADES_AT_ONCE = 1_000_000
"""More trades than this are read in parts: it bounds memory."""
MOST_MINUTES = 500_000
"""Beyond so many minutes in memory all of them are forgotten."""
FOREVER = 1 << 60
NO_TRADES, NO_RANGES, NO_CLOSES = Trades.empty(), Ranges.empty(), Closes.empty()
"""Made once: a commit without rules must not pay for them."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Trades to be committed: which of them count, and on what others the verdict changes.

    Of markets in `again` all that touches the ranges, in seconds, must be read again once the
    trades are durable: their trades are not among those that count, as nobody can say yet.
    """

    counted: Trades
    left_out: Trades = NO_TRADES
    again: Ranges = NO_RANGES
    closes: Closes = NO_CLOSES
    since: dict[int, int] = field(default_factory=dict)


class Filtering:
    """Any thread may read; `judge`, `learn` and `forget` are the recorder's."""

    def __init__(self, store: Store, registry: Registry, book: RuleBook) -> None:
        self._store = store
        self._registry = registry
        self._book = book
        self._closes = Closes.empty()
        self._since: dict[int, int] = {}
        """From which minute on a market's closes are in memory."""

    # What is stored

    def trades(self, scope: Scope) -> Trades:
        """Return the trades in scope, in microseconds, that count."""
        trades = self._store.trades(scope)
        rules = self._book.rules
        return trades.take(~self._left_out(trades, scope, rules)) if rules else trades

    def left_out(self, trades: Trades) -> Bools:
        """Return which of all the trades of one market between two moments do not count."""
        rules = self._book.rules
        if not rules or not len(trades):
            return np.zeros(len(trades), dtype=np.bool_)
        first, last = int(trades.time[0]), int(trades.time[-1])
        return self._left_out(trades, Ranges.one(int(trades.market[0]), first, last), rules)

    @property
    def compares(self) -> bool:
        """Whether a verdict may depend on other trades."""
        return any(rule.reach_s for rule in self._book.rules.of.values())

    def reach_s(self, market: int) -> int:
        """Return how long after a moment verdicts may depend on a trade of that moment."""
        rule = self._book.of(market)
        return MINUTE_S + rule.reach_s if rule.reach_s else 0

    def _left_out(self, trades: Trades, scope: Scope, rules: Rules) -> Bools:
        out = np.zeros(len(trades), dtype=np.bool_)
        rows = np.flatnonzero(rules.has(trades.market))
        if not len(rows):
            return out
        own = trades.take(rows)
        compared = own.take(rules.compares(own.market))
        closes = Closes.of_trades(compared)
        if len(compared):
            before = self._before(compared.market, scope, rules)
            closes = Closes.concat((closes, self._read(before))).merged()
        out[rows] = left_out(own, closes, rules)
        return out

    def _before(self, market: Int32s, scope: Scope, rules: Rules) -> Ranges:
        """Return the windows before a scope, in microseconds, without what is in it."""
        of_market: dict[int, list[Pair]] = {}
        if isinstance(scope, Interval):
            whole = [(scope.start, scope.end)]
            of_market = dict.fromkeys(np.unique(market).tolist(), whole)
        else:
            found = scope.take(np.isin(scope.market, market))
            rows = zip(*(column.tolist() for column in found.columns().values()), strict=True)
            for number, start, end in rows:
                of_market.setdefault(number, []).append((start, end))
        return _ranges(
            (number, *part)
            for number, parts in sorted(of_market.items())
            for part in subtract(_windows(parts, rules.of[number].window_s), parts)
        )

    def _read(self, scope: Ranges) -> Closes:
        """Return the last trade of each minute in ranges of microseconds."""
        if not len(scope):
            return Closes.empty()
        return Closes.concat(
            Closes.of_trades(self._store.trades(part)) for part in self._parts(scope)
        ).merged()

    def _parts(self, scope: Ranges) -> Iterator[Ranges]:
        """Yield ranges in parts that hold not too many trades, if they can be cut."""
        longest = int((scope.end - scope.start).max())
        is_whole = len(scope) == 1 and longest <= MINUTE_S * US
        if is_whole or self._store.count(None, scope) <= TRADES_AT_ONCE:
            yield scope
        elif len(scope) > 1:
            middle = len(scope) // 2
            yield from self._parts(scope.take(slice(0, middle)))
            yield from self._parts(scope.take(slice(middle, None)))
        else:
            market, start, end = (int(column[0]) for column in scope.columns().values())
            middle = start + (end - start) // 2
            yield from self._parts(Ranges.one(market, start, middle))
            yield from self._parts(Ranges.one(market, middle, end))

    # What is about to be

    def judge(self, fresh: Trades) -> Judged:
        """Say what becomes of trades that are about to be committed, none of them stored yet."""
        rules = self._book.rules
        if not rules:
            return Judged(fresh)
        has_rule = rules.has(fresh.market)
        if not has_rule.any():
            return Judged(fresh)
        own = fresh.take(has_rule).sorted()
        new = Closes.of_trades(own.take(rules.compares(own.market)))
        known, far = self._known(new, rules)
        again = _around(new.take(np.isin(new.market, far)), rules)
        new = new.take(~np.isin(new.market, far))
        closes = Closes.concat((known, new)).merged()
        own = own.take(~np.isin(own.market, far))
        out = left_out(own, closes, rules)
        again = Ranges.concat((again, _restated(known, closes, new, rules)))
        counted = Trades.concat((fresh.take(~has_rule), own.take(~out)))
        kept = self._trimmed(closes, rules, far)
        since = {n: minute for n, minute in self._since.items() if n not in far}
        return Judged(counted, own.take(out), again, kept, since)

    def learn(self, judged: Judged) -> None:
        """Keep in mind what has become durable."""
        if len(judged.closes) or len(judged.again):
            self._closes, self._since = judged.closes, judged.since
            if len(self._closes) > MOST_MINUTES:
                self.forget()

    def forget(self) -> None:
        """Know nothing any more: what is stored may be something else."""
        self._closes, self._since = Closes.empty(), {}

    def _known(self, new: Closes, rules: Rules) -> tuple[Closes, Int32s]:
        """Return the closes in memory, filled up, and the markets whose past is too far away."""
        first = starts_of_runs(new.market)
        market, minute = new.market[first], new.minute[first]
        newest = self._registry.newest_us(market)
        wanted = minute - rules.window_s(market)
        missing, far, begun = [], [], dict[int, int]()
        columns = (market.tolist(), minute.tolist(), wanted.tolist(), newest.tolist())
        for number, begin, since, last in zip(*columns, strict=True):
            held = self._since.get(number)
            if held is not None and held <= since:
                continue
            if held is None and begin * US >= last - MOST_WINDOW_S * US:
                low = min(since, last // US - MOST_WINDOW_S - 2 * MINUTE_S)
                begun[number] = low = low // MINUTE_S * MINUTE_S
                if last >= 0:
                    missing.append((number, low * US, last + 1))
            else:
                far.append(number)
        read = self._read(_ranges(iter(missing)))
        # Not before the read: one that failed has brought nothing.
        self._since |= begun
        if len(read):
            self._closes = Closes.concat((self._closes, read)).merged()
        return self._closes, np.array(far, dtype=np.int32)

    def _trimmed(self, closes: Closes, rules: Rules, far: Int32s) -> Closes:
        """Return the closes that may still be asked for, and note from when on they are there."""
        kept = closes.take(~np.isin(closes.market, far))
        if not len(kept):
            return kept
        first = starts_of_runs(kept.market)
        last = np.append(first[1:], len(kept)) - 1
        since = kept.minute[last] - 2 * rules.window_s(kept.market[first])
        for number, minute in zip(kept.market[first].tolist(), since.tolist(), strict=True):
            self._since[number] = max(self._since.get(number, minute), minute)
        lengths = np.diff(np.append(first, len(kept)))
        return kept.take(kept.minute >= np.repeat(since, lengths))


def _windows(parts: list[Pair], window_s: int) -> list[Pair]:
    """Return ranges of microseconds with the window before each: from whole minutes on."""
    return union(
        ((start // (MINUTE_S * US) * MINUTE_S - window_s) * US, end) for start, end in parts
    )


def _ranges(rows: Iterator[tuple[int, int, int]]) -> Ranges:
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return Ranges.of(**dict(zip(Ranges.DTYPES, columns, strict=True)))


def _around(closes: Closes, rules: Rules) -> Ranges:
    """Return the minutes of closes and those on which they have a say, by market."""
    first = starts_of_runs(closes.market)
    edges = np.append(first, len(closes)).tolist()
    return _ranges(
        (number, *part)
        for number, low, high in zip(closes.market[first].tolist(), edges, edges[1:], strict=False)
        for part in union(
            (minute, minute + MINUTE_S + rules.of[number].window_s)
            for minute in closes.minute[low:high].tolist()
        )
    )


def _restated(known: Closes, closes: Closes, new: Closes, rules: Rules) -> Ranges:
    """Return the minutes with trades whose reference is another one since new closes came."""
    first = starts_of_runs(new.market)
    earliest = np.full(int(known.market.max(initial=0)) + 1, FOREVER, dtype=np.int64)
    own = new.market[first] < len(earliest)
    earliest[new.market[first][own]] = new.minute[first][own]
    later = known.take(known.minute > earliest[known.market])
    if not len(later):
        return Ranges.empty()
    before = references(known, later.market, later.minute, rules)
    after = references(closes, later.market, later.minute, rules)
    moved = later.take((before != after) & ~(np.isnan(before) & np.isnan(after)))
    return Ranges(moved.market, moved.minute, moved.minute + MINUTE_S)
