"""Law 3: commit, then publish, then acknowledge; and law 6: the queue has an end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from threading import Event

import pytest

from chandlery.core.columns import US
from chandlery.core.delivery import Coverage, Delivery
from chandlery.core.errors import StoreCorruptError, StoreError, StoreUnavailableError
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine
from chandlery.engine.ingest import BusyError, Ingest, Limits, Receipt
from chandlery.engine.recorder import Recorded
from chandlery.stores import Change, Interval
from tests.engine.builders import MINUTE, START, HandClock, delivery, given_bars, trades
from tests.engine.scripted import ScriptedStore

ALL = Interval(0, 1 << 62)
FULL = StoreUnavailableError("the disk is full", hint="free some")
DAMAGED = StoreCorruptError("the file is damaged")


class Desk:
    """A writer on a scripted store, with what it published and in which order things were done."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.store = ScriptedStore()
        self.engine = Engine(self.store)
        self.engine.registry.add_symbol("X:ABC")
        self.engine.registry.flush()
        self.clock = HandClock()
        self.happened: list[str] = []
        self.published: list[Recorded] = []
        self.ingest = Ingest(self.engine.recorder, self.clock, self._publish, limits)
        self.gate = Event()

    def _publish(self, recorded: Recorded) -> None:
        self.happened.append(f"published {recorded.trades.id.tolist()}")
        self.published.append(recorded)
        # It is in the store already.
        assert not len(recorded.trades) or self.store.repeats(recorded.trades).all()

    async def submit(self, name: str, what: Delivery) -> Receipt:
        receipt = await self.ingest.submit(what)
        self.happened.append(f"acknowledged {name}")
        return receipt

    def note_commits(self) -> None:
        self.store.refuses = lambda change: self.happened.append(
            f"committed {change.trades.id.tolist()}"
        )

    def hold(self, change: Change) -> None:
        """Let the writer wait in a commit until the gate is opened."""
        self.gate.wait()

    def stored(self) -> list[int]:
        return [int(number) for number in self.store.trades(ALL).id]


@asynccontextmanager
async def open_desk(limits: Limits | None = None) -> AsyncIterator[Desk]:
    desk = Desk(limits)
    running = asyncio.create_task(desk.ingest.run())
    try:
        yield desk
    finally:
        desk.gate.set()
        await desk.ingest.close()
        await running


def one(number: int, *, seconds: float | None = None, price: float = 1.0) -> Delivery:
    at = float(number) if seconds is None else seconds
    return delivery([(at, price)], first_id=number)


async def in_one_group(desk: Desk, works: list[Callable[[], Awaitable[object]]]) -> list[object]:
    """Start works while a commit is held, so that they go into the next one together."""
    desk.store.before_writes.append(desk.hold)
    first = asyncio.ensure_future(desk.ingest.submit(one(1_000)))
    await spin(lambda: not desk.store.before_writes)
    waiting = [asyncio.ensure_future(work()) for work in works]
    await spin(lambda: desk.ingest.figures.queued_rows > 1)
    for _ in range(5):
        await asyncio.sleep(0)
    desk.gate.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    await first
    return list(results)


async def spin(until: Callable[[], object]) -> None:
    """Let the others run until something holds that they bring about."""
    for _ in range(1_000_000):
        if until():
            return
        await asyncio.sleep(0)
    pytest.fail("it never came about")


async def test_a_delivery_is_committed_then_published_then_acknowledged() -> None:
    async with open_desk() as desk:
        desk.note_commits()
        receipt = await desk.submit("a", one(1))
        assert desk.happened == ["committed [1]", "published [1]", "acknowledged a"]
        assert (receipt.accepted, len(receipt.repeats), len(receipt.refused)) == (1, 0, 0)


async def test_deliveries_that_wait_are_committed_together() -> None:
    async with open_desk() as desk:
        await in_one_group(desk, [lambda n=n: desk.submit(str(n), one(n)) for n in range(5)])  # type: ignore[misc]
        assert [len(change.trades) for change in desk.store.written] == [1, 5]
        assert desk.ingest.figures.commits == 2
        assert desk.ingest.figures.accepted == 6
        assert desk.stored() == [0, 1, 2, 3, 4, 1_000]


