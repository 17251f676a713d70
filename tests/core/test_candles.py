"""The maths of candles, against a slow fold in plain Python and against its own laws."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.core.calendar import ALWAYS_OPEN, Calendars
from chandlery.core.candles import (
    Bars,
    Candles,
    at_moments,
    differences,
    fill,
    fold,
    merge,
    overlay,
    override,
    roll_up,
    significant,
)
from chandlery.core.columns import US
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from tests.engine.builders import DAY, HOUR, MINUTE, START, WEEK, assert_same, candles, trades
from tests.engine.oracle import Oracle, plain_floor
from tests.strategies import CALENDARS, USUAL, moments
from tests.strategies import trades as any_trades

FIVE, FIFTEEN = Resolution.parse("5m"), Resolution.parse("15m")
OWN = [CALENDARS[name] for name in ("plain", "new york stocks", "new york forex", "tokyo")]
"""The calendars of markets 0 to 3: with sessions, nights and a lunch break."""
SESSIONS = Calendars(dict(enumerate(OWN)))
CHAINS = [
    (fine, middle, coarse)
    for fine in USUAL
    for middle in USUAL
    for coarse in USUAL
    if fine < middle < coarse and fine.divides(middle) and middle.divides(coarse)
]


def rolled(candles: Candles, of: Resolution, to: Resolution, grid: Calendars) -> Candles:
    return roll_up(at_moments(candles, of, grid), to, grid)


def assert_equal(found: Candles, expected: Candles) -> None:
    assert differences(found, expected) == []
    assert found.t.tolist() == expected.t.tolist()


# Folding


@given(any_trades(), st.sampled_from(USUAL))
def test_a_candle_is_what_a_slow_fold_makes_of_its_trades(
    batch: Trades, resolution: Resolution
) -> None:
    oracle = Oracle([], OWN)
    assert_equal(fold(batch, resolution, SESSIONS), oracle.candles(resolution, batch, {}))


@given(moments(), st.sampled_from(USUAL))
def test_the_plain_grid_is_the_civil_calendar(moment: int, resolution: Resolution) -> None:
    found = ALWAYS_OPEN.floor(resolution, np.array([0]), np.array([moment]))
    assert found.tolist() == [plain_floor(resolution, moment)]


@given(any_trades(), st.sampled_from(USUAL), st.randoms(use_true_random=False))
def test_arrival_order_and_repeats_make_no_difference(
    batch: Trades, resolution: Resolution, order: Random
) -> None:
    rows = [*range(len(batch)), *range(0, len(batch), 2)]
    order.shuffle(rows)
    shuffled = batch.take(np.array(rows, dtype=np.int64))
    assert_same(fold(shuffled, resolution, SESSIONS), fold(batch, resolution, SESSIONS))


@given(any_trades(), st.sampled_from(USUAL))
def test_low_and_high_enclose_open_and_close(batch: Trades, resolution: Resolution) -> None:
    bars = fold(batch, resolution, SESSIONS)
    assert (bars.l <= np.minimum(bars.o, bars.c)).all()
    assert (np.maximum(bars.o, bars.c) <= bars.h).all()
    assert bars.n.sum() == len(batch)
    assert bars.v.sum() == pytest.approx(batch.size.sum(), rel=1e-9)
    assert bars.q.sum() == pytest.approx((batch.price * batch.size).sum(), rel=1e-9)
    assert (bars.bv <= bars.v * (1 + 1e-9)).all()
    assert not bars.given.any()


def test_trades_of_one_instant_are_folded_by_sequence_then_id() -> None:
    batch = Trades.of(
        market=[0] * 4,
        time=[START * US] * 4,
        price=[5.0, 1.0, 2.0, 9.0],
        size=[1.0] * 4,
        side=[1, 0, -1, 1],
        sequence=[1, 0, 0, 1],
        id=[3, 2, 1, 4],
    )
    (bar,) = (fold(batch, MINUTE, ALWAYS_OPEN),)
    assert (bar.o.tolist(), bar.c.tolist()) == ([2.0], [9.0])
    assert (bar.v.tolist(), bar.bv.tolist()) == ([4.0], [2.0])


def test_the_fold_of_nothing_is_nothing() -> None:
    assert_same(fold(Trades.empty(), MINUTE, ALWAYS_OPEN), Candles.empty())
    assert_same(roll_up(Candles.empty(), HOUR, ALWAYS_OPEN), Candles.empty())
    assert_same(merge(Candles.empty(), Candles.empty()), Candles.empty())


# Rolling up


@given(any_trades(), st.sampled_from(CHAINS))
def test_rolling_up_along_any_chain_is_folding_the_trades(
    batch: Trades, chain: tuple[Resolution, Resolution, Resolution]
) -> None:
    fine, middle, coarse = chain
    finest = fold(batch, fine, SESSIONS)
    between = rolled(finest, fine, middle, SESSIONS)
    expected = fold(batch, coarse, SESSIONS)
    assert_equal(between, fold(batch, middle, SESSIONS))
    assert_equal(rolled(between, middle, coarse, SESSIONS), expected)
    assert_equal(rolled(finest, fine, coarse, SESSIONS), expected)


@given(any_trades(markets=1))
def test_five_minutes_from_minutes_are_five_minutes_from_trades(batch: Trades) -> None:
    minutes = fold(batch, MINUTE, ALWAYS_OPEN)
    assert_equal(roll_up(minutes, FIVE, ALWAYS_OPEN), fold(batch, FIVE, ALWAYS_OPEN))


@given(any_trades(), st.sampled_from(USUAL), st.randoms(use_true_random=False))
def test_the_order_of_finer_bars_makes_no_difference(
    batch: Trades, resolution: Resolution, order: Random
) -> None:
    seconds = fold(batch, Resolution.parse("1s"), SESSIONS)
    rows = list(range(len(seconds)))
    order.shuffle(rows)
    shuffled = seconds.take(np.array(rows, dtype=np.int64))
    assert_same(roll_up(shuffled, resolution, SESSIONS), roll_up(seconds, resolution, SESSIONS))


# Merging


def split(batch: Trades, cuts: list[int], resolution: Resolution) -> list[Candles]:
    """Return the folds of parts of the trades that follow one another in time."""
    ordered = batch.take(np.lexsort((batch.id, batch.sequence, batch.time)))
    edges = [0, *sorted(cut % (len(batch) + 1) for cut in cuts), len(batch)]
    parts = [ordered.take(slice(a, b)) for a, b in pairwise(edges)]
    return [fold(part, resolution, SESSIONS) for part in parts]


@given(any_trades(), st.sampled_from(USUAL), st.lists(st.integers(0, 99), max_size=4))
def test_any_split_of_the_trades_merges_to_the_whole(
    batch: Trades, resolution: Resolution, cuts: list[int]
) -> None:
    merged = Candles.empty()
    for part in split(batch, cuts, resolution):
        merged = merge(merged, part)
    assert_equal(merged, fold(batch, resolution, SESSIONS))


@given(any_trades(), st.sampled_from(USUAL), st.tuples(st.integers(0, 99), st.integers(0, 99)))
def test_merging_is_associative(
    batch: Trades, resolution: Resolution, cuts: tuple[int, int]
) -> None:
    a, b, c = split(batch, list(cuts), resolution)
    assert_equal(merge(merge(a, b), c), merge(a, merge(b, c)))


@given(any_trades(), st.sampled_from(USUAL))
def test_merging_with_nothing_changes_nothing(batch: Trades, resolution: Resolution) -> None:
    bars = fold(batch, resolution, SESSIONS)
    assert_equal(merge(bars, Candles.empty()), bars)
    assert_equal(merge(Candles.empty(), bars), bars)


# Filling


@given(any_trades(max_size=10), st.sampled_from([FIFTEEN, HOUR, DAY, WEEK]), st.integers(0, 99))
def test_filling_flat_adds_the_missing_bars_of_the_sessions_and_no_other(
    batch: Trades, resolution: Resolution, more: int
) -> None:
    bars = fold(batch, resolution, SESSIONS)
    end = int(bars.t.max(initial=0)) + more * 3_600
    filled = fill(bars, "flat", resolution, SESSIONS, end)
    for market in np.unique(bars.market).tolist():
        own = bars.take(bars.market == market)
        found = filled.take(filled.market == market)
        every = SESSIONS.bars(resolution, market, int(own.t[0]), end).tolist()
        assert found.t.tolist() == sorted({*own.t.tolist(), *every})
        assert_same(found.take(np.isin(found.t, own.t)), own)
        close = 0.0
        for row in range(len(found)):
            if found.t[row] not in own.t:
                prices = {found.o[row], found.h[row], found.l[row], found.c[row]}
                assert prices == {close}
                assert (found.v[row], found.q[row], found.n[row], found.bv[row]) == (0, 0, 0, 0)
            close = found.c[row]


def test_filling_never_begins_before_the_first_bar_and_ends_before_the_end() -> None:
    bars = candles([START + 120, START + 300], price=2.0)
    filled = fill(bars, "flat", MINUTE, ALWAYS_OPEN, START + 480)
    assert ((filled.t - START) // 60).tolist() == [2, 3, 4, 5, 6, 7]
    assert filled.v.tolist() == [2.0, 0.0, 0.0, 2.0, 0.0, 0.0]
    earlier = fill(bars, "flat", MINUTE, ALWAYS_OPEN, START)
    assert ((earlier.t - START) // 60).tolist() == [2, 5]


def test_a_flat_bar_is_not_given_and_knows_its_volumes() -> None:
    unknown = replace(candles([START], given=True), q=np.array([np.nan]), bv=np.array([np.nan]))
    filled = fill(unknown, "flat", MINUTE, ALWAYS_OPEN, START + 120)
    assert filled.given.tolist() == [True, False]
    assert (filled.q[1], filled.bv[1], filled.n[1]) == (0.0, 0.0, 0)
    assert np.isnan(filled.q[0])


def test_without_filling_bars_stay_as_they_are() -> None:
    bars = candles([START, START + 600])
    assert fill(bars, "none", MINUTE, ALWAYS_OPEN, START + 6_000) is bars
    assert len(fill(Candles.empty(), "flat", MINUTE, ALWAYS_OPEN, START)) == 0


def test_a_stock_is_not_filled_at_night_nor_over_the_weekend() -> None:
    friday = 1_704_465_000  # 2024-01-05 14:30 UTC, the opening in New York.
    bars = candles([friday], market=1)
    filled = fill(bars, "flat", HOUR, SESSIONS, friday + 3 * 86_400 + 3_600)
    assert ((filled.t - friday) / 3_600).tolist() == [0, 1, 2, 3, 4, 5, 6, 72]


# Given bars


def test_what_lies_in_a_given_bar_is_replaced_by_it() -> None:
    base = candles([START, START + 60, START + 300, START + 3_600])
    given_bars = Bars(FIVE, candles([START, START + 900], price=7.0, given=True))
    found = overlay(base, given_bars, ALWAYS_OPEN)
    assert (found.t - START).tolist() == [0, 300, 900, 3_600]
    assert found.o.tolist() == [7.0, 1.0, 7.0, 1.0]
    assert overlay(base, Bars(FIVE, Candles.empty()), ALWAYS_OPEN) is base


def test_given_bars_of_one_market_leave_the_others_alone() -> None:
    base = Candles.concat((candles([START]), candles([START], market=1)))
    found = overlay(base, Bars(FIVE, candles([START], market=1, price=7.0)), ALWAYS_OPEN)
    assert found.o.tolist() == [1.0, 7.0]
    assert override(base, candles([START], market=1, price=7.0)).o.tolist() == [1.0, 7.0]


def test_a_given_day_lies_where_its_session_begins() -> None:
    batch = trades([(0.0, 1.0)], market=2, start=START + 86_400 + 20 * 3_600)
    hours = fold(batch, HOUR, SESSIONS)
    days = fold(batch, DAY, SESSIONS)
    found = overlay(hours, Bars(DAY, replace(days, o=days.o + 5)), SESSIONS)
    assert_equal(rolled(days, DAY, WEEK, SESSIONS), fold(batch, WEEK, SESSIONS))
    assert roll_up(found, WEEK, SESSIONS).o.tolist() == [6.0]


def test_overriding_replaces_the_bars_that_are_given_too() -> None:
    base = candles([START, START + 60])
    found = override(base, candles([START + 60, START + 120], price=7.0, given=True))
    assert found.o.tolist() == [1.0, 7.0, 7.0]
    assert found.given.tolist() == [False, True, True]
    assert override(base, Candles.empty()) is base


def test_what_a_given_bar_does_not_know_its_roll_up_does_not_know() -> None:
    bars = replace(candles([START, START + 60], given=True), q=np.array([np.nan, 5.0]))
    found = roll_up(bars, FIVE, ALWAYS_OPEN)
    assert np.isnan(found.q[0])
    assert (found.v[0], found.n[0], found.given[0]) == (4.0, 6, False)


# Numbers


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.1 + 0.2, 0.3),
        (0.7 + 0.1, 0.8),
        (1e-18 + 2e-18, 3e-18),
        (0.0, 0.0),
        (123_456_789_012.0, 123_456_789_012.0),
        (1e15 + 1e3, 1e15 + 1e3),
        (float("inf"), float("inf")),
        (1e-300, 1e-300),
        (1.7e308, 1.7e308),
        (1e-290, 1e-290),
    ],
)
def test_sums_of_decimals_stay_decimals(value: float, expected: float) -> None:
    found = significant(np.array([value, -value]))
    assert found[0] == pytest.approx(expected, rel=1e-12, abs=0.0)
    assert found[1] == -found[0]
    if 1e-18 <= abs(value) <= 1e15:
        assert found[0] == expected


def test_what_is_no_number_stays_none() -> None:
    assert np.isnan(significant(np.array([np.nan]))).all()


@given(st.floats(1e-18, 1e18))
def test_rounding_keeps_twelve_digits_and_does_not_change_what_is_rounded(value: float) -> None:
    (once,) = significant(np.array([value]))
    assert once == pytest.approx(value, rel=5.1e-12)
    assert significant(np.array([once]))[0] == pytest.approx(once, rel=1e-15)


@given(st.integers(1, 10**12 - 1), st.integers(-18, 6))
def test_a_decimal_of_twelve_digits_is_shown_as_it_was_written(digits: int, power: int) -> None:
    value = float(f"{digits}e{power}")
    (found,) = significant(np.array([value * (1 + 2e-16)]))
    assert found == pytest.approx(value, rel=1e-15)


# Differences


def test_bars_that_differ_are_told_apart_from_those_that_are_missing() -> None:
    left = candles([START, START + 60, START + 120])
    right = replace(candles([START + 60, START + 120, START + 180]), h=np.array([1.0, 2.0, 1.0]))
    found = {(one.t - START): one.how for one in differences(left, right)}
    assert found == {
        0: "is not expected",
        180: "is missing",
        120: "h is 1.0, expected 2.0",
    }


def test_volumes_are_compared_within_a_billionth_and_all_else_exactly() -> None:
    bars = candles([START])
    assert differences(replace(bars, v=bars.v * (1 + 1e-10)), bars) == []
    assert len(differences(replace(bars, v=bars.v * (1 + 1e-8)), bars)) == 1
    assert len(differences(replace(bars, c=bars.c * (1 + 1e-15)), bars)) == 1
    unknown = replace(bars, q=np.array([np.nan]))
    assert differences(unknown, unknown) == []
    assert len(differences(unknown, bars)) == 1
