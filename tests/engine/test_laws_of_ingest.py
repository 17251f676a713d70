"""Laws 1 and 2 through the writer: whatever is submitted at once, shuffled, twice, cut short."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chandlery.core.delivery import Delivery
from chandlery.core.resolution import Resolution
from chandlery.engine.ingest import Ingest, Limits
from chandlery.engine.recorder import Recorded
from tests.conformance.homes import STORES
from tests.engine.builders import HandClock
from tests.engine.world import DAY_S, GIVEN, LADDERS, RESOLUTIONS, Spec, World, home_in, specs
from tests.strategies import moments

AFTER_2010 = 1_262_304_000
EXAMPLES = {"memory": 15, "duckdb": 5}
NIGHTLY = {"memory": 600, "duckdb": 120}

Round = tuple[list[Spec], list[int], int, list[int]]
rounds = st.lists(
    st.tuples(
        st.lists(specs(), max_size=25),
        st.lists(st.integers(0, 1 << 16), max_size=10),
        st.integers(-DAY_S, 45 * DAY_S),
        st.lists(st.integers(0, 40 * DAY_S), max_size=3),
    ),
    min_size=1,
    max_size=4,
)


async def submit_all(world: World, deliveries: Sequence[Delivery], until: int) -> int:
    """Submit everything at once, with a roll-up beside it; return how many were accepted."""
    published: list[Recorded] = []
    clock = HandClock(us=world.now_us)
    limits = Limits(queued_rows=30, commit_rows=20)
    ingest = Ingest(world.engine.recorder, clock, published.append, limits)
    running = asyncio.create_task(ingest.run())
    receipts = asyncio.gather(*(ingest.submit(one) for one in deliveries))
    steps = asyncio.to_thread(lambda: list(world.engine.rollup.run(world.start + until)))
    await steps
    accepted = sum(receipt.accepted for receipt in await receipts)
    await ingest.close()
    await running
    assert accepted == sum(len(recorded.trades) for recorded in published)
    return accepted


def one_round(world: World, happening: Round, order: Random) -> None:
    """Submit new trades twice and old ones again, in small deliveries, and some bars."""
    new, again, until, at = happening
    rows = world.batch(new, again) + world.batch([], again)
    rows += rows[: len(new)]
    order.shuffle(rows)
    deliveries = [Delivery(world.columns(rows[n : n + 4])) for n in range(0, len(rows), 4)]
    given = [world.bars(n % 4, GIVEN[moment % len(GIVEN)], [moment]) for n, moment in enumerate(at)]
    deliveries += [Delivery(bars=(bars,)) for bars in given]
    before = len(world.stored)
    accepted = asyncio.run(submit_all(world, deliveries, until))
    world.remember(rows)
    for bars in given:
        world.remember_bars(bars)
    assert accepted == len(world.stored) - before


def run(kind: str, start: int, ladder: tuple[Resolution, ...], happenings: list[Round]) -> None:
    with TemporaryDirectory() as folder:
        world = World(home_in(kind, folder), ladder, start)
        for number, happening in enumerate(happenings):
            one_round(world, happening, Random(number))  # noqa: S311 - a shuffle, no secret
            world.check(RESOLUTIONS[number::6])
            world.check_trades()
            if number % 2:
                world.restart()
        list(world.engine.rollup.run(start + 500 * DAY_S))
        world.check(world.ladder)
        world.home.store.close()


starts = moments().filter(lambda second: second > AFTER_2010)


@pytest.mark.parametrize("kind", sorted(STORES))
def test_whatever_is_submitted_at_once_each_trade_counts_once(kind: str) -> None:
    law = given(starts, st.sampled_from(LADDERS), rounds)(
        lambda start, ladder, happenings: run(kind, start, ladder, happenings)
    )
    settings(max_examples=EXAMPLES[kind], deadline=None)(law)()


@pytest.mark.nightly
@pytest.mark.parametrize("kind", sorted(STORES))
def test_whatever_is_submitted_at_once_each_trade_counts_once_for_long(kind: str) -> None:
    law = given(starts, st.sampled_from(LADDERS), rounds)(
        lambda start, ladder, happenings: run(kind, start, ladder, happenings)
    )
    settings(max_examples=NIGHTLY[kind], deadline=None)(law)()
