"""What holds for every indicator: no value changes later, and a warm-up is as good as all bars."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chandlery.core.calendar import Calendar
from chandlery.core.candles import Candles
from chandlery.core.indicators import INDICATORS, Indicator, Timeline, Value
from chandlery.core.resolution import Resolution
from tests.core.indicators.walks import START, at, some_values, studies, walk, walks
from tests.strategies import CALENDARS

NAMES = sorted(INDICATORS)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data(), candles=walks(), share=st.floats(0, 1))
@settings(max_examples=25)
def test_no_value_depends_on_a_later_bar(
    name: str, data: st.DataObject, candles: Candles, share: float
) -> None:
    values = data.draw(some_values(INDICATORS[name], 40))
    count = round(share * len(candles))
    part = INDICATORS[name].compute(candles.take(slice(0, count)), values)
    for output, column in INDICATORS[name].compute(candles, values).items():
        np.testing.assert_allclose(part[output], column[:count], rtol=1e-12, err_msg=output)


@given(study=studies(), candles=walks(60))
def test_there_is_a_value_for_every_bar_and_output(
    study: tuple[Indicator, dict[str, Value]], candles: Candles
) -> None:
    indicator, values = study
    outputs = indicator.compute(candles, values)
    assert tuple(outputs) == indicator.outputs
    for column in outputs.values():
        assert column.shape == (len(candles),)
        assert column.dtype == np.float64
        assert not np.isinf(column).any()


def _equal(name: str, own: Candles, whole: Candles, values: dict[str, Value]) -> None:
    """Compare what is computed over part of the bars and over all, at the last bars."""
    warm = len(own) - 40
    found = INDICATORS[name].compute(own, values)
    for output, column in INDICATORS[name].compute(whole, values).items():
        expected = column[-40:]
        # A difference of averages has no digits of its own where it crosses zero.
        near = 1e-9 * float(own.c.max()) if name == "macd" else 0.0
        assert not np.isnan(expected).any()
        np.testing.assert_allclose(
            found[output][warm:], expected, rtol=1e-9, atol=near, err_msg=output
        )


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"vwap", "obv"}))
@given(data=st.data(), seed=st.integers(0, 1 << 32), earlier=st.integers(1, 2_000))
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_a_warm_up_is_as_good_as_all_bars(
    name: str, data: st.DataObject, seed: int, earlier: int
) -> None:
    values = data.draw(st.just({}) | some_values(INDICATORS[name], 60))
    warm = INDICATORS[name].warm_up(values)
    candles = walk(seed, earlier + warm + 40)
    _equal(name, candles.take(slice(earlier, None)), candles, values)


@pytest.mark.parametrize("name", ["sma", "wma", "bollinger", "stochastic", "ichimoku"])
def test_a_window_needs_no_bar_less_than_its_warm_up(name: str) -> None:
    warm = INDICATORS[name].warm_up()
    outputs = INDICATORS[name].compute(walk(1, warm + 1)).values()
    assert all(not np.isnan(column[warm]) for column in outputs)
    assert any(np.isnan(column[warm - 1]) for column in outputs)


@given(
    seed=st.integers(0, 1 << 32),
    calendar=st.sampled_from(list(CALENDARS.values())),
    resolution=st.sampled_from(["15m", "1h", "1d", "1w"]).map(Resolution.parse),
    anchor=st.sampled_from(["day", "week", "month"]),
    row=st.integers(0, 199),
)
@settings(max_examples=40)
def test_vwap_needs_the_bars_since_its_anchor(
    seed: int, calendar: Calendar, resolution: Resolution, anchor: str, row: int
) -> None:
    times = calendar.bars(resolution, START, START + 2_000 * resolution.seconds)[-200:]
    candles, timeline = at(walk(seed, len(times)), times), Timeline(calendar, resolution)
    vwap, values = INDICATORS["vwap"], {"anchor": anchor}
    row = min(row, len(times) - 1)
    since = vwap.since(values, timeline, int(times[row]))
    assert since is not None
    part = vwap.compute(candles.take(times >= since), values, timeline)["vwap"]
    whole = vwap.compute(candles, values, timeline)["vwap"]
    left = len(times) - row
    np.testing.assert_array_equal(part[-left:], whole[-left:])


@given(candles=walks(200), first=st.integers(0, 199))
def test_obv_over_part_of_the_bars_differs_by_a_constant(candles: Candles, first: int) -> None:
    whole = INDICATORS["obv"].compute(candles)["obv"][first:]
    part = INDICATORS["obv"].compute(candles.take(slice(first, None)))["obv"]
    expected = whole - whole[0] if len(whole) else whole
    np.testing.assert_allclose(part, expected, rtol=1e-9, atol=1e-9)
    assert INDICATORS["obv"].is_cumulative
