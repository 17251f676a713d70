"""Laws 1 and 2 with filters: candles are the fold of the trades that count, whatever happens.

Trades come nearly in order, some late, about the live edge, where verdicts change.
"""

from __future__ import annotations

from collections.abc import Sequence
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chandlery.core.filters import Rule
from chandlery.core.resolution import Resolution
from chandlery.engine.verify import verify
from tests.conformance.homes import STORES
from tests.engine.builders import START
from tests.engine.world import LADDERS, RULES, Spec, World, dense_specs, home_in

EXAMPLES = {"memory": 100, "duckdb": 8}
NIGHTLY = {"memory": 4_000, "duckdb": 200}
LOOKED_AT = [Resolution.parse(text) for text in ("1s", "1m", "3m", "5m", "1h", "1d")]
MINUTE_US = 60_000_000

minutes = st.integers(0, 32)
steps = st.one_of(
    st.tuples(st.just("trades"), st.lists(dense_specs(), min_size=1, max_size=8)),
    st.tuples(st.just("in order"), st.lists(dense_specs(), min_size=5, max_size=40)),
    st.tuples(
        st.just("late"),
        st.lists(st.tuples(st.integers(1, 6), st.sampled_from((1.0, 1.4, 5.0))), min_size=1),
    ),
    st.tuples(st.just("roll up"), minutes),
    st.tuples(st.just("erase"), minutes),
    st.tuples(st.just("warm"), minutes),
    st.tuples(st.just("restart"), minutes),
    st.tuples(st.just("filter"), st.sampled_from(RULES)),
)


class Run:
    """A world in which two markets are traded for half an hour."""

    def __init__(self, kind: str, folder: str, ladder: Sequence[Resolution]) -> None:
        self.world = World(home_in(kind, folder), ladder, START)
        self.world.refilter(0, RULES[2])

    def step(self, name: str, what: Any) -> None:
        getattr(self, f"_{name.replace(' ', '_')}")(what)

    def _trades(self, new: list[Spec]) -> None:
        self.world.deliver(self.world.batch(new, []))

    def _in_order(self, new: list[Spec]) -> None:
        """As a feed does: one small batch after the other, each trade at most once late."""
        rows = self.world.batch(sorted(new, key=lambda spec: spec.offset_us), [])
        if len(rows) > 8:
            rows[-3], rows[-1] = rows[-1], rows[-3]
        for first in range(0, len(rows), 7):
            self.world.deliver(rows[first : first + 7])

    def _late(self, trades: list[tuple[int, float]]) -> None:
        """Deliver the last trades of minutes shortly before the newest, one by one."""
        for minutes_ago, price in trades:
            known = [spec.offset_us for spec in self.world.stored.values() if spec.market == 0]
            end_us = (max(known, default=0) // MINUTE_US - minutes_ago + 1) * MINUTE_US
            new = Spec(0, max(end_us - 1, 0), price, 1.0, 1, 9)
            self.world.deliver(self.world.batch([new], []))

    def _roll_up(self, minute: int) -> None:
        list(self.world.engine.rollup.run(START + minute * 60))

    def _erase(self, minute: int) -> None:
        self.world.erase(0, minute * 60, minute * 60 + 90)

    def _warm(self, minute: int) -> None:
        self._roll_up(minute)
        self.world.engine.recorder.warm()
        self.world.engine.rollup.warm_tails()

    def _restart(self, _: int) -> None:
        self.world.restart()

    def _filter(self, new: Rule | None) -> None:
        self.world.refilter(0, new)


def run(kind: str, ladder: Sequence[Resolution], script: list[tuple[str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        own = Run(kind, folder, ladder)
        for number, step in enumerate(script):
            own.step(*step)
            own.world.check([LOOKED_AT[number % len(LOOKED_AT)]])
        own.world.check(LOOKED_AT)
        own.world.check_trades()
        list(own.world.engine.rollup.run(START + 86_400 * 30))
        assert verify(own.world.engine).differences == []
        own.world.check(LOOKED_AT)
        own.world.home.store.close()


@pytest.mark.parametrize("kind", sorted(STORES))
def test_candles_are_the_fold_of_the_trades_that_count(kind: str) -> None:
    law = given(st.sampled_from(LADDERS), st.lists(steps, min_size=1, max_size=12))(
        lambda ladder, script: run(kind, ladder, script)
    )
    settings(max_examples=EXAMPLES[kind], deadline=None)(law)()


@pytest.mark.nightly
@pytest.mark.parametrize("kind", sorted(STORES))
def test_candles_are_the_fold_of_the_trades_that_count_for_long(kind: str) -> None:
    law = given(st.sampled_from(LADDERS), st.lists(steps, min_size=1, max_size=20))(
        lambda ladder, script: run(kind, ladder, script)
    )
    settings(max_examples=NIGHTLY[kind], deadline=None)(law)()
