"""How the writer ends, and what it survives."""

from __future__ import annotations

import asyncio
import threading

from typing_extensions import override

from chandlery.core.delivery import Delivery
from chandlery.core.market import Market
from chandlery.engine.engine import Engine
from chandlery.engine.ingest import Ingest
from chandlery.engine.recorder import Recorded
from chandlery.stores import Change, Mark
from chandlery.stores.memory import MemoryStore
from tests.crash import trades
from tests.crash.victim import NOW_US, FixedClock


def engine_with_markets(store: MemoryStore | None = None) -> Engine:
    engine = Engine(store or MemoryStore())
    engine.registry.add([Market.of(f"TEST:M{number}") for number in range(trades.MARKETS)])
    return engine


async def test_a_stumbling_subscriber_does_not_stop_the_writer() -> None:
    def stumble(recorded: Recorded) -> None:
        message = f"cannot take {len(recorded.trades)}"
        raise RuntimeError(message)

    ingest = Ingest(engine_with_markets().recorder, FixedClock(), stumble)
    running = asyncio.create_task(ingest.run())
    for number in range(3):
        receipt = await ingest.submit(Delivery(trades.batch(number)))
        assert receipt.accepted == trades.ROWS
    await ingest.close()
    await running


class HeldStore(MemoryStore):
    """A store whose commits wait until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.is_writing, self.go_on = threading.Event(), threading.Event()

    @override
    def write(self, change: Change) -> list[Mark]:
        self.is_writing.set()
        self.go_on.wait()
        return super().write(change)


async def test_whoever_waits_when_the_writer_is_cancelled_is_told() -> None:
    store = HeldStore()
    ingest = Ingest(engine_with_markets(store).recorder, FixedClock(), lambda recorded: None)
    running = asyncio.create_task(ingest.run())
    waiting = [asyncio.ensure_future(ingest.submit(Delivery(trades.batch(0))))]
    await asyncio.to_thread(store.is_writing.wait)
    waiting.append(asyncio.ensure_future(ingest.submit(Delivery(trades.batch(1)))))
    await asyncio.sleep(0)
    running.cancel()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    store.go_on.set()
    assert [str(result) for result in results] == [
        "the writer was stopped before this was known to be durable"
    ] * 2


def test_a_trade_from_before_what_is_let_go_is_refused_at_once() -> None:
    engine = engine_with_markets()
    engine.recorder.record(Delivery(trades.batch(0)), NOW_US)
    list(engine.rollup.run(trades.end_s(60)))
    safe = engine.recorder.let_go(trades.end_s(10))
    late = trades.batch(1)
    recorded = engine.recorder.record(Delivery(late), NOW_US)
    assert len(recorded.refused) == (late.time < safe * 1_000_000).sum()
