"""The process that is killed: does one kind of work without end, and says what was acknowledged.

python -m tests.crash.victim MODE FOLDER
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from chandlery.core.delivery import Delivery
from chandlery.core.market import Market
from chandlery.engine.engine import Engine
from chandlery.engine.ingest import Ingest
from chandlery.engine.upkeep import maintain
from chandlery.stores.duckdb import DuckDBStore
from tests.crash import trades

SOURCE = "victim"
NOW_US = trades.START_US + 10 * 365 * 86_400 * 1_000_000


class FixedClock:
    """A clock that stands late enough for every trade."""

    def now_us(self) -> int:
        return NOW_US

    def elapsed(self) -> float:
        return 0.0


def open_engine(folder: Path) -> Engine:
    engine = Engine(DuckDBStore(folder / "chandlery.duckdb"))
    engine.registry.add([Market.of(f"TEST:M{number}") for number in range(trades.MARKETS)])
    return engine


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


async def ingest(engine: Engine) -> None:
    """Submit batches from several senders, from the saved position on, rolling up meanwhile."""
    writer = Ingest(engine.recorder, FixedClock(), publish=lambda recorded: None)
    running = asyncio.create_task(writer.run())
    number = int(engine.store.positions().get(SOURCE, 0))
    engine.recorder.warm()
    say("ready")
    while not running.done():
        numbers = range(number, number + 3)
        deliveries = [Delivery(trades.batch(n), positions={SOURCE: str(n + 1)}) for n in numbers]
        await asyncio.gather(*(writer.submit(delivery) for delivery in deliveries))
        number += 3
        say("acknowledged", number)
        if number % 12 == 0:
            await asyncio.to_thread(list, engine.rollup.run(trades.end_s(number - 30)))


def roll_up(engine: Engine) -> None:
    """Roll up further and further in small steps."""
    engine.rollup.rows_a_step = 500
    say("ready")
    until = engine.dirt.frontier(engine.dirt.rungs[0])
    while True:
        until = max(until, trades.START_US // 1_000_000) + 3_600
        for step in engine.rollup.run(until):
            say("step", step.rung, step.end)


def rebuild(engine: Engine) -> None:
    """Mark stretch after stretch and make it again."""
    engine.rollup.rows_a_step = 500
    random = np.random.default_rng()
    reach = engine.registry.reach(0)
    list(engine.rollup.run(reach[1] + 86_400))
    say("ready")
    while True:
        market, start = int(random.integers(trades.MARKETS)), int(random.integers(*reach))
        engine.recorder.mark(market, start, start + int(random.integers(60, 40_000)))
        for step in engine.rollup.run(reach[1] + 86_400):
            say("step", step.rung, step.end)


def compact(engine: Engine) -> None:
    """Sort every block, make it loose again with a rebuild, and sort it again."""
    first, last = engine.registry.reach(0)
    say("ready")
    while True:
        for line in maintain(engine, {}, last + 10_000_000):
            say("done", line)
        for market in range(trades.MARKETS):
            engine.recorder.mark(market, first, last)
        list(engine.rollup.run(last))


MODES: dict[str, Callable[[Engine], None]] = {
    "ingest": lambda engine: asyncio.run(ingest(engine)),
    "roll-up": roll_up,
    "rebuild": rebuild,
    "compact": compact,
}


if __name__ == "__main__":
    MODES[sys.argv[1]](open_engine(Path(sys.argv[2])))