async def test_a_store_that_fails_for_a_while_is_asked_until_it_works() -> None:
    async with open_desk() as desk:
        desk.store.before_writes.extend([FULL, FULL])
        receipt = await desk.submit("a", one(1))
        assert receipt.accepted == 1
        assert desk.stored() == [1]
        assert desk.ingest.figures.failures == 2
        assert desk.ingest.figures.failing == ""
        assert desk.happened == ["published [1]", "acknowledged a"]


async def test_while_the_store_fails_nothing_is_published_or_acknowledged() -> None:
    async with open_desk() as desk:
        desk.store.refuses = lambda change: FULL
        waiting = asyncio.ensure_future(desk.submit("a", one(1)))
        await spin(lambda: desk.ingest.figures.failing)
        assert desk.ingest.figures.failing == "the disk is full"
        assert desk.happened == []
        assert not waiting.done()
        desk.store.refuses = lambda change: None
        await waiting


@pytest.mark.parametrize("is_warm", [False, True])
async def test_a_commit_that_succeeded_although_it_raised_is_not_made_twice(
    *, is_warm: bool
) -> None:
    """As when the transaction was durable and only what followed it failed."""
    async with open_desk() as desk:
        if is_warm:
            desk.engine.recorder.warm()
        await desk.submit("bars", Delivery(bars=(given_bars(MINUTE, [START + 86_400]),)))
        list(desk.engine.rollup.run(START + 3_600))
        desk.store.after_writes.append(FULL)
        receipt = await desk.submit("a", delivery([(0, 1.0), (1, 5.0), (4_000, 2.0)]))
        assert receipt.accepted + len(receipt.repeats) == 3
        assert desk.stored() == [0, 1, 2]
        bars = desk.engine.history.candles(0, MINUTE, START, START + 7_200)
        assert bars.c.tolist() == [5.0, 2.0]
        list(desk.engine.rollup.run(START + 7_200))
        bars = desk.engine.history.candles(0, MINUTE, START, START + 7_200)
        assert bars.c.tolist() == [5.0, 2.0]


async def test_a_price_scale_that_cannot_be_saved_holds_up_no_trade() -> None:
    async with open_desk() as desk:
        desk.engine.recorder.warm()
        desk.store.updates_fail = FULL
        receipt = await desk.submit("a", one(1, price=1.25))
        assert (receipt.accepted, receipt.repeats.tolist()) == (1, [])
        assert desk.happened == ["published [1]", "acknowledged a"]
        assert desk.engine.history.newest(0, MINUTE, 1).c.tolist() == [1.25]
        desk.store.updates_fail = None
        await desk.submit("b", one(2, price=1.25))
        assert desk.store.markets()[0].price_scale >= 100


async def test_an_error_that_will_not_pass_goes_to_whoever_caused_it() -> None:
    async with open_desk() as desk:
        desk.store.refuses = lambda change: DAMAGED if 3 in change.trades.id else None
        results = await in_one_group(
            desk,
            [lambda n=n: desk.submit(str(n), one(n)) for n in range(5)],  # type: ignore[misc]
        )
        assert results[3] is DAMAGED
        assert [type(result) for result in results[:3]] == [Receipt] * 3
        assert isinstance(results[4], Receipt)
        assert desk.stored() == [0, 1, 2, 4, 1_000]
        told = [line for line in desk.happened if line.startswith("ack")]
        assert told == [f"acknowledged {n}" for n in (0, 1, 2, 4)]


