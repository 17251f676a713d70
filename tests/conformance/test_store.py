"""Each sentence of the contract in `chandlery.stores.store`, for every store."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from chandlery.core.candles import Bars, Candles
from chandlery.core.columns import US
from chandlery.core.delivery import Coverage
from chandlery.core.errors import QueryBudgetError, StoreError
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.stores import Change, Interval, Mark, Ranges, Rewrite, Series, Store
from chandlery.stores.duckdb import DuckDBStore
from chandlery.stores.memory import MemoryStore
from tests.conformance.homes import Home
from tests.engine.builders import (
    DAY,
    HOUR,
    MINUTE,
    START,
    WEEK,
    assert_same,
    candles,
    given_bars,
    trades,
)
from tests.strategies import trades as any_trades

ALL = Interval(0, 1 << 62)
DAY_S = 86_400
INT64 = np.iinfo(np.int64)
MONTH, HALF_HOUR = Resolution.parse("1M"), Resolution.parse("30m")

many = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def put(store: Store, *batches: Trades) -> None:
    for batch in batches:
        store.write(Change(trades=batch))


def rewrite(rung: Resolution, start: int, end: int, bars: Candles) -> Change:
    return Change(rewrite=Rewrite(rung, Interval(start, end), bars))


# What a store is


@pytest.mark.parametrize("adapter", [MemoryStore, DuckDBStore])
def test_an_adapter_has_the_methods_of_the_protocol_with_the_same_signatures(
    adapter: type,
) -> None:
    asked = {n: f for n, f in vars(Store).items() if inspect.isfunction(f) and n[0] != "_"}
    assert len(asked) > 25
    for name, method in asked.items():
        assert inspect.signature(getattr(adapter, name)) == inspect.signature(method), name


def test_closing_twice_is_allowed(store: Store) -> None:
    store.close()
    store.close()


# Trades


def test_trades_are_read_back_as_they_were_written(store: Store) -> None:
    batch = trades([(0, 1.5), (0.000001, 2.5), (3600, 1e-9)], market=3, first_id=7)
    put(store, batch)
    assert_same(store.trades(ALL), batch)


@many
@given(batch=any_trades(max_size=60))
def test_any_trades_are_read_back_sorted(home: Home, batch: Trades) -> None:
    home.store.write(Change(erase=Ranges.of(market=[1, 2, 3], start=[0] * 3, end=[1 << 62] * 3)))
    put(home.store, batch)
    assert_same(home.store.trades(ALL), batch.sorted())


def test_an_empty_store_answers_every_question(store: Store) -> None:
    assert_same(store.trades(ALL), Trades.empty())
    assert_same(store.newest_trades(0, 0, 1 << 62, 5), Trades.empty())
    assert_same(store.candles(MINUTE, ALL), Candles.empty())
    assert store.repeats(Trades.empty()).tolist() == []
    assert store.count(None, ALL) == 0
    assert store.count(MINUTE, ALL) == 0
    assert_same(store.extents(None, 0), Ranges.empty())
    assert store.markets() == {}
    assert store.marks() == []
    assert store.series() == []
    assert store.positions() == {}
    assert store.coverage(0, "trades") == []
    assert store.loose_blocks() == []
    assert store.trades_kept_from() == 0
    assert store.notes("job") == {}
    assert store.write(Change()) == []


def test_the_order_of_appends_does_not_show_in_reads(store: Store, home: Home) -> None:
    parts = [
        trades([(10, 1.0), (5, 2.0)], first_id=0),
        trades([(5, 3.0), (0, 4.0)], first_id=2),
        trades([(5, 5.0)], market=1, first_id=0),
    ]
    expected = Trades.concat(parts).sorted()
    for order in permutations(parts):
        put(store, *order)
        assert_same(store.trades(ALL), expected)
        store.write(Change(erase=Ranges.of(market=[0, 1], start=[0, 0], end=[1 << 62] * 2)))


def test_trades_of_one_instant_come_by_sequence_then_id(store: Store) -> None:
    batch = Trades.of(
        market=[0] * 4,
        time=[START * US] * 4,
        price=[1, 2, 3, 4],
        size=[1] * 4,
        side=[1, -1, 0, 1],
        sequence=[2, 1, 1, 3],
        id=[1, 9, 8, -5],
    )
    put(store, batch)
    assert store.trades(ALL).price.tolist() == [3, 2, 1, 4]


def test_whole_numbers_at_their_limits_survive(store: Store) -> None:
    limits = [INT64.min, INT64.min + 1, -1, 0, 1, INT64.max - 1, INT64.max]
    batch = Trades.of(
        market=[0] * 7 + [2_147_483_647],
        time=[START * US] * 8,
        price=[1.0] * 8,
        size=[1.0] * 8,
        side=[-1, 0, 1, -1, 0, 1, 0, 1],
        sequence=[*limits, INT64.max],
        id=[*limits[::-1], INT64.min],
    )
    put(store, batch)
    assert_same(store.trades(ALL), batch)
    assert store.repeats(batch).all()
    others = Trades.concat((batch.take(slice(0, 1)), batch.take(slice(3, 0, -1))))
    assert store.repeats(others).all()


def test_trades_at_the_limits_of_sequence_are_ordered_by_it(store: Store) -> None:
    """The difference of the two limits does not fit in 64 bits."""
    for first, second in ((INT64.min, INT64.max), (INT64.max, INT64.min)):
        batch = Trades.of(
            market=[0, 0],
            time=[START * US] * 2,
            price=[1.0, 2.0],
            size=[1.0] * 2,
            side=[0, 0],
            sequence=[first, second],
            id=[1, 2],
        )
        put(store, batch)
        assert store.trades(ALL).sequence.tolist() == [INT64.min, INT64.max]
        store.write(Change(erase=Ranges.one(0, 0, 1 << 62)))


@pytest.mark.parametrize(
    "price", [1e-18, 1.234567890123456e-18, 1e15, 123456789012345.6, 5e-324, 1.7e308, 0.1]
)
def test_prices_survive_to_the_last_bit(store: Store, price: float) -> None:
    batch = trades([(0, price)], size=price)
    put(store, batch)
    assert_same(store.trades(ALL), batch)
    store.write(Change(bars=(given_bars(HOUR, [START], price=price),)))
    assert store.candles(HOUR, ALL).o.tolist() == [price]


def test_repeats_are_the_trades_with_a_stored_market_time_and_id(store: Store) -> None:
    put(store, trades([(0, 1.0), (1, 2.0)]))
    asked = Trades.of(
        market=[0, 0, 0, 1, 0],
        time=[(START + s) * US for s in (0, 1, 1, 0, 2)],
        price=[9.0] * 5,
        size=[9.0] * 5,
        side=[0] * 5,
        sequence=[5] * 5,
        id=[0, 1, 0, 0, 2],
    )
    assert store.repeats(asked).tolist() == [True, True, False, False, False]


@many
@given(batch=any_trades(max_size=60))
def test_repeats_finds_exactly_what_is_stored(home: Home, batch: Trades) -> None:
    home.store.write(Change(erase=Ranges.of(market=[1, 2, 3], start=[0] * 3, end=[1 << 62] * 3)))
    put(home.store, batch.take(slice(0, None, 2)))
    expected = [row % 2 == 0 for row in range(len(batch))]
    assert home.store.repeats(batch).tolist() == expected


def test_repeats_are_found_in_a_large_batch_and_far_apart(store: Store) -> None:
    stored = trades([(row * 0.0001, 1.0) for row in range(30_000)])
    far = trades([(row * 40 * DAY_S, 1.0) for row in range(1, 40)], first_id=50_000)
    put(store, stored, far)
    asked = Trades.concat((trades([(2.5, 3.0)], first_id=90_000), far, stored))
    assert store.repeats(asked).tolist() == [False] + [True] * (len(asked) - 1)


def test_repeats_within_the_batch_are_not_the_stores_business(store: Store) -> None:
    batch = trades([(0, 1.0)])
    assert store.repeats(Trades.concat((batch, batch))).tolist() == [False, True] or (
        store.repeats(Trades.concat((batch, batch))).tolist() == [False, False]
    )


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [(0, 10, [0]), (0, 11, [0, 10]), (1, 11, [10]), (10, 10, []), (11, 10, []), (11, 20, [])],
)
def test_ranges_are_half_open(store: Store, start: int, end: int, found: list[int]) -> None:
    put(store, trades([(0, 1.0), (10 / US, 1.0)]))
    store.write(Change(bars=(given_bars(MINUTE, [START, START + 10]),)))
    micro, plain = START * US, START
    for scope in (
        Ranges.one(0, micro + start, micro + end),
        Interval(micro + start, micro + end),
        Ranges.of(market=[0, 1], start=[micro + start, 0], end=[micro + end, micro * 2]),
    ):
        assert (store.trades(scope).time - micro).tolist() == found
        assert store.count(None, scope) == len(found)
    for bounds in (
        Ranges.one(0, plain + start, plain + end),
        Interval(plain + start, plain + end),
        Ranges.of(market=[0, 1], start=[plain + start, 0], end=[plain + end, plain * 2]),
    ):
        assert (store.candles(MINUTE, bounds).t - plain).tolist() == found
        assert store.count(MINUTE, bounds) == len(found)


def test_no_range_selects_nothing(store: Store) -> None:
    put(store, trades([(0, 1.0)]))
    store.write(Change(bars=(given_bars(MINUTE, [START]),)))
    assert len(store.trades(Ranges.empty())) == 0
    assert len(store.candles(MINUTE, Ranges.empty())) == 0
    assert store.count(None, Ranges.empty()) == 0
    assert store.count(MINUTE, Ranges.empty()) == 0


def test_a_scope_may_hold_ranges_of_many_markets_and_overlaps_do_not_double(
    store: Store,
) -> None:
    for market in range(4):
        put(store, trades([(s, 1.0) for s in range(10)], market=market))
    scope = Ranges.of(
        market=[2, 0, 0, 0, 3],
        start=[(START + s) * US for s in (0, 3, 1, 7, 9)],
        end=[(START + s) * US for s in (2, 5, 4, 8, 9)],
    )
    found = store.trades(scope)
    pairs = list(zip(found.market.tolist(), (found.time // US - START).tolist(), strict=True))
    assert pairs == [(0, 1), (0, 2), (0, 3), (0, 4), (0, 7), (2, 0), (2, 1)]
    assert store.count(None, scope) == len(pairs)


def test_scopes_of_different_sizes_can_follow_one_another(store: Store) -> None:
    put(store, *(trades([(s, 1.0) for s in range(10)], market=m) for m in range(50)))
    for size in (50, 3, 2, 20, 1, 50):
        scope = Ranges.of(
            market=range(size), start=[START * US] * size, end=[(START + 2) * US] * size
        )
        assert store.count(None, scope) == 2 * size


def test_the_newest_trades_are_the_last_before_a_moment_in_order(store: Store) -> None:
    put(store, trades([(5, 5.0), (6, 6.0)], first_id=5))
    put(store, trades([(1, 1.0), (1, 1.5), (2, 2.0)]))
    put(store, trades([(3, 9.0)], market=1))

    def prices(before: float, count: int) -> list[float]:
        found = store.newest_trades(0, 0, round((START + before) * US), count)
        return list(found.price)

    assert prices(100, 3) == [2.0, 5.0, 6.0]
    assert prices(6, 2) == [2.0, 5.0]
    assert prices(2, 10) == [1.0, 1.5]
    assert prices(1, 10) == []
    assert prices(100, 0) == []


def test_erase_deletes_before_anything_is_appended(store: Store) -> None:
    put(store, trades([(0, 1.0), (5, 2.0), (10, 3.0)]), trades([(5, 9.0)], market=1))
    again = trades([(5, 7.0)], first_id=1)
    store.write(Change(trades=again, erase=Ranges.one(0, (START + 5) * US, (START + 10) * US)))
    assert store.trades(ALL).price.tolist() == [1.0, 7.0, 3.0, 9.0]


def test_erase_takes_many_ranges(store: Store) -> None:
    put(store, *(trades([(s, 1.0) for s in range(6)], market=m) for m in range(3)))
    at = START * US
    store.write(
        Change(
            erase=Ranges.of(
                market=[0, 1, 1],
                start=[at, at + US, at + 2 * US],
                end=[at + US] + [at + 4 * US] * 2,
            )
        )
    )
    assert [store.count(None, Ranges.one(m, 0, 1 << 62)) for m in range(3)] == [5, 3, 6]


# Candles


def test_bars_are_read_back_as_they_were_given(store: Store) -> None:
    bars = Candles.of(
        market=[0, 0, 5],
        t=[START, START + 60, START],
        o=[1.0, 2.0, 1e-18],
        h=[3.0, 4.0, 1e15],
        l=[0.5, 0.25, 1e-18],
        c=[2.0, 3.0, 1.0],
        v=[1e-9, 0.0, 1e18],
        q=[np.nan, 5.0, np.nan],
        n=[0, INT64.max, 1],
        bv=[np.nan, np.nan, 0.0],
        given=[True, True, False],
    )
    store.write(Change(bars=(Bars(MINUTE, bars),)))
    assert_same(store.candles(MINUTE, ALL), bars)


def test_bars_replace_those_of_the_same_market_and_time(store: Store) -> None:
    store.write(Change(bars=(given_bars(MINUTE, [START, START + 60], price=1.0),)))
    store.write(Change(bars=(given_bars(MINUTE, [START], market=1, price=9.0),)))
    store.write(Change(bars=(given_bars(HOUR, [START], price=7.0),)))
    store.write(Change(bars=(given_bars(MINUTE, [START + 120, START + 60], price=2.0),)))
    found = store.candles(MINUTE, ALL)
    assert found.market.tolist() == [0, 0, 0, 1]
    assert (found.t - START).tolist() == [0, 60, 120, 0]
    assert found.o.tolist() == [1.0, 2.0, 2.0, 9.0]
    assert store.candles(HOUR, ALL).o.tolist() == [7.0]


def test_bars_replace_folded_ones_too(store: Store) -> None:
    store.add_rungs([MINUTE])
    store.write(rewrite(MINUTE, START, START + 60, candles([START], price=1.0)))
    store.write(Change(bars=(given_bars(MINUTE, [START], price=2.0),)))
    found = store.candles(MINUTE, ALL)
    assert (found.o.tolist(), found.given.tolist()) == ([2.0], [True])


def test_writing_bars_twice_changes_nothing(store: Store) -> None:
    change = Change(bars=(given_bars(MINUTE, [START + 60, START]),))
    store.write(change)
    once = store.candles(MINUTE, ALL)
    store.write(change)
    assert_same(store.candles(MINUTE, ALL), once)


def test_one_change_may_hold_bars_of_several_resolutions(store: Store) -> None:
    every = tuple(given_bars(r, [START], price=float(r.count)) for r in (MINUTE, HOUR, MONTH))
    store.write(Change(bars=every))
    for bars in every:
        assert_same(store.candles(bars.resolution, ALL), bars.candles)


def test_no_bars_are_no_change(store: Store) -> None:
    store.write(Change(bars=(Bars(MINUTE, Candles.empty()),)))
    assert_same(store.candles(MINUTE, ALL), Candles.empty())


def test_a_minute_and_a_month_are_different_series(store: Store) -> None:
    store.add_rungs([MINUTE])
    store.write(Change(bars=(given_bars(MONTH, [START], price=12.0),)))
    store.write(Change(bars=(given_bars(MINUTE, [START], price=1.0),)))
    assert store.candles(MONTH, ALL).o.tolist() == [12.0]
    assert store.candles(MINUTE, ALL).o.tolist() == [1.0]
    assert [(s.resolution, s.is_rung) for s in store.series()] == [(MINUTE, True), (MONTH, False)]


def test_a_rewrite_replaces_the_folded_bars_in_scope(store: Store) -> None:
    store.add_rungs([MINUTE])
    store.write(rewrite(MINUTE, 0, 1 << 40, candles([START, START + 60, START + 120])))
    store.write(rewrite(MINUTE, START + 60, START + 120, candles([START + 61], price=5.0)))
    found = store.candles(MINUTE, ALL)
    assert (found.t - START).tolist() == [0, 61, 120]
    assert found.o.tolist() == [1.0, 5.0, 1.0]
    assert found.given.tolist() == [False] * 3


def test_a_rewrite_of_ranges_leaves_other_markets_alone(store: Store) -> None:
    store.add_rungs([MINUTE])
    for market in range(3):
        change = Change(
            rewrite=Rewrite(
                MINUTE, Ranges.one(market, 0, 1 << 40), candles([START, START + 60], market=market)
            )
        )
        store.write(change)
    scope = Ranges.of(market=[0, 2, 2], start=[START, START, START], end=[START + 60] * 3)
    store.write(Change(rewrite=Rewrite(MINUTE, scope, candles([START], market=2, price=8.0))))
    found = store.candles(MINUTE, ALL)
    rows = list(zip(found.market.tolist(), (found.t - START).tolist(), strict=True))
    assert rows == [(0, 60), (1, 0), (1, 60), (2, 0), (2, 60)]
    assert found.o.tolist() == [1.0, 1.0, 1.0, 8.0, 1.0]


def test_given_bars_survive_a_rewrite(store: Store) -> None:
    store.add_rungs([MINUTE])
    store.write(Change(bars=(given_bars(MINUTE, [START + 60], price=7.0),)))
    again = candles([START, START + 60, START + 120], price=2.0)
    for _ in range(2):
        store.write(rewrite(MINUTE, START, START + 180, again))
        found = store.candles(MINUTE, ALL)
        assert found.o.tolist() == [2.0, 7.0, 2.0]
        assert found.given.tolist() == [False, True, False]


def test_bars_made_outside_the_scope_do_not_double_given_ones(store: Store) -> None:
    store.add_rungs([MINUTE])
    store.write(Change(bars=(given_bars(MINUTE, [START], price=7.0),)))
    store.write(rewrite(MINUTE, START + 60, START + 120, candles([START, START + 60])))
    found = store.candles(MINUTE, ALL)
    assert (found.t - START).tolist() == [0, 60]
    assert found.o.tolist() == [7.0, 1.0]


def test_a_rewrite_with_nothing_empties_its_scope(store: Store) -> None:
    store.add_rungs([MINUTE])
    store.write(rewrite(MINUTE, 0, 1 << 40, candles([START, START + 60])))
    store.write(rewrite(MINUTE, START, START + 60, Candles.empty()))
    assert (store.candles(MINUTE, ALL).t - START).tolist() == [60]


def test_rewriting_twice_changes_nothing(store: Store) -> None:
    store.add_rungs([MINUTE])
    change = rewrite(MINUTE, START, START + 180, candles([START, START + 120]))
    store.write(change)
    once = store.candles(MINUTE, ALL)
    store.write(change)
    assert_same(store.candles(MINUTE, ALL), once)


# Series, marks, frontiers


def test_a_new_rung_has_frontier_0_and_one_that_is_known_keeps_its_own(store: Store) -> None:
    store.add_rungs([HOUR, MINUTE])
    assert store.series() == [Series(MINUTE, is_rung=True), Series(HOUR, is_rung=True)]
    store.write(Change(frontier=(MINUTE, START)))
    store.add_rungs([MINUTE, HOUR, DAY])
    assert store.series() == [
        Series(MINUTE, is_rung=True, frontier=START),
        Series(HOUR, is_rung=True),
        Series(DAY, is_rung=True),
    ]


def test_what_leaves_the_ladder_is_no_rung_and_holds_only_bars_as_given(store: Store) -> None:
    store.add_rungs([MINUTE, HOUR])
    store.write(
        Change(
            rewrite=Rewrite(HOUR, Interval(0, 1 << 40), candles([START, START + 3600])),
            frontier=(HOUR, START + 7200),
        )
    )
    store.write(Change(bars=(given_bars(HOUR, [START + 3600], price=4.0),)))
    store.add_rungs([MINUTE])
    assert [(s.resolution, s.is_rung) for s in store.series()] == [(MINUTE, True), (HOUR, False)]
    assert_same(store.candles(HOUR, ALL), candles([START + 3600], price=4.0, given=True))
    store.add_rungs([MINUTE, HOUR])
    assert store.series()[1] == Series(HOUR, is_rung=True, frontier=0)


def test_series_come_finest_first(store: Store) -> None:
    store.write(Change(bars=(given_bars(WEEK, [START]), given_bars(HALF_HOUR, [START]))))
    store.add_rungs([DAY, MINUTE])
    assert [str(s.resolution) for s in store.series()] == ["1m", "30m", "1d", "1w"]
    assert [s.is_rung for s in store.series()] == [True, False, True, False]


def test_marks_get_keys_and_stay_until_they_are_cleared(store: Store) -> None:
    asked = [Mark(0, MINUTE, 0, 60), Mark(0, MINUTE, 0, 60), Mark(7, WEEK, 1, 1 << 60)]
    written = store.write(Change(marks=asked))
    assert [(m.market, m.rung, m.start, m.end) for m in written] == [
        (m.market, m.rung, m.start, m.end) for m in asked
    ]
    keys = [mark.key for mark in written]
    assert len(set(keys)) == 3
    assert 0 not in keys
    assert sorted(store.marks(), key=lambda m: m.key) == sorted(written, key=lambda m: m.key)
    more = store.write(Change(marks=asked[:1], cleared=keys[:2]))
    assert sorted(m.key for m in store.marks()) == sorted([keys[2], more[0].key])
    assert more[0].key not in keys
    store.write(Change(cleared=[m.key for m in store.marks()]))
    assert store.marks() == []


def test_clearing_a_mark_that_is_gone_changes_nothing(store: Store) -> None:
    (mark,) = store.write(Change(marks=[Mark(0, MINUTE, 0, 60)]))
    store.write(Change(cleared=[mark.key + 1_000]))
    assert store.marks() == [mark]


# One transaction


def whole_change() -> Change:
    return Change(
        trades=trades([(0, 1.0)], first_id=100),
        bars=(given_bars(HALF_HOUR, [START]),),
        erase=Ranges.one(0, 0, 1 << 62),
        rewrite=Rewrite(MINUTE, Interval(0, 1 << 40), candles([START], price=2.0)),
        marks=[Mark(0, MINUTE, 0, 60)],
        frontier=(MINUTE, START),
        positions={"feed": "2"},
        coverage=[Coverage(0, "trades", 0, 60)],
    )


def test_every_part_of_a_change_becomes_durable(home: Home) -> None:
    home.store.add_rungs([MINUTE])
    put(home.store, trades([(5, 9.0)]))
    change = whole_change()
    home.store.write(change)
    store = home.restart()
    assert_same(store.trades(ALL), change.trades)
    assert_same(store.candles(HALF_HOUR, ALL), change.bars[0].candles)
    assert store.candles(MINUTE, ALL).o.tolist() == [2.0]
    assert len(store.marks()) == 1
    assert store.series()[0].frontier == START
    assert store.positions() == {"feed": "2"}
    assert store.coverage(0, "trades") == [(0, 60)]


def test_a_change_that_fails_changes_nothing(home: Home) -> None:
    """It rewrites a series that is not there, after all else could have been done."""
    store = home.store
    store.add_rungs([HOUR])
    put(store, trades([(5, 9.0)]))
    store.write(Change(positions={"feed": "1"}, coverage=[Coverage(0, "trades", 0, 10)]))
    with pytest.raises(StoreError):
        store.write(whole_change())
    for opened in home.before_and_after_a_restart():
        assert opened.trades(ALL).price.tolist() == [9.0]
        assert len(opened.candles(HALF_HOUR, ALL)) == 0
        assert [s.resolution for s in opened.series()] == [HOUR]
        assert opened.marks() == []
        assert opened.positions() == {"feed": "1"}
        assert opened.coverage(0, "trades") == [(0, 10)]
    home.store.add_rungs([MINUTE, HOUR])
    home.store.write(whole_change())
    assert home.store.positions() == {"feed": "2"}
    assert len(home.store.candles(HALF_HOUR, ALL)) == 1


def test_of_positions_the_last_committed_counts(home: Home) -> None:
    home.store.write(Change(positions={"a": "1", "b": "x"}))
    home.store.write(Change(positions={"a": "2 ' \" ü 日本"}))
    assert home.store.positions() == {"a": "2 ' \" ü 日本", "b": "x"}
    assert home.restart().positions() == {"a": "2 ' \" ü 日本", "b": "x"}


def test_coverage_is_kept_as_disjoint_ascending_intervals(home: Home) -> None:
    seen = [(10, 20), (30, 40), (20, 25), (5, 7), (38, 50), (60, 60), (6, 31)]
    states = []
    for start, end in seen:
        home.store.write(Change(coverage=[Coverage(1, "trades", start, end)]))
        states.append(home.store.coverage(1, "trades"))
    assert states == [
        [(10, 20)],
        [(10, 20), (30, 40)],
        [(10, 25), (30, 40)],
        [(5, 7), (10, 25), (30, 40)],
        [(5, 7), (10, 25), (30, 50)],
        [(5, 7), (10, 25), (30, 50)],
        [(5, 50)],
    ]
    assert home.restart().coverage(1, "trades") == [(5, 50)]
    assert home.store.coverage(1, "bars") == []
    assert home.store.coverage(0, "trades") == []


def test_coverage_of_many_markets_and_kinds_in_one_change(home: Home) -> None:
    first = [Coverage(m, kind, 0, 10) for m in range(20) for kind in ("trades", "1m bars é")]
    longer = [Coverage(m, "trades", 10, 20 + m) for m in range(20)] + [
        Coverage(3, "1m bars é", 50, 60)
    ]
    home.store.write(Change(coverage=first))
    home.store.write(Change(coverage=longer))
    for store in home.before_and_after_a_restart():
        assert [store.coverage(m, "trades") for m in range(20)] == [
            [(0, 20 + m)] for m in range(20)
        ]
        assert store.coverage(3, "1m bars é") == [(0, 10), (50, 60)]
        assert store.coverage(4, "1m bars é") == [(0, 10)]


# Letting go, sorting


def test_forgetting_trades_lets_go_of_those_before_a_moment(home: Home) -> None:
    put(home.store, trades([(-0.000001, 1.0), (0, 2.0), (60, 3.0)]))
    assert home.store.forget(None, START) == 1
    for store in home.before_and_after_a_restart():
        assert store.trades(ALL).price.tolist() == [2.0, 3.0]
        assert store.trades_kept_from() == START
    assert home.store.forget(None, START) == 0


def test_forgetting_bars_lets_go_of_one_series_only(home: Home) -> None:
    home.store.add_rungs([MINUTE, HOUR])
    for rung in (MINUTE, HOUR):
        home.store.write(rewrite(rung, 0, 1 << 40, candles([START, START + 3600])))
    put(home.store, trades([(0, 1.0)]))
    assert home.store.forget(MINUTE, START + 3600) == 1
    for store in home.before_and_after_a_restart():
        assert (store.candles(MINUTE, ALL).t - START).tolist() == [3600]
        assert (store.candles(HOUR, ALL).t - START).tolist() == [0, 3600]
        assert [s.kept_from for s in store.series()] == [START + 3600, 0]
        assert store.count(None, ALL) == 1
        assert store.trades_kept_from() == 0


def test_compaction_changes_no_row_and_clears_the_loose_blocks(store: Store) -> None:
    store.add_rungs([MINUTE, HOUR])
    batches = [
        trades([(s * 1_000 % 200_000, float(s)) for s in range(part, 300, 3)], market=part % 2)
        for part in range(3)
    ]
    for part, batch in enumerate(batches):
        put(store, Trades(**(batch.columns() | {"id": batch.id + 1_000 * part})))
    for number in range(5):
        times = [START + (number * 37 + i * 60) % 90_000 // 60 * 60 for i in range(0, 1_500, 7)]
        store.write(Change(bars=(given_bars(MINUTE, sorted(set(times)), market=number % 2),)))
    store.write(rewrite(HOUR, START, START + 7200, candles([START, START + 3600])))
    before = store.trades(ALL), store.candles(MINUTE, ALL), store.candles(HOUR, ALL)
    for table, start, end in store.loose_blocks():
        assert start < end
        assert store.compact(table, start, end) > 0
        after = store.trades(ALL), store.candles(MINUTE, ALL), store.candles(HOUR, ALL)
        for found, expected in zip(after, before, strict=True):
            assert_same(found, expected)
    assert store.loose_blocks() == []
    store.checkpoint()
    assert_same(store.trades(ALL), before[0])


def test_rows_written_after_compaction_are_loose_again(home: Home) -> None:
    put(home.store, trades([(0, 1.0)]))
    loose = home.store.loose_blocks()
    for block in loose:
        home.store.compact(*block)
    assert home.store.loose_blocks() == []
    put(home.store, trades([(1, 1.0)], first_id=1))
    assert home.store.loose_blocks() == loose
    assert home.restart().loose_blocks() == loose


def test_compacting_a_stretch_without_rows_does_nothing(store: Store) -> None:
    put(store, trades([(0, 1.0)]))
    assert store.compact("trades", START + 10 * DAY_S, START + 11 * DAY_S) == 0
    assert store.count(None, ALL) == 1


def test_the_figures_count_the_rows_of_each_table(store: Store) -> None:
    store.add_rungs([MINUTE])
    put(store, trades([(0, 1.0), (1, 1.0)]))
    store.write(rewrite(MINUTE, 0, 1 << 40, candles([START])))
    found = {figures.name: figures for figures in store.figures()}
    assert (found["trades"].rows, found["candles_1m"].rows) == (2, 1)
    assert all(figures.bytes >= 0 for figures in found.values())


def test_the_extents_of_trades_are_whole_seconds_per_market(store: Store) -> None:
    put(store, trades([(0.5, 1.0), (10.000001, 1.0)]), trades([(3, 1.0)], market=4))
    found = store.extents(None, 0)
    assert_same(
        found, Ranges.of(market=[0, 4], start=[START, START + 3], end=[START + 11, START + 4])
    )
    assert_same(store.extents(None, START + 4), Ranges.one(0, START + 10, START + 11))
    assert_same(store.extents(None, START + 11), Ranges.empty())


def test_the_extents_of_bars_are_their_times(store: Store) -> None:
    store.add_rungs([HOUR])
    store.write(Change(bars=(given_bars(HOUR, [START, START + 7200], market=2),)))
    assert_same(store.extents(HOUR, 0), Ranges.one(2, START, START + 7201))
    assert_same(store.extents(HOUR, START + 1), Ranges.one(2, START + 7200, START + 7201))


# Markets


def test_a_market_gets_a_number_that_never_changes(home: Home) -> None:
    first = home.store.add_markets([Market.of("X:AAA"), Market.of("X:BBB")])
    assert len(set(first)) == 2
    store = home.restart()
    again = store.add_markets([Market.of("X:BBB"), Market.of("X:CCC"), Market.of("X:AAA")])
    assert again[::2] == first[::-1]
    assert again[1] not in first
    assert {number: market.symbol for number, market in store.markets().items()} == {
        first[0]: "X:AAA",
        first[1]: "X:BBB",
        again[1]: "X:CCC",
    }


def test_case_does_not_tell_symbols_apart(store: Store) -> None:
    numbers = store.add_markets([Market.of("x:abc"), Market.of("X:ABC"), Market.of("X:Abc")])
    assert len(set(numbers)) == 1
    assert [market.symbol for market in store.markets().values()] == ["x:abc"]


def test_adding_a_known_market_does_not_change_it(store: Store) -> None:
    (number,) = store.add_markets([Market.of("X:ABC", description="first")])
    store.add_markets([Market.of("X:ABC", description="second")])
    assert store.markets()[number].description == "first"


def test_ten_thousand_markets_at_once(home: Home) -> None:
    markets = [Market.of(f"X:M{row}USDT", description=f"№ {row}") for row in range(10_000)]
    numbers = home.store.add_markets(markets)
    assert len(set(numbers)) == 10_000
    known = home.restart().markets()
    assert [known[number] for number in numbers] == markets
    assert home.store.add_markets(markets[::-1]) == numbers[::-1]


def test_an_update_replaces_all_but_the_symbol_and_the_number(home: Home) -> None:
    numbers = home.store.add_markets([Market.of("X:Abc"), Market.of("X:OTHER")])
    new = Market.of(
        "x:aBC",
        description="ÄÖ 'quoted' \N{SNOWMAN}",
        session="0930-1600",
        time_zone="America/New_York",
        price_scale=10**16,
        volume_precision=8,
    )
    home.store.update_markets([new])
    for store in home.before_and_after_a_restart():
        found = store.markets()[numbers[0]]
        assert found.symbol == "X:Abc"
        assert (found.description, found.session, found.time_zone, found.price_scale) == (
            new.description,
            new.session,
            new.time_zone,
            new.price_scale,
        )
        assert store.markets()[numbers[1]] == Market.of("X:OTHER")


def test_an_update_of_an_unknown_market_adds_none(store: Store) -> None:
    store.update_markets([Market.of("X:NONE")])
    store.update_markets([])
    assert store.markets() == {}


# Leases and notes


def test_a_lease_is_held_by_one_owner_until_it_runs_out(store: Store) -> None:
    assert store.acquire("job", "a", now=100, until=160)
    assert not store.acquire("job", "b", now=159, until=300)
    assert store.acquire("other", "b", now=159, until=300)
    assert store.acquire("job", "a", now=150, until=200)
    assert not store.acquire("job", "b", now=199, until=300)
    assert store.acquire("job", "b", now=200, until=300)
    assert not store.acquire("job", "a", now=200, until=300)


def test_a_lease_is_given_back_only_by_its_owner(store: Store) -> None:
    assert store.acquire("job", "a", now=0, until=100)
    store.release("job", "b")
    assert not store.acquire("job", "b", now=1, until=100)
    store.release("job", "a")
    assert store.acquire("job", "b", now=1, until=100)
    store.release("never taken", "a")


def test_notes_are_kept_by_kind_and_name(home: Home) -> None:
    home.store.note("job", "a", "1")
    home.store.note("job", "b", '{"x": "ü \' \\""}')
    home.store.note("setting", "a", "3")
    home.store.note("job", "a", "2")
    for store in home.before_and_after_a_restart():
        assert store.notes("job") == {"a": "2", "b": '{"x": "ü \' \\""}'}
        assert store.notes("setting") == {"a": "3"}
        assert store.notes("none") == {}


def test_a_note_is_forgotten_by_kind_and_name(home: Home) -> None:
    home.store.note("job", "a", "1")
    home.store.note("job", "b", "2")
    home.store.note("setting", "a", "3")
    assert home.store.forget_note("job", "a")
    assert not home.store.forget_note("job", "a")
    assert not home.store.forget_note("none", "a")
    for store in home.before_and_after_a_restart():
        assert store.notes("job") == {"b": "2"}
        assert store.notes("setting") == {"a": "3"}


# Restarts


def test_what_was_written_is_there_after_a_restart(home: Home) -> None:
    home.store.add_rungs([MINUTE, HOUR])
    batch = trades([(row * 7, 1.0 + row) for row in range(500)], market=2)
    put(home.store, batch)
    home.store.write(Change(marks=[Mark(2, MINUTE, 0, 60), Mark(1, HOUR, 5, 9)]))
    marks, series = home.store.marks(), home.store.series()
    for _ in range(3):
        store = home.restart()
        assert_same(store.trades(ALL), batch)
        assert store.marks() == marks
        assert store.series() == series
    (mark,) = home.store.write(Change(marks=[Mark(3, MINUTE, 0, 60)]))
    assert mark.key not in {old.key for old in marks}


# The budget of time


READS: dict[str, Callable[[Store], object]] = {
    "trades": lambda store: store.trades(ALL),
    "newest_trades": lambda store: store.newest_trades(0, 0, 1 << 62, 5),
    "count": lambda store: store.count(None, ALL),
    "count of bars": lambda store: store.count(MINUTE, ALL),
    "candles": lambda store: store.candles(MINUTE, ALL),
    "extents": lambda store: store.extents(None, 0),
}


@pytest.fixture
def filled(store: Store) -> Store:
    store.add_rungs([MINUTE])
    put(store, trades([(0, 1.0), (1, 2.0)]))
    return store


@pytest.mark.parametrize("name", list(READS))
def test_a_read_without_time_left_is_refused_and_the_next_is_not(filled: Store, name: str) -> None:
    with filled.limited(0), pytest.raises(QueryBudgetError):
        READS[name](filled)
    READS[name](filled)
    with filled.limited(60):
        READS[name](filled)


def test_what_is_no_read_of_rows_is_not_limited(filled: Store) -> None:
    with filled.limited(0):
        put(filled, trades([(2, 3.0)], first_id=2))
        filled.note("job", "a", "text")
        assert filled.notes("job") == {"a": "text"}
        assert filled.positions() == {}
        assert filled.marks() == []
        assert filled.coverage(0, "trades") == []
        assert filled.repeats(trades([(2, 3.0)], first_id=2)).tolist() == [True]
        filled.compact("trades", START // DAY_S * DAY_S, START // DAY_S * DAY_S + DAY_S)
    assert filled.count(None, ALL) == 3


def test_of_nested_budgets_the_earliest_end_counts(filled: Store) -> None:
    with filled.limited(0):
        with filled.limited(60), pytest.raises(QueryBudgetError):
            filled.count(None, ALL)
        with pytest.raises(QueryBudgetError):
            filled.count(None, ALL)
    with filled.limited(60):
        with filled.limited(0), pytest.raises(QueryBudgetError):
            filled.count(None, ALL)
        assert filled.count(None, ALL) == 2


def test_a_budget_ends_with_its_block_also_when_that_fails(filled: Store) -> None:
    def fail() -> None:
        with filled.limited(0):
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert filled.count(None, ALL) == 2


def test_the_budget_of_one_thread_is_not_that_of_another(filled: Store) -> None:
    with filled.limited(0), ThreadPoolExecutor(1) as other:
        assert other.submit(filled.count, None, ALL).result() == 2


def test_a_budget_without_end_limits_nothing(filled: Store) -> None:
    with filled.limited(math.inf):
        assert filled.count(None, ALL) == 2
