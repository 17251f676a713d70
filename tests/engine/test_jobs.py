"""Roll-ups by the clock: their states, their lease, and what a kill leaves behind."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from chandlery.core.columns import US
from chandlery.core.errors import StoreCorruptError, StoreUnavailableError
from chandlery.engine.engine import Engine
from chandlery.engine.jobs import LEASE, LEASE_S, Job, Jobs, job_name, saved_jobs
from chandlery.stores import Change
from tests.engine.builders import HOUR, MINUTE, START, HandClock, delivery
from tests.engine.scripted import ScriptedStore

LADDER = (MINUTE, HOUR)
NOW = (START + 2 * 3_600) * US


class Shop:
    """An engine with two hours of trades, and its jobs."""

    def __init__(self) -> None:
        self.store = ScriptedStore()
        self.engine = Engine(self.store, LADDER)
        self.engine.registry.add_symbol("X:ABC")
        self.clock = HandClock(us=NOW)
        rows = [(60.0 * minute, 1.0 + minute) for minute in range(119)]
        self.engine.recorder.record(delivery(rows), NOW)
        self.jobs = Jobs(self.engine, self.clock)

    def job(self, name: str) -> Job:
        return self.jobs.jobs[name]

    def frontiers(self) -> list[int]:
        return [self.engine.dirt.frontier(rung) - START for rung in LADDER]


@pytest.fixture
def shop() -> Shop:
    return Shop()


MINUTES, HOURS = (job_name(rung) for rung in LADDER)


async def test_jobs_roll_up_what_is_closed_and_say_so(shop: Shop) -> None:
    assert {job.state for job in shop.jobs.jobs.values()} == {"idle"}
    assert await shop.jobs.once()
    assert shop.frontiers() == [7_140, 3_600]
    minutes, hours = shop.job(MINUTES), shop.job(HOURS)
    assert (minutes.state, minutes.rows, minutes.lag_s, minutes.reason) == ("idle", 119, 0, "")
    assert (hours.state, hours.rows, hours.last_run) == ("idle", 1, NOW // US)
    assert minutes.steps >= 1


async def test_a_bar_is_rolled_up_only_when_late_trades_had_their_time(shop: Shop) -> None:
    await shop.jobs.once()
    shop.clock.move(1.9)
    await shop.jobs.once()
    assert shop.frontiers() == [7_140, 3_600]
    shop.clock.move(0.2)
    assert await shop.jobs.once()
    assert shop.frontiers() == [7_200, 7_200]


async def test_the_newest_bars_are_in_memory_before_anything_is_rolled_up(shop: Shop) -> None:
    await shop.jobs.once()
    engine = Engine(shop.store, LADDER)
    jobs = Jobs(engine, shop.clock, sleep=_never)
    running = asyncio.create_task(jobs.run())
    while not (engine.edge.is_warm and not engine.tails.is_cold(MINUTE)):
        await asyncio.sleep(0)
        assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_store_that_fails_at_the_start_does_not_end_the_jobs(shop: Shop) -> None:
    shop.store.after_reads = _refuse
    jobs = Jobs(shop.engine, shop.clock, sleep=_never)
    running = asyncio.create_task(jobs.run())
    while shop.frontiers() != [7_140, 3_600]:
        await asyncio.sleep(0)
        assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def _never(seconds: float) -> None:
    await asyncio.Event().wait()


def _refuse() -> None:
    message = "the disk is full"
    raise StoreUnavailableError(message)


async def test_without_work_there_is_nothing_to_do(shop: Shop) -> None:
    await shop.jobs.once()
    written = len(shop.store.written)
    assert not await shop.jobs.once()
    assert len(shop.store.written) == written


async def test_while_another_holds_the_lease_nothing_is_done(shop: Shop) -> None:
    now = NOW // US
    assert shop.store.acquire(LEASE, "another", now, now + 30)
    assert not await shop.jobs.once()
    assert shop.frontiers() == [-START, -START]
    shop.clock.move(30)
    assert await shop.jobs.once()
    assert shop.frontiers()[0] > 0
    assert shop.store.acquire(LEASE, "another", now + 30, now + 30 + LEASE_S)


async def test_a_job_that_fails_says_why_and_works_again_later(shop: Shop) -> None:
    def refuse(change: Change) -> Exception | None:
        hours = change.frontier is not None and change.frontier[0] == HOUR
        return StoreCorruptError("the file is damaged") if hours else None

    shop.store.refuses = refuse
    assert await shop.jobs.once()
    assert shop.job(MINUTES).state == "idle"
    assert (shop.job(HOURS).state, shop.job(HOURS).reason) == ("failed", "the file is damaged")
    assert shop.frontiers() == [7_140, -START]
    saved = {job.name: job for job in saved_jobs(shop.engine)}
    assert saved[HOURS].reason == "the file is damaged"
    assert shop.job(HOURS).lag_s > 0
    shop.store.refuses = lambda change: None
    assert await shop.jobs.once()
    assert (shop.job(HOURS).state, shop.job(HOURS).reason) == ("idle", "")
    assert shop.frontiers() == [7_140, 3_600]


async def test_a_store_that_fails_for_a_while_does_not_end_the_jobs(shop: Shop) -> None:
    shop.store.leases_fail = StoreUnavailableError("the disk is full")
    assert not await shop.jobs.once()
    shop.store.leases_fail = None
    assert await shop.jobs.once()
    assert shop.frontiers() == [7_140, 3_600]


async def test_after_a_kill_a_running_job_is_idle_and_its_work_is_taken_up(shop: Shop) -> None:
    killed = Job(name=MINUTES, state="running", rows=5)
    shop.store.note("job", MINUTES, msgspec.json.encode(killed).decode())
    jobs = Jobs(Engine(shop.store, LADDER), shop.clock)
    assert (jobs.jobs[MINUTES].state, jobs.jobs[MINUTES].rows) == ("idle", 5)
    assert await jobs.once()
    assert jobs.jobs[MINUTES].rows == 119


async def test_the_state_of_a_job_is_saved_and_restored(shop: Shop) -> None:
    await shop.jobs.once()
    again = Engine(shop.store, LADDER)
    assert saved_jobs(again) == list(shop.jobs.jobs.values())
    assert list(Jobs(again, shop.clock).jobs.values()) == list(shop.jobs.jobs.values())


async def test_jobs_run_by_the_clock_until_they_are_cancelled(shop: Shop) -> None:
    turns: list[float] = []
    third = asyncio.Event()

    async def sleep(seconds: float) -> None:
        turns.append(seconds)
        shop.clock.move(60)
        if len(turns) == 3:
            third.set()
        await asyncio.sleep(0)

    running = asyncio.create_task(Jobs(shop.engine, shop.clock, sleep).run())
    await third.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert turns[:3] == [1.0, 1.0, 1.0]
    assert shop.frontiers()[0] >= 7_200
