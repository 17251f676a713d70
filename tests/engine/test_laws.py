"""Laws 1 and 2, whatever happens in whatever order: trades are a set, candles are their fold."""

from __future__ import annotations

from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from typing_extensions import override

from chandlery.core.resolution import Resolution
from tests.engine.world import (
    DAY_S,
    GIVEN,
    LADDERS,
    MARKETS,
    RESOLUTIONS,
    Spec,
    World,
    home_in,
    specs,
)
from tests.strategies import CALENDARS, moments

AFTER_2010 = 1_262_304_000
offsets = st.integers(0, 130) | st.integers(-2 * DAY_S, 42 * DAY_S)
numbers = st.integers(0, 1 << 16)
markets = st.integers(0, len(MARKETS) - 1)


class Laws(RuleBasedStateMachine):
    kind = "memory"

    @initialize(
        start=moments().filter(lambda second: second > AFTER_2010), ladder=st.sampled_from(LADDERS)
    )
    def begin(self, start: int, ladder: tuple[Resolution, ...]) -> None:
        self.folder = TemporaryDirectory()
        self.world = World(home_in(self.kind, self.folder.name), ladder, start)
        self.looked_at = 0

    @rule(
        new=st.lists(specs(), max_size=12),
        again=st.lists(numbers, max_size=5),
        order=st.randoms(use_true_random=False),
    )
    def deliver(self, new: list[Spec], again: list[int], order: Random) -> None:
        rows = self.world.batch(new, again)
        rows += rows[: len(rows) // 3]
        order.shuffle(rows)
        self.world.deliver(rows)

    @rule(
        market=markets,
        resolution=st.sampled_from(GIVEN),
        at=st.lists(offsets, min_size=1, max_size=4),
        higher=st.sampled_from((0.0, 1.0)),
    )
    def give_bars(self, market: int, resolution: Resolution, at: list[int], higher: float) -> None:
        self.world.give(self.world.bars(market, resolution, at), higher=higher)

    @rule(pick=numbers, until=offsets)
    def roll_up_a_step(self, pick: int, until: int) -> None:
        world = self.world
        rung = world.ladder[pick % len(world.ladder)]
        world.engine.rollup.step(rung, world.start + until)

    @rule(until=offsets)
    def roll_up_all(self, until: int) -> None:
        list(self.world.engine.rollup.run(self.world.start + until))

    @rule(market=markets, start=offsets, length=st.integers(1, 300) | st.integers(1, 30 * DAY_S))
    def roll_back(self, market: int, start: int, length: int) -> None:
        self.world.erase(market, start, start + length)

    @rule(market=markets, name=st.sampled_from(sorted(CALENDARS)))
    def trade_at_other_hours(self, market: int, name: str) -> None:
        # Bars as given keep their times: what they mean in another session nobody can say.
        if not any((bars.market == market).any() for bars in self.world.given.values()):
            self.world.realign(market, name)

    @rule(market=markets, start=offsets, length=st.integers(1, 30 * DAY_S))
    def rebuild(self, market: int, start: int, length: int) -> None:
        first = self.world.start + start
        self.world.engine.recorder.mark(market, first, first + length)

    @rule()
    def keep_the_live_edge_in_memory(self) -> None:
        self.world.engine.recorder.warm()
        self.world.engine.rollup.warm_tails()

    @rule()
    def sort_runs(self) -> None:
        for block in self.world.home.store.loose_blocks():
            self.world.home.store.compact(*block)

    @rule()
    def restart(self) -> None:
        self.world.restart()

    @rule(ladder=st.sampled_from(LADDERS))
    def restart_with_other_rungs(self, ladder: tuple[Resolution, ...]) -> None:
        self.world.restart(ladder)

    @invariant()
    def reads_are_right(self) -> None:
        self.looked_at += 5
        self.world.check([RESOLUTIONS[self.looked_at % len(RESOLUTIONS)]])

    @override
    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.world.check(RESOLUTIONS[self.looked_at % 4 :: 4])
            self.world.check_trades()
            list(self.world.engine.rollup.run(self.world.start + 500 * DAY_S))
            self.world.check(self.world.ladder)
            assert self.world.home.store.marks() == []
        finally:
            self.world.home.store.close()
            self.folder.cleanup()


class DuckDBLaws(Laws):
    kind = "duckdb"


QUICK = {"memory": (Laws, 20, 12), "duckdb": (DuckDBLaws, 5, 8)}
SLOW = {"memory": (Laws, 1_000, 30), "duckdb": (DuckDBLaws, 120, 25)}


def run(machine: type[Laws], examples: int, steps: int) -> None:
    how = settings(max_examples=examples, stateful_step_count=steps, deadline=None)
    run_state_machine_as_test(machine, settings=how)


@pytest.mark.parametrize("kind", sorted(QUICK))
def test_candles_are_the_fold_of_the_surviving_trades_at_every_moment(kind: str) -> None:
    run(*QUICK[kind])


@pytest.mark.nightly
@pytest.mark.parametrize("kind", sorted(SLOW))
def test_candles_are_the_fold_of_the_surviving_trades_at_every_moment_for_long(kind: str) -> None:
    run(*SLOW[kind])
