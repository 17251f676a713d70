"""Whatever is committed, asked for and followed in whatever order: the bars are the fold."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chandlery.core.calendar import ALWAYS_OPEN
from chandlery.core.candles import Bars, Candles, differences, fold, override
from chandlery.core.columns import US
from chandlery.core.delivery import Delivery
from chandlery.core.filters import Rule
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine
from chandlery.engine.filters import set_rule
from chandlery.engine.live import Window
from chandlery.engine.live.held import GRACE_S
from chandlery.engine.live.series import Series
from chandlery.engine.server import Server
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import START, HandClock
from tests.engine.oracle import counted

RESOLUTIONS = tuple(Resolution.parse(text) for text in ("5s", "1m", "3m", "1h", "1d"))
MARKETS = 2


@dataclass
class Follower:
    """Keeps bars as a client does: by what has changed since what it saw last."""

    series: Series
    sequence: int = 0
    bars: dict[int, dict[str, Any]] = field(default_factory=dict)
    resyncs: int = 0

    def look(self, series: Series) -> None:
        changed = series.since(self.sequence)
        if changed is None:
            self.resyncs += 1
            self.bars = {}
            found = series.newest(len(series))
        else:
            found = changed.candles
        for row in _rows(found):
            self.bars[row["t"]] = row
        self.sequence = series.sequence


def _rows(candles: Candles) -> list[dict[str, Any]]:
    names = ("t", "o", "h", "l", "c", "v", "q", "n", "bv")
    columns = [getattr(candles, name).tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


trade_rows = st.tuples(
    st.integers(0, MARKETS - 1),
    st.one_of(st.integers(0, 400), st.integers(0, 3 * 86_400)),
    st.integers(1, 9),
    st.integers(0, 3),
)
commits = st.lists(trade_rows, min_size=1, max_size=12)
steps = st.one_of(
    commits,
    commits.map(sorted),
    st.sampled_from(["ask", "follow", "roll up", "settle", "erase", "doubt", "give"]),
    st.sampled_from(["filter", "no filter", "warm"]),
)


def _delivery(rows: Sequence[tuple[int, int, int, int]], first_id: int) -> Delivery:
    return Delivery(
        trades=Trades.of(
            market=[row[0] for row in rows],
            time=[(START + row[1]) * US + row[3] for row in rows],
            price=[100.0 + row[2] for row in rows],
            size=[row[2] / 8 for row in rows],
            side=[1] * len(rows),
            sequence=[row[3] for row in rows],
            id=range(first_id, first_id + len(rows)),
        )
    )


class Run:
    """One server, its oracle, and its followers."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.engine = Engine(MemoryStore())
        self.server = Server(self.engine, self.clock)
        for name in ("A:B", "A:C"):
            self.engine.registry.add_symbol(name)
        self.stored: list[Trades] = []
        self.given: dict[int, Candles] = {}
        self.followers: list[Follower] = []
        self.rules: dict[int, Rule] = {}
        self.count = 0
        self.asking: asyncio.Future[list[Any]] | None = None

    async def step(self, step: Any) -> None:
        if isinstance(step, list):
            delivery = _delivery(step, self.count)
            self.count += len(step)
            self.stored.append(delivery.trades)
            await self.server.ingest.submit(delivery)
        else:
            await getattr(self, f"_{step.replace(' ', '_')}")()

    async def _ask(self) -> None:
        """Ask for windows while others change them, so that reads overlap commits."""
        asked = [
            self.server.live.page(market, resolution, Window(count=3))
            for market in range(MARKETS)
            for resolution in RESOLUTIONS
        ]
        self.asking = asyncio.gather(*asked)

    async def _follow(self) -> None:
        for resolution in RESOLUTIONS[:3]:
            follower = Follower(Series(0, resolution))
            follower.series = await self.server.live.watch(0, resolution, follower.look)
            follower.look(follower.series)
            self.followers.append(follower)

    async def _filter(self) -> None:
        """Leave out what is more than three percent from the median, and what is small."""
        await self._use(Rule(max_deviation=0.03, min_notional=13.0, window_s=300))

    async def _no_filter(self) -> None:
        await self._use(None)

    async def _use(self, rule: Rule | None) -> None:
        await self.server.ask(lambda: set_rule(self.engine, 0, rule))
        self.rules = {} if rule is None else {0: rule}
        self.server.live.refresh(0, *self.engine.registry.reach(0))

    async def _warm(self) -> None:
        await self.server.ask(self.engine.recorder.warm)

    async def _roll_up(self) -> None:
        await self.server.ask(lambda: list(self.engine.rollup.run(START + 200_000)))
        await self.server.ask(self.engine.rollup.warm_tails)

    async def _settle(self) -> None:
        await self.server.live.settled()

    async def _erase(self) -> None:
        low, high = START + 100, START + 250
        await self.server.ask(lambda: self.engine.recorder.erase(0, low, high))
        self.stored = [
            trades.take(
                (trades.market != 0) | (trades.time < low * US) | (trades.time >= high * US)
            )
            for trades in self.stored
        ]
        self.server.live.refresh(0, low, high)

    async def _doubt(self) -> None:
        """A commit becomes durable of which nobody is told."""
        delivery = _delivery([(0, 390, 5, 1)], self.count)
        self.count += 1
        self.stored.append(delivery.trades)
        await self.server.ask(lambda: self.engine.recorder.record(delivery, self.clock.us))
        self.server.live.forget()

    async def _give(self) -> None:
        """An exchange's own minute comes."""
        flat = (START + 60, 50.0, 51.0, 49.0, 50.5, 7.0, 350.0, 3, 4.0)
        names = ("t", "o", "h", "l", "c", "v", "q", "n", "bv")
        columns = {name: (value,) for name, value in zip(names, flat, strict=True)}
        bar = Candles.of(market=(1,), given=(True,), **columns)
        self.given[1] = bar
        await self.server.ingest.submit(Delivery(bars=(Bars(RESOLUTIONS[1], bar),)))

    def oracle(self, market: int, resolution: Resolution) -> Candles:
        trades = counted(Trades.concat(self.stored), self.rules)
        bars = fold(trades.take(trades.market == market), resolution, ALWAYS_OPEN)
        if market in self.given and resolution == RESOLUTIONS[1]:
            return override(bars, self.given[market])
        return bars

    async def check(self) -> None:
        await self.server.live.settled()
        for market in range(MARKETS):
            for resolution in RESOLUTIONS:
                if market in self.given and resolution not in RESOLUTIONS[:2]:
                    continue
                expected = self.oracle(market, resolution)
                page = await self.server.live.page(market, resolution, Window())
                assert not differences(page.candles, expected)
                assert _rows(page.candles) == json.loads(page.text("rows"))
                near = await self.server.live.page(market, resolution, Window(count=4))
                assert not differences(near.candles, expected.take(slice(-4, None)))
                assert _rows(near.candles) == json.loads(near.text("rows"))
                table = json.loads(near.text("udf"))
                assert table["t"] == near.candles.t.tolist()
                assert table["v"] == near.candles.v.tolist()
        for follower in self.followers:
            expected = self.oracle(0, follower.series.resolution)
            assert sorted(follower.bars) == expected.t.tolist()
            found = [follower.bars[t] for t in sorted(follower.bars)]
            for row, wanted in zip(found, _rows(expected), strict=True):
                assert (row["o"], row["h"], row["l"], row["c"], row["n"]) == tuple(
                    wanted[name] for name in ("o", "h", "l", "c", "n")
                )
                assert row["v"] == pytest.approx(wanted["v"], rel=1e-9)


