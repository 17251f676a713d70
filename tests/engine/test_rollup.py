"""Roll-ups beside a live feed, ladders that change, trades let go, and the audit."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest

from chandlery.core.calendar import ALWAYS_OPEN, Calendars
from chandlery.core.candles import differences, fold
from chandlery.core.columns import US
from chandlery.core.delivery import Delivery
from chandlery.core.errors import StoreUnavailableError, UsageError
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.engine.engine import LADDER, Engine
from chandlery.engine.recorder import TOO_OLD
from chandlery.engine.upkeep import forget, maintain
from chandlery.engine.verify import verify
from chandlery.stores import Interval
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import DAY, HOUR, LATER_US, MINUTE, START, delivery, given_bars, trades
from tests.engine.scripted import ScriptedStore
from tests.strategies import CALENDARS

ALL = Interval(0, 1 << 62)
FIVE, SECOND, MONTH = (Resolution.parse(text) for text in ("5m", "1s", "1M"))
DAY_S = 86_400


def engine_on(store: MemoryStore, ladder: tuple[Resolution, ...] = LADDER) -> Engine:
    engine = Engine(store, ladder)
    engine.registry.add([Market.of("X:ABC"), Market.of("X:DEF")])
    return engine


def record(engine: Engine, *rows: tuple[float, float], first_id: int = 0) -> None:
    engine.recorder.record(delivery(rows, first_id=first_id), LATER_US)


def assert_right(engine: Engine, *resolutions: Resolution) -> None:
    """Compare the bars of the first market with the fold of its trades."""
    stored = engine.store.trades(ALL)
    own = stored.take(stored.market == 0)
    for resolution in resolutions or (*engine.dirt.rungs, FIVE, MONTH):
        found = engine.history.candles(0, resolution, 0, 1 << 40)
        assert differences(found, fold(own, resolution, ALWAYS_OPEN)) == [], resolution


# Beside a live feed


def test_a_trade_that_comes_while_its_bar_is_made_again_is_not_lost() -> None:
    """Its window is under a mark, but one whose trades have been read already."""
    store = ScriptedStore()
    engine = engine_on(store)
    record(engine, (0, 1.0))
    list(engine.rollup.run(START + DAY_S))
    record(engine, (10, 5.0), first_id=1)
    assert len(engine.dirt) == 1
    store.before_writes.append(lambda change: record(engine, (20, 7.0), first_id=2))
    list(engine.rollup.run(START + DAY_S))
    assert len(store.before_writes) == 0
    assert_right(engine)
    assert engine.history.candles(0, MINUTE, START, START + 60).h.tolist() == [7.0]


@pytest.mark.parametrize("is_warm", [False, True])
def test_a_trade_that_comes_while_the_frontier_moves_is_not_lost(*, is_warm: bool) -> None:
    store = ScriptedStore()
    engine = engine_on(store)
    record(engine, (0, 1.0))
    if is_warm:
        engine.recorder.warm()
    store.before_writes.append(lambda change: record(engine, (20, 7.0), first_id=1))
    list(engine.rollup.run(START + DAY_S))
    assert len(store.before_writes) == 0
    list(engine.rollup.run(START + DAY_S))
    assert_right(engine)


def test_bars_given_below_the_finest_rung_are_in_it_though_the_edge_is_in_memory() -> None:
    engine = engine_on(MemoryStore())
    record(engine, (0, 1.0), (40, 2.0))
    engine.recorder.warm()
    bars = given_bars(Resolution.parse("30s"), [START], price=9.0)
    engine.recorder.record(Delivery(bars=(bars,)), LATER_US)
    assert engine.history.newest(0, MINUTE, 1).o.tolist() == [9.0]
    list(engine.rollup.run(START + DAY_S))
    assert engine.history.newest(0, MINUTE, 1).o.tolist() == [9.0]
    assert engine.history.newest(0, HOUR, 1).o.tolist() == [9.0]


def test_a_step_made_twice_doubles_no_bar_of_a_session() -> None:
    """A day in Tokyo begins before midnight UTC: its bar lies across an edge of the grid."""
    store = ScriptedStore()
    engine = Engine(store)
    calendar = CALENDARS["tokyo"]
    market = Market.of("X:TYO", session=calendar.session, time_zone=calendar.time_zone)
    engine.registry.add([market])
    grid = Calendars({0: calendar})
    for day in range(12):
        rows = [(day * DAY_S + hour * 3_600.0, 1.0 + hour) for hour in range(24)]
        record(engine, *rows, first_id=100 * day)
    for day in range(1, 12):
        for turn in range(7):
            store.after_writes.extend([None] * turn + [StoreUnavailableError("full")])
            with suppress(StoreUnavailableError):
                list(engine.rollup.run(START + day * DAY_S + turn * 3_600))
            store.after_writes.clear()
    for rung in engine.dirt.rungs:
        found = store.candles(rung, ALL)
        assert len(np.unique(found.t)) == len(found), rung
        bars = engine.history.candles(0, rung, 0, 1 << 40)
        assert differences(bars, fold(store.trades(ALL), rung, grid)) == [], rung


def test_a_trade_that_comes_while_an_empty_stretch_is_skipped_is_not_lost() -> None:
    store = ScriptedStore()
    engine = engine_on(store)
    store.after_reads = lambda: record(engine, (0, 1.0))
    list(engine.rollup.run(START + DAY_S))
    assert store.is_done()
    assert_right(engine)
    list(engine.rollup.run(START + DAY_S))
    assert_right(engine)


def test_trades_rolled_back_while_their_bar_is_made_again_are_gone() -> None:
    store = ScriptedStore()
    engine = engine_on(store)
    record(engine, (0, 1.0), (10, 9.0))
    list(engine.rollup.run(START + DAY_S))
    engine.recorder.mark(0, START, START + 60)
    store.before_writes.append(lambda change: engine.recorder.erase(0, START + 5, START + 60))
    list(engine.rollup.run(START + DAY_S))
    assert len(store.before_writes) == 0
    list(engine.rollup.run(START + DAY_S))
    assert_right(engine)
    assert engine.history.candles(0, DAY, 0, 1 << 40).h.tolist() == [1.0]


def test_a_step_that_cannot_be_written_is_made_again() -> None:
    store = ScriptedStore()
    engine = engine_on(store)
    record(engine, (0, 1.0))
    full = StoreUnavailableError("the disk is full")
    store.before_writes.append(full)
    with pytest.raises(StoreUnavailableError):
        list(engine.rollup.run(START + DAY_S))
    record(engine, (30, 2.0), first_id=1)
    assert_right(engine)
    list(engine.rollup.run(START + DAY_S))
    record(engine, (40, 3.0), first_id=2)
    store.before_writes.append(full)
    with pytest.raises(StoreUnavailableError):
        list(engine.rollup.run(START + DAY_S))
    record(engine, (50, 4.0), first_id=3)
    list(engine.rollup.run(START + DAY_S))
    assert_right(engine)
    assert store.marks() == []


def test_a_step_that_was_written_although_it_raised_does_no_harm() -> None:
    store = ScriptedStore()
    engine = engine_on(store)
    record(engine, (0, 1.0))
    full = StoreUnavailableError("the checkpoint failed")
    for late in range(1, 6):
        store.after_writes.append(full)
        with pytest.raises(StoreUnavailableError):
            list(engine.rollup.run(START + DAY_S))
        record(engine, (late, 1.0 + late), first_id=late)
        assert_right(engine)
    list(engine.rollup.run(START + DAY_S))
    assert_right(engine)
    assert_right(engine_on(store))


# Ladders


def test_a_finer_rung_added_to_the_ladder_hides_no_late_trade() -> None:
    store = MemoryStore()
    engine = engine_on(store)
    record(engine, (0, 1.0), (3_600, 2.0))
    list(engine.rollup.run(START + DAY_S))
    engine = engine_on(store, (SECOND, *LADDER))
    record(engine, (10, 5.0), first_id=2)
    assert_right(engine, SECOND, MINUTE, HOUR, DAY)
    assert engine.rollup.step(MINUTE, START + DAY_S) is None
    assert_right(engine, SECOND, MINUTE, HOUR, DAY)
    list(engine.rollup.run(START + DAY_S))
    assert_right(engine, SECOND, MINUTE, HOUR, DAY)
    assert verify(engine).ok


def test_a_rung_added_in_the_middle_hides_no_late_trade() -> None:
    store = MemoryStore()
    list(_with_trades(store, (MINUTE, HOUR)).rollup.run(START + DAY_S))
    engine = engine_on(store, (MINUTE, FIVE, HOUR))
    record(engine, (10, 5.0), first_id=10)
    assert engine.rollup.step(MINUTE, START + DAY_S) is not None
    assert engine.rollup.step(FIVE, START + DAY_S) is not None
    assert_right(engine)
    # No bars of five minutes are there yet to make the hours of.
    while engine.rollup.step(HOUR, START + DAY_S) is not None:
        assert_right(engine)
    assert_right(engine)
    list(engine.rollup.run(START + DAY_S))
    assert_right(engine)
    assert store.marks() == []


def test_a_rung_that_left_the_ladder_and_came_back_is_made_anew() -> None:
    store = MemoryStore()
    list(_with_trades(store, (MINUTE, FIVE, HOUR)).rollup.run(START + DAY_S))
    engine = engine_on(store, (MINUTE, HOUR))
    record(engine, (10, 5.0), first_id=10)
    engine.recorder.erase(0, START + 3_600, START + 7_200)
    list(engine.rollup.run(START + DAY_S))
    assert_right(engine)
    engine = engine_on(store, (MINUTE, FIVE, HOUR))
    assert_right(engine)
    list(engine.rollup.run(START + DAY_S))
    assert_right(engine)


def _with_trades(store: MemoryStore, ladder: tuple[Resolution, ...]) -> Engine:
    engine = engine_on(store, ladder)
    record(engine, (0, 1.0), (3_600, 2.0), (3_900, 3.0))
    return engine


@pytest.mark.parametrize("texts", [[], ["1h", "1m"], ["1m", "1m"], ["1m", "7m", "15m"]])
def test_a_ladder_that_cannot_be_climbed_is_refused(texts: list[str]) -> None:
    with pytest.raises(UsageError):
        Engine(MemoryStore(), [Resolution.parse(text) for text in texts])


# Restarts


@pytest.mark.parametrize("days", [0, 1, 3, 10, 40])
def test_delivering_again_after_a_restart_changes_nothing(days: int) -> None:
    """However far the rungs have been filled, and however quiet the market has been since."""
    store = MemoryStore()
    engine = engine_on(store)
    batch = delivery([(30, 1.0), (90, 2.0), (2 * DAY_S + 50_000, 3.0)])
    engine.recorder.record(batch, LATER_US)
    list(engine.rollup.run(START + days * DAY_S))
    again = Engine(store)
    recorded = again.recorder.record(batch, LATER_US)
    assert recorded.repeats.tolist() == [0, 1, 2]
    assert_right(again)
    list(again.rollup.run(START + 50 * DAY_S))
    assert_right(again)


def test_a_year_of_a_market_that_fell_silent_is_there_after_a_restart() -> None:
    store = MemoryStore()
    engine = engine_on(store)
    record(engine, (0, 1.0), (30 * DAY_S + 86_399, 2.0), (365 * DAY_S + 86_399, 3.0))
    list(engine.rollup.run(START + 500 * DAY_S))
    again = Engine(store)
    assert_right(again, MINUTE, HOUR, DAY, MONTH, Resolution.parse("12M"))
    assert again.history.newest(0, MINUTE, 1).c.tolist() == [3.0]


@pytest.mark.parametrize("day", [30, 365])
def test_the_longest_bars_are_found_by_their_last_day(day: int) -> None:
    """A month of 31 days and a leap year are longer than twelve months of thirty."""
    store = MemoryStore()
    engine = engine_on(store)
    record(engine, (day * DAY_S + 86_399, 3.0))
    for opened in (engine, Engine(store)):
        assert_right(opened, MONTH, Resolution.parse("12M"), Resolution.parse("365d"))
        for text in ("1M", "12M"):
            assert opened.history.newest(0, Resolution.parse(text), 1).c.tolist() == [3.0]


def test_a_market_without_trades_can_be_rebuilt_and_rolled_back() -> None:
    store = MemoryStore()
    engine = engine_on(store)
    list(engine.rollup.run(START + DAY_S))
    engine.recorder.mark(1, START, START + 60)
    engine.recorder.erase(1, START, START + 60)
    again = Engine(store)
    assert len(again.registry) == 2
    list(again.rollup.run(START + DAY_S))
    assert len(again.history.candles(1, MINUTE, 0, 1 << 40)) == 0


# Letting go


def test_bars_whose_trades_have_been_let_go_stay() -> None:
    engine = engine_on(MemoryStore())
    record(engine, *((float(minute * 60), 1.0 + minute) for minute in range(3 * 1_440)))
    list(engine.rollup.run(START + 3 * DAY_S))
    rungs = {rung: engine.history.candles(0, rung, 0, 1 << 40) for rung in engine.dirt.rungs}
    list(forget(engine, None, START + 2 * DAY_S))
    assert engine.store.trades_kept_from() == START + 2 * DAY_S
    for _ in range(2):
        for rung, before in rungs.items():
            assert differences(engine.history.candles(0, rung, 0, 1 << 40), before) == [], rung
        engine.recorder.mark(0, START, START + 3 * DAY_S)
        for rung, before in rungs.items():
            found = engine.history.candles(0, rung, 0, 1 << 40)
            assert differences(found, before) == [], f"{rung}, marked"
        list(engine.rollup.run(START + 3 * DAY_S))


def test_a_trade_older_than_what_is_kept_is_refused() -> None:
    engine = engine_on(MemoryStore())
    record(engine, (0, 1.0), (2 * DAY_S, 2.0))
    list(engine.rollup.run(START + 2 * DAY_S))
    list(forget(engine, None, START + DAY_S))
    recorded = engine.recorder.record(delivery([(5, 9.0), (DAY_S, 3.0)], first_id=5), LATER_US)
    assert recorded.refused.counts() == {TOO_OLD: 1}
    assert recorded.trades.price.tolist() == [3.0]


def test_rows_that_a_coarser_bar_needs_are_not_let_go() -> None:
    engine = engine_on(MemoryStore())
    record(engine, (0, 1.0), (DAY_S, 2.0))
    list(engine.rollup.run(START + 7_230))
    before = engine.history.candles(0, DAY, 0, 1 << 40)
    said = list(forget(engine, None, START + DAY_S))
    assert "not rolled up" in said[0]
    assert engine.store.trades_kept_from() == START + 7_200
    assert differences(engine.history.candles(0, DAY, 0, 1 << 40), before) == []


def test_upkeep_lets_go_and_sorts_and_says_what_it_did() -> None:
    engine = engine_on(MemoryStore())
    record(engine, (0, 1.0), (5 * DAY_S, 2.0))
    list(engine.rollup.run(START + 6 * DAY_S))
    done = list(maintain(engine, {None: DAY_S, MINUTE: 0}, START + 6 * DAY_S))
    assert done[0].startswith("trades: 1 rows")
    assert done[-1] == "checkpoint done"
    assert engine.store.count(MINUTE, ALL) == 2


# The audit


def test_the_audit_finds_a_bar_that_is_not_the_fold_of_its_trades() -> None:
    store = MemoryStore()
    engine = engine_on(store)
    record(engine, *((float(minute * 60), 1.0 + minute % 7) for minute in range(600)))
    list(engine.rollup.run(START + DAY_S))
    good = verify(engine)
    assert (good.ok, good.trades, good.differences) == (True, 600, [])
    assert good.bars > 600
    rows = store._candles[MINUTE]
    rows.h[5] = 99.0
    bad = verify(engine)
    assert bad.count == 1
    assert "X:ABC 1m 2024-01-01T00:05:00Z: h is 99.0" in bad.differences[0]


def test_the_audit_knows_given_bars() -> None:
    engine = engine_on(MemoryStore())
    record(engine, (0, 1.0), (4_000, 2.0))
    bars = (given_bars(FIVE, [START + 300], price=7.0), given_bars(DAY, [START], price=3.0))
    engine.recorder.record(Delivery(bars=bars), LATER_US)
    half_hour = given_bars(Resolution.parse("30m"), [START + 1_800], price=5.0)
    engine.recorder.record(Delivery(bars=(half_hour,)), LATER_US)
    list(engine.rollup.run(START + 8 * DAY_S))
    assert verify(engine).differences == []
    assert engine.history.candles(0, HOUR, START, START + 3_600).h.tolist() == [7.0]
    assert engine.history.candles(0, DAY, START, START + 1).h.tolist() == [3.0]


def test_of_thousands_of_late_windows_none_is_lost() -> None:
    engine = engine_on(MemoryStore())
    record(engine, (0, 1.0))
    list(engine.rollup.run(START + 5 * DAY_S))
    late = trades([(float(row * 977 % (4 * DAY_S)), 1.0 + row) for row in range(3_000)], first_id=9)
    other = Trades(**(late.columns() | {"market": late.market + 1}))
    engine.recorder.record(Delivery(Trades.concat((late, other))), LATER_US)
    assert 0 < len(engine.dirt) <= 10
    assert_right(engine, MINUTE, DAY)
    list(engine.rollup.run(START + 5 * DAY_S))
    assert_right(engine, MINUTE, DAY)
    assert len(engine.dirt) == 0
    assert engine.registry.reach(0)[1] > START
    assert late.time.max() < (START + 5 * DAY_S) * US


# What is let go, and what is found again


def test_a_late_trade_reaches_every_rung_though_a_finer_one_was_let_go() -> None:
    engine = engine_on(MemoryStore())
    record(engine, (0, 100.0), (40 * DAY_S, 100.0))
    list(engine.rollup.run(START + 41 * DAY_S))
    list(forget(engine, MINUTE, START + 30 * DAY_S))
    record(engine, (10, 500.0))
    list(engine.rollup.run(START + 41 * DAY_S))
    for text in ("5m", "1h", "1d"):
        bars = engine.history.candles(0, Resolution.parse(text), 0, START + 2 * DAY_S)
        assert bars.h.tolist() == [500.0], text
    assert len(engine.history.candles(0, MINUTE, 0, START + 2 * DAY_S)) == 0
    assert engine.history.candles(0, Resolution.parse("3m"), 0, START + DAY_S).h.tolist() == [500.0]
    assert verify(engine).ok


@pytest.mark.parametrize("kept", [{MINUTE: 30}, {None: 7, MINUTE: 30}, {None: 7, DAY: 1}])
def test_the_audit_knows_what_has_been_let_go(kept: dict[Resolution | None, int]) -> None:
    engine = engine_on(MemoryStore())
    record(engine, *((day * DAY_S + 60.0 * n, 1.0 + n) for day in range(60) for n in range(9)))
    now = START + 60 * DAY_S
    list(engine.rollup.run(now))
    list(maintain(engine, {rung: days * DAY_S for rung, days in kept.items()}, now))
    found = verify(engine)
    assert found.ok, found.differences
    assert found.bars > 300


def test_a_trade_inside_a_loosely_known_reach_is_among_the_newest() -> None:
    store = MemoryStore()
    engine = engine_on(store)
    record(engine, (0, 1.0))
    list(engine.rollup.run(START + 30 * DAY_S))
    again = Engine(store)
    assert again.history.newest(0, MINUTE, 5).c.tolist() == [1.0]
    again.recorder.record(delivery([(120, 2.0)], first_id=9), LATER_US)
    assert again.history.newest(0, MINUTE, 5).c.tolist() == [1.0, 2.0]
    assert again.history.newest_trades(0, 5).price.tolist() == [1.0, 2.0]


def test_what_came_before_older_bars_were_asked_for_is_among_the_newest() -> None:
    engine = engine_on(MemoryStore())
    record(engine, (0, 1.0), (60, 2.0))
    assert engine.history.newest(0, MINUTE, 1).c.tolist() == [2.0]
    engine.recorder.record(delivery([(120, 3.0)], first_id=9), LATER_US)
    assert engine.history.newest(0, MINUTE, 1, START + 60).c.tolist() == [1.0]
    assert engine.history.newest(0, MINUTE, 1).c.tolist() == [3.0]


def test_a_stumbling_live_edge_does_not_let_a_trade_in_twice() -> None:
    engine = engine_on(MemoryStore())
    engine.recorder.warm()
    engine.edge.resolution = None  # type: ignore[assignment]
    record(engine, (0, 1.0))
    again = engine.recorder.record(delivery([(0, 1.0)]), LATER_US)
    assert not engine.edge.is_warm
    assert len(again.repeats) == 1
    assert len(engine.history.trades(0, 0, LATER_US)) == 1
