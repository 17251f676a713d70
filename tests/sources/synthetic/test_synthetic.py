"""The synthetic source: history, live trades, restarts, coverage, on a clock moved by hand."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chandlery.core.columns import US
from chandlery.core.delivery import Coverage, Delivery
from chandlery.core.errors import InputError, UsageError
from chandlery.core.intervals import union
from chandlery.core.trades import Trades
from chandlery.sources.source import Source
from chandlery.sources.synthetic import DEMO, Pace, Synthetic, many
from chandlery.sources.synthetic.rhythm import load_between

NOW_US = 1_700_000_000_123_456
NUMBERS = (7, 3, 5)
SHORT = Pace(seed=2, rate=1.0, history_s=600)


class HandClock:
    """Moves only when told, or as long as someone sleeps."""

    def __init__(self, now_us: int = NOW_US) -> None:
        self.time_us = now_us
        self.until_us = now_us

    def now_us(self) -> int:
        return self.time_us

    def elapsed(self) -> float:
        return self.time_us / US

    async def sleep(self, seconds: float) -> None:
        if self.time_us >= self.until_us:
            raise EndOfTestError
        assert seconds > 0
        self.time_us = min(self.time_us + round(seconds * US), self.until_us)


class EndOfTestError(Exception):
    """The clock has come to where the test ends."""


def source(clock: HandClock, pace: Pace = SHORT) -> Synthetic:
    return Synthetic(DEMO, NUMBERS, clock, clock.sleep, pace)


async def run(
    clock: HandClock, until_us: int, position: str | None = None, pace: Pace = SHORT
) -> list[Delivery]:
    clock.until_us = until_us
    found = await collect(source(clock, pace), position)
    assert np.all(trades_of(found).time <= clock.time_us)
    return found


async def collect(source: Source, position: str | None) -> list[Delivery]:
    """Read until the clock has come to where the test ends."""
    found = []
    with suppress(EndOfTestError):
        async for delivery in source.deliveries(position):
            found.append(delivery)  # noqa: PERF401 - what came before the end is kept
    return found


def trades_of(found: list[Delivery]) -> Trades:
    return Trades.concat(delivery.trades for delivery in found)


def assert_same(found: Trades, expected: Trades) -> None:
    for name, column in expected.columns().items():
        np.testing.assert_array_equal(getattr(found, name), column, err_msg=name)


def assert_ids_are_continuous(trades: Trades, numbers: tuple[int, ...] = NUMBERS) -> None:
    for number in numbers:
        ids = trades.id[trades.market == number]
        np.testing.assert_array_equal(ids, np.arange(1, len(ids) + 1))


async def test_a_day_of_history_is_exact_and_ends_now() -> None:
    found = await run(HandClock(), NOW_US, pace=Pace())
    trades = trades_of(found)
    end_us = NOW_US // US * US
    history = trades.take(trades.time < end_us)
    assert np.bincount(history.market)[list(NUMBERS)].tolist() == [86_400] * 3
    assert trades.time[0] >= end_us - 86_400 * US
    assert len(found) < 12
    assert_ids_are_continuous(trades)


async def test_live_trades_come_every_tenth_of_a_second_at_the_rate() -> None:
    history = await run(HandClock(), NOW_US)
    found = await run(HandClock(), NOW_US + 1800 * US)
    live = found[len(history) :]
    trades = trades_of(live)
    expected = 3 * 86_400 * load_between(NOW_US, NOW_US + 1800 * US)
    assert abs(len(trades) - expected) < 5 * expected**0.5
    assert np.all(np.diff(trades_of(found).time) >= 0)
    assert len(live) > 5000
    assert_ids_are_continuous(trades_of(found))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 5_000_000), min_size=1, max_size=30))
async def test_no_trade_is_later_than_now_nor_earlier_than_what_came(steps: list[int]) -> None:
    clock = HandClock()
    stream, latest_us = source(clock, Pace(rate=20.0, history_s=5)).deliveries(None), 0
    for step in steps:
        clock.until_us += step + 1_200_000
        time = (await anext(stream)).trades.time
        assert np.all((time >= latest_us) & (time < clock.time_us))
        latest_us = int(time.max(initial=latest_us))


async def test_what_is_delivered_does_not_depend_on_when_it_is_asked_for() -> None:
    often = trades_of(await run(HandClock(), NOW_US + 300 * US))
    first = await run(HandClock(), NOW_US)
    late = HandClock(NOW_US + 300 * US)
    once = await run(late, late.time_us, first[-1].positions["synthetic"])
    assert len(once) < 3
    assert_same(trades_of(first + once), often)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 900), min_size=1, max_size=4), st.integers(0, 70_000_000))
async def test_stopping_anywhere_loses_and_doubles_nothing(stops: list[int], away: int) -> None:
    end_us = NOW_US + 90 * US
    expected = trades_of(await run(HandClock(), end_us))
    clock, position = HandClock(), None
    kept: list[Delivery] = []
    for stop in stops:
        found = await run(clock, end_us, position)
        committed = found[: stop % (len(found) + 1)]
        kept += committed
        position = committed[-1].positions["synthetic"] if committed else position
        # The clock never goes back to before what was delivered.
        reached = int(trades_of(kept).time[-1]) if len(trades_of(kept)) else 0
        clock = HandClock(min(max(NOW_US, reached) + away, end_us)) if kept else HandClock()
    kept += await run(clock, end_us, position)
    assert_same(trades_of(kept), expected)


async def test_coverage_holds_the_trades_and_has_no_hole() -> None:
    found = await run(HandClock(), NOW_US + 60 * US)
    for delivery in found:
        assert [coverage.market for coverage in delivery.coverage] == list(NUMBERS)
        interval = {(coverage.start, coverage.end) for coverage in delivery.coverage}
        ((start, end),) = interval
        assert np.all((delivery.trades.time >= start * US) & (delivery.trades.time < end * US))
    pairs = [(one.start, one.end) for delivery in found for one in delivery.coverage]
    assert union(pairs) == [(NOW_US // US - 600, NOW_US // US + 61)]
    assert {one.kind for delivery in found for one in delivery.coverage} == {"trades"}


async def test_after_long_absence_only_the_last_history_is_filled() -> None:
    before = await run(HandClock(), NOW_US + 5 * US)
    back_us = NOW_US + 50_000 * US
    after = await run(HandClock(back_us), back_us, before[-1].positions["synthetic"])
    trades = trades_of(before + after)
    pairs = [(one.start, one.end) for one in (*_coverage(before), *_coverage(after))]
    now, back = NOW_US // US, back_us // US
    assert union(pairs) == [(now - 600, now + 6), (back - 600, back + 1)]
    assert np.all(np.diff(trades.time) >= 0)
    missing = (trades.time >= (now + 6) * US) & (trades.time < (back - 600) * US)
    assert not missing.any()
    assert_ids_are_continuous(trades)


async def test_a_sleeping_machine_counts_as_absence() -> None:
    clock = HandClock()
    clock.until_us = NOW_US + 10**6 * US
    stream = source(clock).deliveries(None)
    found = [await anext(stream) for _ in range(5)]
    clock.time_us += 40_000 * US
    found.append(await anext(stream))
    back_s = clock.time_us // US
    found += [await anext(stream) for _ in range(5)]
    await stream.aclose()  # type: ignore[attr-defined]
    gaps = union((one.start, one.end) for one in _coverage(found))
    assert len(gaps) == 2
    assert gaps[1][0] == back_s - 600


def _coverage(found: list[Delivery]) -> list[Coverage]:
    return [one for delivery in found for one in delivery.coverage]


async def test_quiet_markets_still_prove_their_coverage() -> None:
    found = await run(HandClock(), NOW_US + 10 * US, pace=Pace(rate=0.0, history_s=0))
    assert not len(trades_of(found))
    assert 10 <= len(found) <= 12


async def test_a_clock_that_steps_back_is_waited_for() -> None:
    before = await run(HandClock(), NOW_US + 20 * US)
    clock = HandClock(NOW_US)
    after = await run(clock, NOW_US + 30 * US, before[-1].positions["synthetic"])
    expected = trades_of(await run(HandClock(), NOW_US + 30 * US))
    assert_same(trades_of(before + after), expected)


@pytest.mark.parametrize("committed", [1, 3, None])
async def test_markets_and_pace_may_change_between_runs(committed: int | None) -> None:
    """Ids go on from the last one delivered, though the slice would now be drawn otherwise."""
    busy = Pace(seed=2, rate=400.0, history_s=600)
    before = (await run(HandClock(), NOW_US + 5 * US, pace=busy))[:committed]
    clock = HandClock(NOW_US + 60 * US)
    numbers = (3, 5, 9)
    pace = Pace(seed=9, rate=2.0, history_s=600)
    changed = Synthetic((*DEMO[1:], *many(1)), numbers, clock, clock.sleep, pace)
    found = await collect(changed, before[-1].positions["synthetic"])
    trades = trades_of(before + found)
    assert np.all(np.diff(trades.time) >= 0)
    assert_ids_are_continuous(trades, numbers)


@pytest.mark.parametrize("text", ["", "{}", "[1]", "null", '{"version":1}', "x" * 50])
async def test_a_damaged_position_is_named(text: str) -> None:
    with pytest.raises(InputError, match="saved position of the synthetic source"):
        await anext(source(HandClock()).deliveries(text))


async def test_a_later_version_is_refused() -> None:
    text = '{"version":2,"drawn_from":"","upto_us":1,"slice_us":1,"markets":{}}'
    with pytest.raises(InputError, match="version 2, not 1"):
        await anext(source(HandClock()).deliveries(text))


@pytest.mark.parametrize("wrong", [{"rate": -1.0}, {"rate": float("nan")}, {"history_s": -5}])
def test_a_pace_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="rate"):
        Pace(**wrong)  # type: ignore[arg-type]
