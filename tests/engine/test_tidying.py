"""Upkeep by the clock."""

from __future__ import annotations

import numpy as np
import pytest

from chandlery.core.delivery import Delivery
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine
from chandlery.engine.tidying import Tidying
from chandlery.engine.upkeep import maintain
from chandlery.engine.verify import verify
from chandlery.stores.duckdb import DuckDBStore

DAY_S = 86_400
START_S = 20_000 * DAY_S
MINUTE = Resolution.parse("1m")


class FixedClock:
    def __init__(self, now_s: int) -> None:
        self.now_s = now_s

    def now_us(self) -> int:
        return self.now_s * 1_000_000

    def elapsed(self) -> float:
        return 0.0


@pytest.fixture
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = Engine(DuckDBStore(tmp_path_factory.mktemp("store") / "chandlery.duckdb"))
    engine.registry.add([Market.of("TEST:A"), Market.of("TEST:B")])
    return engine


def fill(engine: Engine, days: int, rows: int = 2_000) -> None:
    random = np.random.default_rng(1)
    time = np.sort(random.integers(START_S, START_S + days * DAY_S, rows)) * 1_000_000
    trades = Trades.of(
        market=random.integers(0, 2, rows),
        time=time,
        price=random.random(rows) + 1,
        size=random.random(rows) + 1,
        side=np.zeros(rows),
        sequence=np.zeros(rows),
        id=np.arange(rows),
    )
    for part in np.array_split(np.arange(rows), 7):
        engine.recorder.record(Delivery(trades.take(part)), (START_S + 400 * DAY_S) * 1_000_000)


async def test_closed_blocks_are_sorted_and_open_ones_left(engine: Engine) -> None:
    fill(engine, days=3)
    await Tidying(engine, FixedClock(START_S + 2 * DAY_S), {}).once()
    left = [block for block in engine.store.loose_blocks() if block[0] == "trades"]
    assert left == [("trades", START_S + 2 * DAY_S, START_S + 3 * DAY_S)]
    engine.store.close()


async def test_old_rows_go_and_every_candle_stays_right(engine: Engine) -> None:
    fill(engine, days=5)
    list(engine.rollup.run(START_S + 30 * DAY_S))
    before = engine.history.candles(0, MINUTE, 0, 2**40)
    clock = FixedClock(START_S + 5 * DAY_S)
    await Tidying(engine, clock, {None: 2 * DAY_S}).once()
    assert len(engine.history.trades(0, 0, (START_S + 3 * DAY_S) * 1_000_000)) == 0
    assert engine.history.candles(0, MINUTE, 0, 2**40).t.tolist() == before.t.tolist()
    assert verify(engine).ok
    engine.store.close()


def test_nothing_is_let_go_that_has_not_been_rolled_up(engine: Engine) -> None:
    fill(engine, days=5)
    lines = list(maintain(engine, {None: DAY_S}, START_S + 5 * DAY_S))
    assert any("not rolled up" in line for line in lines)
    assert engine.store.trades_kept_from() == 0
    engine.store.close()


def test_a_busy_block_is_sorted_in_parts(engine: Engine) -> None:
    fill(engine, days=1, rows=900)
    lines = list(maintain(engine, {}, START_S + 2 * DAY_S, rows_a_run=300))
    assert sum(line.startswith("trades:") for line in lines) == 3
    assert engine.store.loose_blocks() == []
    engine.store.close()
