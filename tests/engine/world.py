"""A store with an engine on it, next to a plain record of all that should be in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from chandlery.core.calendar import Calendar
from chandlery.core.candles import Bars, Candles, differences
from chandlery.core.columns import US
from chandlery.core.delivery import Delivery
from chandlery.core.filters import Rule
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.core.trades import BUY, SELL, UNKNOWN, Trades
from chandlery.engine.editing import MarketEdit, edit_market
from chandlery.engine.engine import LADDER, Engine
from chandlery.engine.filters import set_rule
from tests.conformance.homes import Home
from tests.engine.builders import HandClock
from tests.engine.oracle import Oracle, counted
from tests.strategies import CALENDARS

DAY_S = 86_400
MARKETS = ("plain", "new york stocks", "new york forex", "tokyo", "plain")
"""The calendar of each market."""

_TEXTS = "1s 7s 30s 1m 3m 5m 7m 15m 30m 45m 1h 2h 3h 4h 5h 1d 2d 3d 1w 2w 1M 3M 12M"
RESOLUTIONS = [Resolution.parse(text) for text in _TEXTS.split()]
GIVEN = [Resolution.parse(text) for text in ["30s", "1m", "5m", "30m", "1h", "1d", "1M"]]
"""Resolutions that sources give bars of: some are rungs, and each lies alone between two."""

LADDERS = [
    LADDER,
    tuple(Resolution.parse(text) for text in ("1s", "1m", "1h", "1d")),
    tuple(Resolution.parse(text) for text in ("1m", "1h", "1d", "1M")),
]


RULES = [
    None,
    Rule(min_notional=0.5),
    Rule(max_deviation=0.3, window_s=300),
    Rule(max_deviation=0.9),
    Rule(min_notional=0.1, max_deviation=0.05, window_s=3_600),
]
"""Rules that leave out few of the trades of `specs`, or most."""


@dataclass(frozen=True)
class Spec:
    """A trade to be: an offset in microseconds, and what else it has."""

    market: int
    offset_us: int
    price: float
    size: float
    side: int
    sequence: int


def specs() -> st.SearchStrategy[Spec]:
    """Trades that often share an instant, a bar or an edge, over forty days and seldom a year."""
    seconds = (
        st.integers(0, 130)
        | st.integers(0, 40).map(lambda day: day * DAY_S)
        | st.integers(0, 3 * DAY_S)
        | st.integers(0, 40 * DAY_S)
        | st.integers(0, 400 * DAY_S)
    )
    offsets = st.tuples(seconds, st.sampled_from((0, 0, 1, 999_999)))
    amounts = st.integers(1, 400).map(lambda cents: cents / 100)
    return st.builds(
        Spec,
        st.integers(0, len(MARKETS) - 1),
        offsets.map(lambda pair: pair[0] * US + pair[1]),
        amounts | st.sampled_from((1e-18, 1e15)),
        amounts,
        st.sampled_from((BUY, SELL, UNKNOWN)),
        st.integers(0, 2),
    )


def dense_specs() -> st.SearchStrategy[Spec]:
    """Trades of two markets within half an hour, some far from the others."""
    amounts = st.sampled_from((1.0, 1.01, 0.99, 1.3, 1.35, 5.0))
    return st.builds(
        Spec,
        st.integers(0, 1),
        st.tuples(st.integers(0, 30), st.sampled_from((0, 1, 59, 60))).map(
            lambda pair: (pair[0] * 60 + pair[1]) * US
        ),
        amounts,
        amounts,
        st.just(BUY),
        st.integers(0, 2),
    )


class World:
    """What happens to the engine happens to the record too; `check` compares."""

    def __init__(self, home: Home, ladder: Sequence[Resolution], start: int) -> None:
        self.home = home
        self.ladder = ladder
        self.start = start
        self.now_us = (start + 500 * DAY_S) * US
        self.calendars = [CALENDARS[name] for name in MARKETS]
        self.stored: dict[tuple[int, int], Spec] = {}
        self.given: dict[Resolution, Candles] = {}
        self.rules: dict[int, Rule] = {}
        self.next_id = -5
        self.asked = 0
        self.engine = Engine(home.store, ladder)
        self.engine.registry.add([_market(n, c) for n, c in enumerate(self.calendars)])
        self.engine.registry.flush()

    # Happenings

    def batch(self, new: Sequence[Spec], again: Sequence[int]) -> list[tuple[int, Spec]]:
        """Return new trades, each with an id, and some that are stored already."""
        numbered = [(self.next_id + row, spec) for row, spec in enumerate(new)]
        self.next_id += len(new)
        known = sorted(self.stored)
        old = [known[pick % len(known)] for pick in again] if known else []
        return numbered + [(key[1], self.stored[key]) for key in old]

    def columns(self, rows: Sequence[tuple[int, Spec]]) -> Trades:
        """Return trades as columns."""
        return Trades.of(
            market=[spec.market for _, spec in rows],
            time=[self.start * US + spec.offset_us for _, spec in rows],
            price=[spec.price for _, spec in rows],
            size=[spec.size for _, spec in rows],
            side=[spec.side for _, spec in rows],
            sequence=[spec.sequence for _, spec in rows],
            id=[number for number, _ in rows],
        )

    def remember(self, rows: Sequence[tuple[int, Spec]]) -> None:
        """Note trades that are now in the store."""
        self.stored |= {(spec.market, number): spec for number, spec in rows}

    def deliver(self, rows: Sequence[tuple[int, Spec]]) -> None:
        """Record trades; each becomes one of the stored ones, once."""
        before = len(self.stored)
        recorded = self.engine.recorder.record(Delivery(self.columns(rows)), self.now_us)
        self.remember(rows)
        assert len(recorded.trades) == len(self.stored) - before
        assert len(recorded.repeats) == len(rows) - len(recorded.trades)

    def bars(self, market: int, resolution: Resolution, offsets: Sequence[int]) -> Bars:
        """Return bars of a market at the moments, with numbers that their times give."""
        moments = np.array([self.start + offset for offset in offsets], dtype=np.int64)
        t = np.unique(self.calendars[market].floor(resolution, moments))
        price = 1.0 + (t // 60 % 97) / 10
        unknown = t % 7 == 0
        candles = Candles.of(
            market=np.full(len(t), market),
            t=t,
            o=price,
            h=price + 2,
            l=price - 0.5,
            c=price + 1,
            v=price * 3,
            q=np.where(unknown, np.nan, price * price),
            n=np.where(unknown, 0, t % 5),
            bv=np.where(unknown, np.nan, price),
            given=np.ones(len(t), dtype=np.bool_),
        )
        return Bars(resolution, candles)

    def give(self, bars: Bars, *, higher: float) -> None:
        """Deliver bars; they replace those of the same times."""
        raised = replace(bars.candles, h=bars.candles.h + higher)
        given = Bars(bars.resolution, raised)
        self.engine.recorder.record(Delivery(bars=(given,)), self.now_us)
        self.remember_bars(given)

    def remember_bars(self, bars: Bars) -> None:
        """Note bars that are now in the store."""
        known = self.given.get(bars.resolution, Candles.empty())
        new = set(zip(bars.candles.market.tolist(), bars.candles.t.tolist(), strict=True))
        pairs = zip(known.market.tolist(), known.t.tolist(), strict=True)
        kept = known.take(np.array([pair not in new for pair in pairs], dtype=np.bool_))
        self.given[bars.resolution] = Candles.concat((kept, bars.candles)).sorted()

    def erase(self, market: int, start: int, end: int) -> None:
        """Roll a market back over [start, end) seconds from the start."""
        self.engine.recorder.erase(market, self.start + start, self.start + end)
        self.stored = {
            key: spec
            for key, spec in self.stored.items()
            if spec.market != market or not start * US <= spec.offset_us < end * US
        }

    def refilter(self, market: int, rule: Rule | None) -> None:
        """Have another rule say which of a market's trades count."""
        set_rule(self.engine, market, rule)
        self.rules[market] = rule or Rule()

    def realign(self, market: int, name: str) -> None:
        """Have a market trade at other hours."""
        calendar = self.calendars[market] = CALENDARS[name]
        edit = MarketEdit(session=calendar.session, time_zone=calendar.time_zone)
        edit_market(self.engine, HandClock(self.now_us), market, edit)

    def restart(self, ladder: Sequence[Resolution] | None = None) -> None:
        """Open the store and the engine again, perhaps with other rungs."""
        self.ladder = ladder or self.ladder
        self.engine = Engine(self.home.restart(), self.ladder)

    # The laws

    def expected(self, resolution: Resolution) -> Candles:
        """Return what all the candles of a resolution must be."""
        oracle = Oracle(self.ladder, self.calendars)
        trades = counted(self._all_trades(), self.rules)
        return oracle.candles(resolution, trades, self.given)

    def _all_trades(self) -> Trades:
        return self.columns([(key[1], spec) for key, spec in self.stored.items()])

    def check(self, resolutions: Sequence[Resolution]) -> None:
        """Compare all bars of every market, and in turn the newest ones and a part of them."""
        for resolution in resolutions:
            expected = self.expected(resolution)
            for market in range(len(self.calendars)):
                own = expected.take(expected.market == market)
                found = self.engine.history.candles(market, resolution, 0, 1 << 40)
                assert differences(found, own) == [], resolution
                assert found.t.tolist() == own.t.tolist()
                self.asked += 1
                ask = (self._newest, self._part, self._newest_before)[self.asked % 3]
                ask(market, resolution, own)

    def _newest(self, market: int, resolution: Resolution, own: Candles) -> None:
        count = 1 + self.asked % 4
        found = self.engine.history.newest(market, resolution, count)
        assert differences(found, own.take(slice(-count, None))) == [], resolution

    def _newest_before(self, market: int, resolution: Resolution, own: Candles) -> None:
        if len(own) > 3:
            found = self.engine.history.newest(market, resolution, 2, int(own.t[-1]))
            assert differences(found, own.take(slice(-3, -1))) == [], resolution

    def _part(self, market: int, resolution: Resolution, own: Candles) -> None:
        if len(own) > 2:
            low, high = int(own.t[len(own) // 3]), int(own.t[-1])
            inside = (own.t >= low) & (own.t < high)
            found = self.engine.history.candles(market, resolution, low, high)
            assert differences(found, own.take(inside)) == [], resolution

    def check_trades(self) -> None:
        """Compare the trades of every market, and the newest of them."""
        every = self._all_trades().sorted()
        for market in range(len(self.calendars)):
            own = every.take(every.market == market)
            found = self.engine.history.trades(market, 0, 1 << 62)
            assert found.id.tolist() == own.id.tolist()
            newest = self.engine.history.newest_trades(market, 2)
            assert newest.id.tolist() == own.id[-2:].tolist()


def _market(number: int, calendar: Calendar) -> Market:
    return Market.of(f"X:M{number}", session=calendar.session, time_zone=calendar.time_zone)


def home_in(kind: str, folder: str) -> Home:
    """Return a store of a kind in a folder of its own."""
    return Home(kind, Path(folder))
