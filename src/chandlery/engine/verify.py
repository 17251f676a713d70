"""The audit: fold what is stored afresh, and compare every candle of every rung with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from chandlery.core.candles import (
    Bars,
    Candles,
    at_moments,
    differences,
    fold,
    overlay,
    override,
    roll_up,
)
from chandlery.core.columns import US, Bools
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine
from chandlery.engine.making import SESSION_SLACK
from chandlery.stores import Ranges

WEEK_S = 7 * 86_400
MONDAY_S = 4 * 86_400
"""1970-01-05, a Monday: stretches hold whole bars of every rung up to a week."""
TRADES_AT_ONCE = 2_000_000
SHOWN = 20

Report = Callable[[int, int], None]
"""Told (moments done, moments in all)."""


@dataclass(slots=True)
class Verification:
    """What an audit found."""

    trades: int = 0
    """Trades folded."""
    bars: int = 0
    """Stored bars compared."""
    dirty: int = 0
    """Bars not compared because they wait to be made again; reads make them from trades."""
    count: int = 0
    """Bars that differ."""
    differences: list[str] = field(default_factory=list)
    """The first of them."""

    @property
    def ok(self) -> bool:
        """Whether every bar is the fold of its trades."""
        return self.count == 0


def verify(engine: Engine, report: Report = lambda done, total: None) -> Verification:
    """Compare every stored bar with the fold of what it is made of.

    Bars whose trades have been let go by retention are compared with the next finer rung.
    """
    found = Verification()
    for done, total in verifying(engine, found):
        report(done, total)
    return found


def verifying(engine: Engine, found: Verification) -> Iterator[tuple[int, int]]:
    """Compare a week at a time, adding to what was found; yield (moments done, moments in all)."""
    markets = [n for n in range(len(engine.registry)) if engine.registry.reach(n)[1]]
    if not markets:
        return
    reach = [engine.registry.reach(number) for number in markets]
    first = _week(min(start for start, _ in reach) - WEEK_S - SESSION_SLACK)
    last = max(end for _, end in reach) + WEEK_S + SESSION_SLACK
    for start in range(first, last, WEEK_S):
        for part in _parts(engine, markets, start):
            _Stretch(engine, part, start, found).compare()
        yield min(start + WEEK_S, last) - first, last - first


def _week(moment: int) -> int:
    return (moment - MONDAY_S) // WEEK_S * WEEK_S + MONDAY_S


def _parts(engine: Engine, markets: Sequence[int], start: int) -> Iterator[Sequence[int]]:
    """Yield the markets in parts whose trades of the week fit in memory."""
    scope = _over(markets, start * US, (start + WEEK_S) * US)
    if len(markets) > 1 and engine.store.count(None, scope) > TRADES_AT_ONCE:
        middle = len(markets) // 2
        yield from _parts(engine, markets[:middle], start)
        yield from _parts(engine, markets[middle:], start)
    else:
        yield markets


def _over(markets: Sequence[int], start: int, end: int) -> Ranges:
    return Ranges.of(
        market=markets, start=np.full(len(markets), start), end=np.full(len(markets), end)
    )


class _Stretch:
    """A week of some markets."""

    def __init__(
        self, engine: Engine, markets: Sequence[int], start: int, found: Verification
    ) -> None:
        self._engine = engine
        self._grid = engine.registry.calendars
        self._markets = markets
        self._start, self._end = start, start + WEEK_S
        self._slack = 0 if self._grid.is_plain else WEEK_S + SESSION_SLACK
        self._found = found

    def compare(self) -> None:
        """Compare every rung, the finest with the trades."""
        series = {s.resolution: s for s in self._engine.store.series()}
        trades = self._trades()
        self._found.trades += self._in_week(trades)
        is_kept = self._start - self._slack >= self._engine.dirt.whole_from(None)
        has_given = any(not s.is_rung for s in series.values())
        below: Candles | None = None
        for rung in self._engine.dirt.rungs:
            stored = self._rows(rung)
            expected: Candles | None
            has_given = has_given or bool(stored.given.any())
            if is_kept and not has_given:
                expected = fold(trades, rung, self._grid)
            else:
                expected = self._expected(rung, trades if is_kept else None, below, stored)
            if expected is not None:
                self._note(rung, stored, expected)
            below = expected if is_kept else self._if_kept(rung, stored)

    def _expected(
        self, rung: Resolution, trades: Trades | None, below: Candles | None, stored: Candles
    ) -> Candles | None:
        """Return the bars made from the next finer ones and from those that were given."""
        source = self._engine.dirt.finer(rung)
        made: Candles | None = None
        if source is not None and below is not None:
            made = at_moments(below, source, self._grid)
        elif trades is not None:
            made = fold(trades, rung, self._grid)
        if made is None:
            return None
        for series in self._engine.store.series():
            own = series.resolution
            if not series.is_rung and own.divides(rung) and (source is None or own > source):
                if source is None and trades is not None:
                    made = at_moments(fold(trades, own, self._grid), own, self._grid)
                made = overlay(made, Bars(own, self._given(own)), self._grid)
        made = roll_up(made, rung, self._grid)
        return override(made, stored.take(stored.given))

    def _if_kept(self, rung: Resolution, stored: Candles) -> Candles | None:
        """Return a rung's bars if none of the week's have been let go."""
        is_whole = self._start - self._slack >= self._engine.dirt.kept_from(rung)
        return stored if is_whole else None

    def _trades(self) -> Trades:
        start, end = (self._start - self._slack) * US, (self._end + self._slack) * US
        return self._engine.filtering.trades(_over(self._markets, start, end))

    def _in_week(self, trades: Trades) -> int:
        inside = (trades.time >= self._start * US) & (trades.time < self._end * US)
        return int(inside.sum())

    def _rows(self, resolution: Resolution) -> Candles:
        start, end = self._start - self._slack, self._end + self._slack
        return self._engine.store.candles(resolution, _over(self._markets, start, end))

    def _given(self, resolution: Resolution) -> Candles:
        rows = self._rows(resolution)
        return rows.take(rows.given)

    def _note(self, rung: Resolution, stored: Candles, expected: Candles) -> None:
        """Compare the clean bars of the week."""
        due = self._clean(rung, stored)
        self._found.bars += int(due.sum())
        self._found.dirty += int((~due & self._inside(stored)).sum())
        found = differences(stored.take(due), expected.take(self._clean(rung, expected)))
        self._found.count += len({(difference.market, difference.t) for difference in found})
        for difference in found[: SHOWN - len(self._found.differences)]:
            symbol = self._engine.registry.market(difference.market).symbol
            when = datetime.fromtimestamp(difference.t, UTC).isoformat().replace("+00:00", "Z")
            self._found.differences.append(f"{symbol} {rung} {when}: {difference.how}")

    def _inside(self, candles: Candles) -> Bools:
        return (candles.t >= self._start) & (candles.t < self._end)

    def _clean(self, rung: Resolution, candles: Candles) -> Bools:
        """Return which bars lie in the week, before the frontier and under no mark."""
        dirt, inside = self._engine.dirt, self._inside(candles)
        frontier = np.full(len(candles), dirt.frontier(rung))
        inside &= candles.t >= dirt.kept_from(rung)
        clean = inside & (candles.t < self._grid.floor(rung, candles.market, frontier))
        for market in self._markets:
            for start, end in dirt.marked(market, rung):
                low = self._grid.floor(rung, candles.market, np.full(len(candles), start))
                high = self._grid.floor(rung, candles.market, np.full(len(candles), end - 1))
                touched = (candles.market == market) & (candles.t >= low) & (candles.t <= high)
                clean &= ~touched
        return clean