async def test_an_error_that_is_not_ours_stops_nobody_else() -> None:
    async with open_desk() as desk:
        unknown_market = Delivery(trades([(0, 1.0)], market=77, first_id=1))
        results = await in_one_group(
            desk,
            [
                lambda: desk.submit("a", one(1)),
                lambda: desk.submit("wrong", unknown_market),
                lambda: desk.submit("b", one(2)),
            ],
        )
        assert isinstance(results[0], Receipt)
        assert isinstance(results[1], IndexError)
        assert isinstance(results[2], Receipt)
        assert (await desk.submit("c", one(3))).accepted == 1


async def test_receipts_tell_each_submitter_of_its_own_rows() -> None:
    async with open_desk() as desk:
        await desk.submit("before", delivery([(0, 1.0), (1, 1.0)]))
        bad = Trades.of(
            market=[0] * 4,
            time=[(START + 9) * US, 5, START * US, (START + 11) * US],
            price=[1.0, 1.0, 1.0, float("nan")],
            size=[1.0, 1.0, 1.0, 1.0],
            side=[0] * 4,
            sequence=[0] * 4,
            id=[9, 10, 0, 11],
        )
        works: list[Callable[[], Awaitable[object]]] = [
            lambda: desk.submit("a", delivery([(2, 1.0), (1, 1.0), (2, 1.0)], first_id=0)),
            lambda: desk.submit("b", Delivery(bad)),
            lambda: desk.submit("c", Delivery(positions={"feed": "7"})),
            lambda: desk.submit("d", delivery([(9, 1.0), (20, 1.0)], first_id=9)),
        ]
        a, b, c, d = await in_one_group(desk, works)
        assert isinstance(a, Receipt)
        assert isinstance(b, Receipt)
        assert isinstance(c, Receipt)
        assert isinstance(d, Receipt)
        assert (a.accepted, a.repeats.tolist(), a.refused.counts()) == (2, [1], {})
        assert b.accepted == 1
        assert b.repeats.tolist() == [2]
        rows = {reason: found.tolist() for reason, found in b.refused.by_reason.items()}
        assert rows == {"price is not a number": [3], "time is before 2009": [1]}
        assert (c.accepted, len(c.repeats), len(c.refused)) == (0, 0, 0)
        assert (d.accepted, d.repeats.tolist()) == (1, [0])
        assert desk.store.positions() == {"feed": "7"}
        assert desk.ingest.figures.refused == {
            "price is not a number": 1,
            "time is before 2009": 1,
        }


async def test_trades_ahead_of_the_clock_are_refused_until_it_has_moved() -> None:
    async with open_desk() as desk:
        desk.clock.us = START * US
        early = delivery([(10, 1.0)], first_id=1)
        receipt = await desk.submit("a", early)
        assert receipt.refused.counts() == {"time is in the future": 1}
        desk.clock.move(0.001)
        assert (await desk.submit("a", early)).accepted == 1


async def test_positions_of_one_group_are_the_last_ones() -> None:
    async with open_desk() as desk:
        await in_one_group(
            desk,
            [
                lambda n=n: desk.ingest.submit(  # type: ignore[misc]
                    Delivery(one(n).trades, positions={"feed": str(n)})
                )
                for n in range(3)
            ],
        )
        assert desk.store.positions() == {"feed": "2"}


async def test_coverage_is_committed_with_its_trades() -> None:
    async with open_desk() as desk:
        seen = (Coverage(0, "trades", START, START + 60),)
        desk.store.before_writes.append(FULL)
        await desk.submit("a", Delivery(one(1).trades, coverage=seen))
        assert desk.store.coverage(0, "trades") == [(START, START + 60)]


async def test_whoever_submits_more_than_there_is_room_for_waits() -> None:
    async with open_desk(Limits(queued_rows=4, commit_rows=4)) as desk:
        desk.store.before_writes.append(desk.hold)
        rows = [(float(n), 1.0) for n in range(3)]
        first = asyncio.ensure_future(desk.submit("a", delivery(rows)))
        await spin(lambda: not desk.store.before_writes)
        second = asyncio.ensure_future(desk.submit("b", delivery(rows, first_id=3)))
        for _ in range(50):
            await asyncio.sleep(0)
        assert desk.ingest.figures.queued_rows == 3
        with pytest.raises(BusyError) as caught:
            await desk.ingest.submit_now(delivery(rows, first_id=6))
        assert caught.value.retryable
        third = asyncio.ensure_future(desk.ingest.submit_now(one(9)))
        desk.gate.set()
        await asyncio.gather(first, second, third)
        assert sorted(desk.stored()) == [0, 1, 2, 3, 4, 5, 9]
        assert desk.ingest.figures.queued_rows == 0


