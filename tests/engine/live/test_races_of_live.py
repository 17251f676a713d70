"""What happens to a hot series while it is read: nothing is lost, and nothing grows without end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

import pytest

from chandlery.core.candles import differences
from chandlery.core.delivery import Delivery
from chandlery.core.errors import ChandleryError, QueryBudgetError
from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine
from chandlery.engine.ingest import BusyError
from chandlery.engine.live import Live, Window
from chandlery.engine.live.held import GRACE_S, IDLE_S, MOST_HELD, MOST_RESOLUTIONS
from chandlery.engine.live.series import Series
from chandlery.engine.recorder import Recorded
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import MINUTE, START, HandClock, delivery, given_bars

Result = TypeVar("Result")
SECOND = Resolution.parse("1s")


class World:
    """Live series whose reads are held back while the gate is closed, and fail while told to."""

    def __init__(self, most_bytes: int = 1 << 28) -> None:
        self.clock = HandClock()
        self.engine = Engine(MemoryStore())
        self.engine.registry.add_symbol("A:B")
        self.live = Live(self.engine, self.clock, self.ask, most_bytes)
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure: ChandleryError | None = None
        self.reads = 0
        self.began = asyncio.Event()
        self._next_id = 0

    async def ask(self, work: Callable[[], Result]) -> Result:
        self.reads += 1
        result, failure = work(), self.failure
        self.began.set()
        await self.gate.wait()
        await asyncio.sleep(0)
        if failure is not None:
            raise failure
        return result

    async def held_back(self) -> None:
        """Wait until a read has its result, and is held back with it."""
        self.began.clear()
        self.gate.clear()
        await self.began.wait()

    def record(self, rows: Iterable[tuple[float, float]]) -> Recorded:
        listed = list(rows)
        self._next_id += len(listed)
        new = delivery(listed, first_id=self._next_id)
        return self.engine.recorder.record(new, self.clock.us)

    def commit(self, rows: Iterable[tuple[float, float]]) -> None:
        self.live.apply(self.record(rows))

    async def check(self, count: int = 1_500) -> None:
        await self.live.settled()
        page = await self.live.page(0, MINUTE, Window(count=count))
        assert not differences(page.candles, self.engine.history.newest(0, MINUTE, count))


def minutes(count: int) -> list[tuple[float, float]]:
    return [(60.0 * minute, 100.0) for minute in range(count)]


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


def test_a_late_trade_while_older_bars_are_read_is_not_missed() -> None:
    async def work() -> None:
        world = World()
        world.commit(minutes(2_000))
        await world.live.page(0, MINUTE, Window(count=10))
        asking = asyncio.create_task(world.live.page(0, MINUTE, Window(count=1_500)))
        await world.held_back()
        world.commit([(60 * 1_000 + 5, 777.0)])
        world.gate.set()
        await asking
        await world.check()

    run(work())


def test_a_late_trade_while_a_read_fails_is_not_missed() -> None:
    async def work() -> None:
        world = World()
        world.commit(minutes(20))
        await world.live.watch(0, MINUTE, lambda series: None)
        world.failure = QueryBudgetError("too slow")
        world.live.refresh(0, START + 60 * 19, START + 60 * 20)
        await world.held_back()
        world.commit([(60 * 5 + 5, 777.0), (60 * 20 + 1, 5.0)])
        world.failure = None
        world.gate.set()
        await world.check()

    run(work())


def test_bars_given_while_a_series_is_read_are_not_missed() -> None:
    async def work() -> None:
        world = World()
        world.commit(minutes(20))
        asking = asyncio.create_task(world.live.page(0, MINUTE, Window(count=10)))
        await world.held_back()
        bars = (given_bars(MINUTE, [START + 60 * 12], price=55.0),)
        world.live.apply(world.engine.recorder.record(Delivery(bars=bars), world.clock.us))
        world.gate.set()
        await asking
        await world.check()

    run(work())


def test_a_last_bar_that_has_gone_makes_followers_begin_anew() -> None:
    async def work() -> None:
        world = World()
        world.commit(minutes(20))
        series = await world.live.watch(0, MINUTE, lambda series: None)
        seen = series.sequence
        world.engine.recorder.erase(0, START + 19 * 60, START + 20 * 60)
        newer = world.record([(20 * 60 + 1, 5.0)])
        world.live.refresh(0, START + 19 * 60, START + 20 * 60)
        await world.held_back()
        world.live.apply(newer)
        world.gate.set()
        await world.check()
        assert series.since(seen) is None

    run(work())


def test_a_listener_that_fails_keeps_no_other_from_hearing() -> None:
    async def work() -> None:
        world = World()
        world.commit(minutes(20))
        heard: list[int] = []

        def stumble(series: Series) -> None:
            raise RuntimeError

        await world.live.watch(0, MINUTE, stumble)
        await world.live.watch(0, MINUTE, lambda series: heard.append(series.sequence))
        world.commit([(60 * 20, 101.0)])
        assert heard

    run(work())


def test_a_long_past_that_comes_later_is_not_read_whole() -> None:
    """A market is followed from its first trade on, and then its history is filled in."""

    async def work() -> None:
        world = World()
        followed = [await world.live.watch(0, SECOND, lambda series: None)]
        world.commit([(86_400 * 30, 100.0)])
        world.commit(minutes(3 * MOST_HELD))
        await world.live.settled()
        followed.append(await world.live.watch(0, MINUTE, lambda series: None))
        assert all(len(series) < MOST_HELD for series in followed)
        await world.check()

    run(work())


def test_a_past_that_is_given_to_an_empty_market_is_not_read_whole() -> None:
    async def work() -> None:
        world = World()
        series = await world.live.watch(0, MINUTE, lambda series: None)
        times = [START + 60 * minute for minute in range(3 * MOST_HELD)]
        bars = (given_bars(MINUTE, times),)
        world.live.apply(world.engine.recorder.record(Delivery(bars=bars), world.clock.us))
        await world.live.settled()
        assert 2 <= len(series) < MOST_HELD
        await world.check()

    run(work())


@pytest.mark.parametrize(
    "window", [Window(count=5_000), Window(START, START + 6_000, 50)], ids=["longer", "far back"]
)
def test_equal_questions_at_once_are_one_read(window: Window) -> None:
    async def work() -> None:
        world = World()
        world.commit(minutes(9_000))
        await world.live.page(0, MINUTE, Window(count=10))
        before = world.reads
        asked = [asyncio.create_task(world.live.page(0, MINUTE, window)) for _ in range(50)]
        pages = await asyncio.gather(*asked)
        assert world.reads == before + 1
        assert len({page.text("rows") for page in pages}) == 1

    run(work())


def test_a_commit_pays_for_a_bounded_number_of_resolutions() -> None:
    async def work() -> None:
        world = World()
        world.commit(minutes(20))
        for seconds in range(1, 400):
            await world.live.page(0, Resolution.parse(f"{seconds}s"), Window(count=2))
        world.commit([(60 * 20, 101.0)])
        kept = {resolution for _, resolution in world.live.held.series}
        assert len(kept) <= MOST_RESOLUTIONS
        assert Resolution.parse("399s") in kept

    run(work())


def test_series_without_bars_take_memory_too() -> None:
    async def work() -> None:
        world = World(most_bytes=50_000)
        for seconds in range(1, 200):
            await world.live.page(0, Resolution.parse(f"{seconds}s"), Window(count=2))
        assert len(world.live.held.series) <= 12

    run(work())


def test_unusual_resolutions_cannot_be_followed_without_end() -> None:
    async def work() -> None:
        world = World()
        world.commit(minutes(20))
        # None of these divides a day.
        odd = [Resolution.parse(f"{seconds}s") for seconds in range(10_001, 10_799)]
        for resolution in odd[:MOST_RESOLUTIONS]:
            await world.live.watch(0, resolution, lambda series: None)
        with pytest.raises(BusyError, match="unusual intervals"):
            await world.live.watch(0, odd[MOST_RESOLUTIONS], lambda series: None)
        await world.live.watch(0, MINUTE, lambda series: None)

    run(work())


def test_a_series_outlives_its_last_follower_for_a_while() -> None:
    """Followers who are cut off together come back one by one, and resume where they were."""

    async def work() -> None:
        world = World()
        world.commit(minutes(20))
        series = await world.live.watch(0, MINUTE, _ignore)
        world.clock.move(100 * GRACE_S)
        world.live.unwatch(series, _ignore)
        before = series.sequence
        world.clock.move(IDLE_S / 2)
        world.commit([(60 * 20, 101.0)])
        again = await world.live.watch(0, MINUTE, _ignore)
        assert again is series
        found = again.since(before)
        assert found is not None
        assert found.candles.c.tolist() == [101.0]
        world.live.unwatch(again, _ignore)
        world.clock.move(2 * IDLE_S)
        world.commit([(60 * 21, 102.0)])
        assert (0, MINUTE) not in world.live.held.series

    run(work())


def _ignore(series: Series) -> None:
    """Follow, and do nothing."""
