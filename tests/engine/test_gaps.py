"""Gaps: what lies between the intervals that feeds have seen."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.core.columns import US
from chandlery.core.delivery import Coverage, Delivery
from chandlery.core.delivery import Gap as Told
from chandlery.core.intervals import union
from chandlery.engine.engine import Engine
from chandlery.engine.gaps import Gap, gap_rows, gaps, metrics_of, missed
from chandlery.engine.ingest import Ingest
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import LATER_US, MINUTE, START, HandClock

pairs = st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda p: (p[0], p[0] + p[1]))


def seen(engine: Engine, *intervals: tuple[int, int], kind: str = "trades") -> None:
    parts = tuple(Coverage(0, kind, START + low, START + high) for low, high in intervals)
    engine.recorder.record(Delivery(coverage=parts), LATER_US)


@pytest.fixture
def engine() -> Engine:
    engine = Engine(MemoryStore())
    engine.registry.add_symbol("A:B")
    return engine


def test_what_lies_between_two_feeds_is_a_gap_until_it_is_filled(engine: Engine) -> None:
    seen(engine, (0, 60), (120, 180), (300, 360))
    assert gaps(engine, 0) == [Gap(START + 60, START + 120), Gap(START + 180, START + 300)]
    seen(engine, (50, 130))
    assert gaps(engine, 0) == [Gap(START + 180, START + 300)]


def test_neither_the_beginning_nor_the_open_end_is_a_gap(engine: Engine) -> None:
    assert gaps(engine, 0) == []
    seen(engine, (100, 200))
    assert gaps(engine, 0) == []


def test_each_kind_has_gaps_of_its_own(engine: Engine) -> None:
    seen(engine, (0, 60), (120, 180), kind="bars 1m")
    assert gaps(engine, 0) == []
    assert gaps(engine, 0, "bars 1m") == [Gap(START + 60, START + 120)]


@given(intervals=st.lists(pairs, min_size=1, max_size=8))
def test_gaps_and_coverage_make_up_the_whole(intervals: list[tuple[int, int]]) -> None:
    engine = Engine(MemoryStore())
    engine.registry.add_symbol("A:B")
    seen(engine, *intervals)
    found = [(gap.start, gap.end) for gap in gaps(engine, 0)]
    whole = [(START + min(low for low, _ in intervals), START + max(high for _, high in intervals))]
    assert union([*found, *((START + low, START + high) for low, high in intervals)]) == whole
    assert not any(
        low < START + b and START + a < high for low, high in found for a, b in intervals
    )


@given(st.lists(pairs, max_size=5), st.lists(pairs, max_size=5), st.lists(pairs, max_size=3))
def test_missed_is_what_neither_trades_nor_bars_saw(
    trades: list[tuple[int, int]], bars: list[tuple[int, int]], told: list[tuple[int, int]]
) -> None:
    engine = Engine(MemoryStore())
    engine.registry.add_symbol("A:B")
    gaps_told = tuple(Told(0, "bars", START + a, START + b, "cut") for a, b in told)
    engine.recorder.record(Delivery(gaps=gaps_told), LATER_US)
    seen(engine, *trades)
    seen(engine, *bars, kind="bars")
    known = {s for a, b in [*trades, *bars] for s in range(a, b)}
    expected = {s for a, b in told for s in range(a, b)} - known
    if known:
        expected |= set(range(min(known), max(known))) - known
    found = missed(engine, 0, MINUTE, LATER_US // US)
    assert {s - START for a, b in found for s in range(a, b)} == expected


def test_a_gap_that_has_not_ended_is_missed_up_to_now(engine: Engine) -> None:
    seen(engine, (0, 60), kind="bars")
    engine.recorder.record(Delivery(gaps=(Told(0, "bars", START + 60, None, "cut"),)), LATER_US)
    assert missed(engine, 0, MINUTE, START + 200) == [(START + 60, START + 200)]


def test_what_a_feed_has_told_comes_with_its_reason(engine: Engine) -> None:
    seen(engine, (0, 60), (120, 180))
    told = (
        Told(0, "trades", START + 70, START + 90, "cut", "filling"),
        Told(0, "trades", START + 180, None, "cut off"),
    )
    engine.recorder.record(Delivery(gaps=told), LATER_US)
    ended = [
        Gap(START + 60, START + 70),
        Gap(START + 70, START + 90, "filling", "cut"),
        Gap(START + 90, START + 120),
    ]
    assert gaps(engine, 0) == ended
    now = START + 500
    still = Gap(START + 180, now, "open", "cut off", has_ended=False)
    assert gaps(engine, 0, now_s=now) == [*ended, still]
    [*rows] = gap_rows(engine, None, now)
    assert [row.end for row in rows] == [START + 70, START + 90, START + 120, None]
    assert {row.symbol for row in rows} == {"A:B"}


def test_gaps_are_shown_as_figures(engine: Engine) -> None:
    clock = HandClock()
    told = (
        Told(0, "trades", START, START + 10, "gone", "lost"),
        Told(0, "trades", LATER_US // US - 50, None, "cut off"),
    )
    engine.recorder.record(Delivery(gaps=told), LATER_US)
    counts, seconds = (figure.read() for figure in metrics_of(engine, clock))
    assert counts == {"open": 1, "filling": 0, "lost": 1}
    assert seconds == {"open": 50, "filling": 0, "lost": 10}


def test_a_group_of_commits_keeps_gaps_behind_what_was_covered_before_them() -> None:
    first = Delivery(coverage=(Coverage(0, "trades", 0, 100),))
    then = Delivery(gaps=(Told(0, "trades", 40, 60, "cut"),))

    async def submit() -> Engine:
        engine = Engine(MemoryStore())
        engine.registry.add_symbol("A:B")
        ingest = Ingest(engine.recorder, HandClock(), lambda recorded: None)
        waiting = [asyncio.ensure_future(ingest.submit(each)) for each in (first, then)]
        await asyncio.sleep(0)
        running = asyncio.create_task(ingest.run())
        await asyncio.gather(*waiting)
        await ingest.close()
        await running
        return engine

    engine = asyncio.run(submit())
    assert engine.store.coverage(0, "trades") == [(0, 40), (60, 100)]