async def _run(script: Sequence[Any]) -> None:
    run = Run()
    async with run.server.running(jobs=False):
        for step in script:
            await run.step(step)
        if run.asking is not None:
            await run.asking
        await run.check()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(script=st.lists(steps, min_size=1, max_size=14))
def test_hot_bars_are_the_fold_of_all_trades(script: list[Any]) -> None:
    asyncio.run(_run(script))


@pytest.mark.nightly
@settings(max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(script=st.lists(steps, min_size=1, max_size=25))
def test_hot_bars_are_the_fold_of_all_trades_for_long(script: list[Any]) -> None:
    asyncio.run(_run(script))


@pytest.mark.parametrize("is_warm", [False, True])
def test_late_trades_that_change_what_counts_elsewhere_correct_it_there(*, is_warm: bool) -> None:
    async def run() -> None:
        own = Run()
        async with own.server.running(jobs=False):
            await own.step("filter")
            if is_warm:
                await own.step("warm")
            await own.step([(0, minute * 60, 2, 0) for minute in range(3)])
            await own.step([(0, 181, 3, 0), (0, 185, 3, 0)])
            await own.step("follow")
            minutes = own.followers[1]
            assert minutes.bars[START + 180]["n"] == 2
            await own.step([(0, 119, 9, 0)])
            await own.step([(0, 179, 9, 0)])
            await own.server.live.settled()
            assert START + 180 not in minutes.bars
            await own.check()

    asyncio.run(run())


def test_the_window_of_a_hot_series_is_that_of_the_store() -> None:
    """Any window gives the same bars whether it is answered from memory or not."""

    async def run() -> None:
        own = Run()
        async with own.server.running(jobs=False):
            rng = np.random.default_rng(7)
            rows = sorted((0, int(s), 5, 0) for s in rng.choice(40_000, 900, replace=False))
            await own.step(rows)
            resolution = RESOLUTIONS[1]
            bars = own.oracle(0, resolution)
            live = own.server.live
            await live.page(0, resolution, Window(count=50))
            for _ in range(300):
                low, high = sorted(int(START + x) for x in rng.integers(-1_000, 41_000, 2))
                count = int(rng.integers(1, 700))
                for window in (
                    Window(low, high),
                    Window(None, high, count),
                    Window(low, None, count),
                    Window(low, high, count),
                    Window(low, high, count, at_least=True),
                ):
                    page = await live.page(0, resolution, window)
                    inside = (bars.t >= (window.start or 0)) & (bars.t < (window.end or 1 << 60))
                    rows_in = np.flatnonzero(inside)
                    end = int(np.searchsorted(bars.t, window.end or 1 << 60))
                    if window.at_least:
                        first = min([max(0, end - count), *rows_in[:1].tolist()])
                        expected = bars.take(slice(first, end))
                    elif window.count is not None:
                        expected = bars.take(rows_in[-count:])
                    else:
                        expected = bars.take(rows_in)
                    assert page.candles.t.tolist() == expected.t.tolist(), window
                    assert not differences(page.candles, expected)
                    assert json.loads(page.text("udf"))["t"] == expected.t.tolist()

    asyncio.run(run())


def test_a_page_without_the_last_bar_is_not_told_with_it() -> None:
    """Both end with the same closed bar, and whole texts are kept."""

    async def run() -> None:
        own = Run()
        async with own.server.running(jobs=False):
            await own.step([(0, 0, 1, 0), (0, 70, 2, 0)])
            live, resolution = own.server.live, RESOLUTIONS[1]
            whole = await live.page(0, resolution, Window(count=2))
            assert json.loads(whole.text("udf"))["t"] == [START, START + 60]
            closed = await live.page(0, resolution, Window(end=START + 60, count=2))
            assert json.loads(closed.text("udf"))["t"] == [START]
            assert json.loads(whole.text("udf"))["t"] == [START, START + 60]

    asyncio.run(run())


def test_only_what_is_asked_for_again_is_kept_current() -> None:
    async def run() -> None:
        own = Run()
        async with own.server.running(jobs=False):
            live, resolution = own.server.live, RESOLUTIONS[1]
            await own.step([(0, 0, 1, 0)])

            async def asked() -> int:
                page = await live.page(0, resolution, Window(count=5))
                assert not differences(page.candles, own.oracle(0, resolution))
                return live.figures.misses

            assert await asked() == 1
            own.clock.move(GRACE_S + 1)
            await own.step([(0, 5, 2, 0)])
            assert await asked() == 2
            assert await asked() == 2
            own.clock.move(GRACE_S + 1)
            await own.step([(0, 9, 3, 0)])
            assert await asked() == 2

    asyncio.run(run())