async def test_a_delivery_larger_than_the_queue_is_taken_when_it_is_alone() -> None:
    async with open_desk(Limits(queued_rows=2, commit_rows=2)) as desk:
        rows = [(float(n), 1.0) for n in range(10)]
        assert (await desk.submit("a", delivery(rows))).accepted == 10
        assert (await desk.ingest.submit_now(delivery(rows, first_id=10))).accepted == 10


async def test_many_submitters_through_a_small_queue_all_get_through() -> None:
    async with open_desk(Limits(queued_rows=3, commit_rows=2)) as desk:
        receipts = await asyncio.gather(*(desk.submit(str(n), one(n)) for n in range(60)))
        assert sum(receipt.accepted for receipt in receipts) == 60
        assert len(desk.stored()) == 60
        assert desk.ingest.figures.queued_rows == 0


async def test_closing_writes_all_that_was_queued_and_takes_no_more() -> None:
    desk = Desk()
    running = asyncio.create_task(desk.ingest.run())
    waiting = [asyncio.ensure_future(desk.submit(str(n), one(n))) for n in range(20)]
    await asyncio.sleep(0)
    await desk.ingest.close()
    await running
    receipts = await asyncio.gather(*waiting)
    assert [receipt.accepted for receipt in receipts] == [1] * 20
    assert len(desk.stored()) == 20
    with pytest.raises(StoreError, match="closing"):
        await desk.ingest.submit(one(99))
    with pytest.raises(StoreError, match="closing"):
        await desk.ingest.submit_now(one(99))


async def test_whoever_waits_for_room_when_the_writer_closes_is_told() -> None:
    async with open_desk(Limits(queued_rows=1, commit_rows=1)) as desk:
        desk.store.before_writes.append(desk.hold)
        first = asyncio.ensure_future(desk.submit("a", one(1)))
        await spin(lambda: not desk.store.before_writes)
        second = asyncio.ensure_future(desk.submit("b", one(2)))
        for _ in range(5):
            await asyncio.sleep(0)
        await desk.ingest.close()
        desk.gate.set()
        assert (await first).accepted == 1
        with pytest.raises(StoreError, match="closing"):
            await second


async def test_a_submitter_that_is_cancelled_changes_nothing_for_the_others() -> None:
    async with open_desk(Limits(queued_rows=3, commit_rows=2)) as desk:
        desk.store.before_writes.append(desk.hold)
        works = [asyncio.ensure_future(desk.submit(str(n), one(n))) for n in range(8)]
        await spin(lambda: not desk.store.before_writes)
        for gone in (0, 2, 5):
            works[gone].cancel()
        desk.gate.set()
        results = await asyncio.gather(*works, return_exceptions=True)
        for number, result in enumerate(results):
            assert isinstance(result, asyncio.CancelledError) == (number in (0, 2, 5))
        assert set(desk.stored()) >= {1, 3, 4, 6, 7}
        assert (await desk.submit("later", one(50))).accepted == 1
        assert desk.ingest.figures.queued_rows == 0


async def test_delivering_again_after_a_failure_counts_nothing_twice() -> None:
    async with open_desk() as desk:
        desk.store.refuses = lambda change: DAMAGED
        with pytest.raises(StoreCorruptError):
            await desk.submit("a", one(1))
        desk.store.refuses = lambda change: None
        assert (await desk.submit("a", one(1))).accepted == 1
        again = await desk.submit("a", one(1))
        assert (again.accepted, again.repeats.tolist()) == (0, [0])
        assert desk.stored() == [1]
