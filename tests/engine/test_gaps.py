"""Gaps: what lies between the intervals that feeds have seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.core.delivery import Coverage, Delivery
from chandlery.core.intervals import union
from chandlery.engine.engine import Engine
from chandlery.engine.gaps import Gap, gaps
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import LATER_US, START

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
