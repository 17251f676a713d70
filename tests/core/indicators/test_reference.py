"""What is quick is what its definition says, for the indicators TA-Lib does not have."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chandlery.core.calendar import Calendar
from chandlery.core.candles import Candles
from chandlery.core.indicators import INDICATORS, Timeline, windows
from chandlery.core.resolution import Resolution
from tests.core.indicators import reference
from tests.core.indicators.walks import START, at, walk, walks
from tests.strategies import CALENDARS

lengths = st.integers(1, 60)


@given(candles=walks(200), conversion=lengths, base=lengths, span=lengths)
def test_ichimoku(candles: Candles, conversion: int, base: int, span: int) -> None:
    values = {"conversion": conversion, "base": base, "span": span}
    own = INDICATORS["ichimoku"].compute(candles, values)
    expected = reference.ichimoku(candles, conversion, base, span)
    for name, column in expected.items():
        np.testing.assert_array_equal(own[name], column, err_msg=name)


@given(candles=walks(), length=st.integers(1, 30), multiplier=st.floats(0.25, 6))
def test_supertrend(candles: Candles, length: int, multiplier: float) -> None:
    own = INDICATORS["supertrend"].compute(candles, {"period": length, "multiplier": multiplier})
    line, direction = reference.supertrend(candles, length, multiplier)
    np.testing.assert_allclose(own["supertrend"], line, rtol=1e-9)
    np.testing.assert_array_equal(own["direction"], direction)


@given(candles=walks(), length=st.integers(1, 30))
def test_average_true_range(candles: Candles, length: int) -> None:
    own = INDICATORS["atr"].compute(candles, {"period": length})["atr"]
    np.testing.assert_allclose(own, reference.atr(candles, length), rtol=1e-9)


@given(candles=walks(120), unknown=st.sets(st.integers(0, 119)))
def test_volumes_that_are_not_known_count_as_zero(candles: Candles, unknown: set[int]) -> None:
    volume = candles.v.copy()
    volume[[row for row in unknown if row < len(volume)]] = np.nan
    candles = replace(candles, v=volume)
    own = INDICATORS["obv"].compute(candles)["obv"]
    expected = reference.obv(candles.c.tolist(), volume.tolist())
    np.testing.assert_allclose(own, expected, rtol=1e-9, atol=1e-9)
    prices = (candles.h + candles.l + candles.c) / 3
    days = (candles.t // 86_400).tolist()
    own = INDICATORS["vwap"].compute(candles)["vwap"]
    np.testing.assert_allclose(
        own, reference.vwap(prices.tolist(), volume.tolist(), days), rtol=1e-9
    )


@given(
    seed=st.integers(0, 1 << 32),
    calendar=st.sampled_from(list(CALENDARS.values())),
    resolution=st.sampled_from(["30m", "1h", "4h", "1d", "1w"]).map(Resolution.parse),
    anchor=st.sampled_from(["day", "week", "month"]),
    first=st.integers(0, 400),
)
@settings(max_examples=60)
def test_vwap_begins_anew_with_the_markets_own_days(
    seed: int, calendar: Calendar, resolution: Resolution, anchor: str, first: int
) -> None:
    start = START + first * 86_400
    times = calendar.bars(resolution, start, start + 200 * resolution.seconds)
    candles = at(walk(seed, len(times)), times)
    moments = calendar.open(resolution, times)
    period = calendar.floor(Resolution.parse(f"1 {anchor}".replace(" ", "")), moments)
    values = {"anchor": anchor, "source": "c"}
    own = INDICATORS["vwap"].compute(candles, values, Timeline(calendar, resolution))["vwap"]
    expected = reference.vwap(candles.c.tolist(), candles.v.tolist(), period.tolist())
    np.testing.assert_allclose(own, expected, rtol=1e-9)


def test_a_night_session_is_one_day_of_vwap() -> None:
    calendar = CALENDARS["new york forex"]
    hour = Resolution.parse("1h")
    times = calendar.bars(hour, START, START + 3 * 86_400)
    candles = replace(at(walk(5, len(times)), times), v=np.ones(len(times)))
    timeline = Timeline(calendar, hour)
    own = INDICATORS["vwap"].compute(candles, {"source": "c"}, timeline)["vwap"]
    restarts = np.flatnonzero(own == candles.c)[1:]
    assert {int(t) % 86_400 for t in times[restarts]} == {22 * 3600}


@given(candles=walks(120), length=st.integers(1, 130))
def test_extremes_and_deviations_of_windows(candles: Candles, length: int) -> None:
    nothing = [np.nan] * min(length - 1, len(candles))
    seen = [candles.c[row + 1 - length : row + 1] for row in range(length - 1, len(candles))]
    high, low = windows.highest(candles.c, length), windows.lowest(candles.c, length)
    np.testing.assert_array_equal(high, nothing + [float(each.max()) for each in seen])
    np.testing.assert_array_equal(low, nothing + [float(each.min()) for each in seen])
    expected = nothing + [float(each.std()) for each in seen]
    np.testing.assert_allclose(windows.deviation(candles.c, length), expected, atol=1e-12)


@pytest.mark.parametrize("factor", [1e-16, 1e-6, 1e9])
def test_tiny_and_huge_prices_are_computed_alike(factor: float) -> None:
    candles = walk(3, 400)
    scaled = replace(
        candles,
        **{name: getattr(candles, name) * factor for name in ("o", "h", "l", "c")},
    )
    for name in ("rsi", "stochastic", "adx"):
        own, expected = INDICATORS[name].compute(scaled), INDICATORS[name].compute(candles)
        for output, column in expected.items():
            np.testing.assert_allclose(own[output], column, rtol=1e-9, atol=1e-9, err_msg=name)
    own, expected = (
        INDICATORS["bollinger"].compute(scaled),
        INDICATORS["bollinger"].compute(candles),
    )
    np.testing.assert_allclose(own["upper"], expected["upper"] * factor, rtol=1e-9)


def test_the_spans_are_drawn_ahead_and_the_close_behind() -> None:
    indicator = INDICATORS["ichimoku"]
    assert indicator.displacement() == {
        "conversion": 0,
        "base": 0,
        "span_a": 25,
        "span_b": 25,
        "lagging": -25,
    }
    assert indicator.displacement({"displacement": 1})["span_a"] == 0
