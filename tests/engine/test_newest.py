"""The newest bars are found with as few queries as there can be."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from typing_extensions import override

from chandlery.core.candles import Candles
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine
from chandlery.stores import Scope
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import DAY, HOUR, LATER_US, MINUTE, START, WEEK, delivery

DAYS = 40


class Asked(MemoryStore):
    """A store that knows what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    @override
    def candles(self, resolution: Resolution, scope: Scope) -> Candles:
        self.asked.append(str(resolution))
        return super().candles(resolution, scope)

    @override
    def trades(self, scope: Scope) -> Trades:
        self.asked.append("trades")
        return super().trades(scope)


def engine_of(moments: Iterable[float]) -> tuple[Engine, Asked]:
    """Return an engine of one market, rolled up, its newest rows in memory."""
    store = Asked()
    engine = Engine(store)
    engine.registry.add_symbol("X:ABC")
    rows = [(moment, 100.0) for moment in moments]
    engine.recorder.record(delivery(rows), LATER_US)
    for _ in engine.rollup.run(START + DAYS * 86_400 + 1_800):
        pass
    engine.recorder.warm()
    engine.rollup.warm_tails()
    store.asked.clear()
    return engine, store


@pytest.mark.parametrize("gap_s", [20, 200, 2_000], ids=str)
@pytest.mark.parametrize("resolution", [MINUTE, HOUR], ids=str)
def test_a_market_whose_trades_are_rare_is_searched_once(
    gap_s: int, resolution: Resolution
) -> None:
    random = np.random.default_rng(1)
    moments = np.cumsum(random.exponential(gap_s, DAYS * 86_400 // gap_s))
    engine, store = engine_of(np.round(moments[moments < DAYS * 86_400], 6).tolist())
    assert len(engine.history.newest(0, resolution, 300)) == 300
    assert store.asked == [str(resolution)]


@pytest.mark.parametrize("resolution", [DAY, WEEK], ids=str)
def test_bars_of_days_are_ready_but_for_the_last(resolution: Resolution) -> None:
    engine, store = engine_of(float(moment) for moment in range(0, DAYS * 86_400, 600))
    assert len(engine.history.newest(0, resolution, 3)) == 3
    assert store.asked == [str(resolution)]


def test_how_often_a_market_trades_is_known_from_the_rows_in_memory() -> None:
    engine, _ = engine_of(float(moment) for moment in range(0, DAYS * 86_400, 600))
    assert engine.tails.trades_per_s(0) == pytest.approx(1 / 600, rel=0.2)
    engine.tails.cool()
    assert engine.tails.trades_per_s(0) == 0
