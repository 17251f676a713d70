"""Which market is the busiest, wherever its bars are."""

from __future__ import annotations

import pytest

from chandlery.core.columns import US
from chandlery.core.delivery import Delivery
from chandlery.core.trades import Trades
from chandlery.engine.activity import ranks
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import LATER_US, START, HandClock, trades

HOUR_S, DAY_S = 3_600, 86_400
NOW = START + 10 * DAY_S + 1_800


def engine_with(*batches: Trades) -> Engine:
    engine = Engine(MemoryStore())
    for number in range(4):
        engine.registry.add_symbol(f"A:M{number}")
    for batch in batches:
        engine.recorder.record(Delivery(trades=batch), LATER_US)
    return engine


def busy(market: int, count: int, ago_s: int, *, size: float = 1.0) -> Trades:
    rows = [(NOW - START - ago_s + row / 10, 2.0) for row in range(count)]
    return trades(rows, market=market, first_id=1_000 * market + ago_s, size=size)


@pytest.mark.parametrize("until", [0, NOW - 7_200, NOW - 60, NOW])
def test_trades_of_the_last_day_count_wherever_they_are(until: int) -> None:
    engine = engine_with(
        busy(0, 400, 3 * DAY_S), busy(1, 60, 20 * HOUR_S), busy(2, 50, 120), busy(1, 10, 30)
    )
    engine.recorder.warm()
    list(engine.rollup.run(until))
    assert ranks(engine, NOW).tolist() == [2, 0, 1, 3]


def test_of_two_the_larger_volume_comes_first_and_one_without_anything_last() -> None:
    engine = engine_with(busy(3, 5, 60, size=0.5), busy(2, 5, 60), busy(1, 4, 60, size=9.0))
    list(engine.rollup.run(NOW))
    assert ranks(engine, NOW).tolist() == [3, 2, 0, 1]


async def test_ranks_are_told_again_for_a_while() -> None:
    engine = engine_with(busy(1, 5, 60))
    clock = HandClock(NOW * US)
    server = Server(engine, clock)
    async with server.running(jobs=False):
        list(engine.rollup.run(NOW))
        assert (await server.activity.ranks()).tolist()[1] == 0
        await server.ingest.submit(Delivery(trades=busy(2, 9, 40)))
        list(engine.rollup.run(NOW))
        assert (await server.activity.ranks()).tolist()[1] == 0
        clock.move(61)
        assert (await server.activity.ranks()).tolist()[2] == 0
