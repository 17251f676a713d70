"""Long work beside a live feed and its roll-ups: it finds nothing that is not there."""

from __future__ import annotations

import asyncio

import pytest

from chandlery.core.columns import US
from chandlery.core.delivery import Delivery
from chandlery.core.errors import UsageError
from chandlery.engine import chores as module
from chandlery.engine.chores import (
    Progress,
    Verified,
    maintain_steps,
    rebuild_range,
    rebuild_steps,
    verify_steps,
)
from chandlery.engine.engine import Engine
from chandlery.engine.ingest import BusyError
from chandlery.engine.jobs import LEASE, LEASE_S, Jobs
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import START, HandClock, trades


@pytest.fixture
def engine() -> Engine:
    engine = Engine(MemoryStore())
    engine.registry.add_symbol("A:B")
    return engine


@pytest.fixture
def clock() -> HandClock:
    return HandClock((START + 3_600) * US)


def record(engine: Engine, clock: HandClock, first: int, count: int) -> None:
    """Record a trade a second."""
    rows = [(float(second), 1.0 + second % 7) for second in range(first, first + count)]
    engine.recorder.record(Delivery(trades=trades(rows, first_id=first)), clock.now_us())


async def test_an_audit_beside_a_feed_and_roll_ups_finds_no_difference(
    engine: Engine, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The clock goes a thousand times as fast here, and leases are to last all the same.
    monkeypatch.setattr(module, "LEASE_S", 1_000_000)
    monkeypatch.setattr(module, "PATIENCE_S", 1e9)
    jobs, results = Jobs(engine, clock), []

    async def feed() -> None:
        for minute in range(120):
            await asyncio.to_thread(record, engine, clock, minute * 30, 45)
            clock.move(30)
            await jobs.once()

    def audit() -> Verified:
        *progress, last = verify_steps(engine, clock)
        assert all(isinstance(step, Progress) for step in progress)
        assert isinstance(last, Verified)
        return last

    feeding = asyncio.create_task(feed())
    while not feeding.done():
        results.append(await asyncio.to_thread(audit))
    await feeding
    results.append(audit())
    assert [result.differences for result in results if not result.ok] == []
    assert results[-1].trades == 119 * 30 + 45
    assert results[-1].bars > 0


def test_roll_ups_wait_while_candles_are_made_again(engine: Engine, clock: HandClock) -> None:
    record(engine, clock, 0, 600)
    list(engine.rollup.run(START + 3_000))
    now = clock.now_us() // US
    steps = rebuild_steps(engine, clock, rebuild_range(engine, "a:b", None, None))
    first = next(steps)
    assert (first.rung, first.rows) == ("1m", 10)
    assert not engine.store.acquire(LEASE, "roll-ups", now, now + LEASE_S)
    steps.close()
    assert engine.store.acquire(LEASE, "roll-ups", now, now + LEASE_S)
    engine.store.release(LEASE, "roll-ups")
    # What was left is dirty still, and made by whoever comes next.
    assert {step.rung for step in rebuild_steps(engine, clock, (0, START, START + 1))} >= {"1m"}


def test_waiting_for_the_roll_ups_has_an_end(
    engine: Engine, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(engine, clock, 0, 60)
    now = clock.now_us() // US
    assert engine.store.acquire(LEASE, "roll-ups", now, now + LEASE_S)
    monkeypatch.setattr("chandlery.engine.chores.time.sleep", clock.move)
    monkeypatch.setattr(module, "LOOK_AGAIN_S", 1.0)
    with pytest.raises(BusyError, match="the roll-ups are busy"):
        next(verify_steps(engine, clock))
    # A process that was killed holds its lease for a minute, and then no more.
    clock.move(LEASE_S)
    assert isinstance(next(verify_steps(engine, clock)), Progress)


def test_a_range_without_data_is_refused(engine: Engine, clock: HandClock) -> None:
    record(engine, clock, 0, 60)
    assert rebuild_range(engine, "A:B", START + 10, None) == (0, START + 10, START + 60)
    with pytest.raises(UsageError, match="nothing of A:B lies in that range"):
        rebuild_range(engine, "A:B", START + 60, None)


def test_maintaining_says_what_it_did(engine: Engine, clock: HandClock) -> None:
    record(engine, clock, 0, 600)
    list(engine.rollup.run(START + 3_600))
    assert [said.line for said in maintain_steps(engine, clock, {})] == ["checkpoint done"]
    lines = [said.line for said in maintain_steps(engine, clock, {None: 60})]
    assert lines[0].startswith("trades: 600 rows before ")
