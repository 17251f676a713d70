"""Counting requests: percentiles close to the exact ones, in bounded memory."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.engine.statistics import (
    BOUNDS_S,
    MOST_ROUTES,
    OTHER,
    Figure,
    Histogram,
    Statistics,
)

durations = st.floats(2e-5, 90.0)


def test_bounds_ascend_a_quarter_apart() -> None:
    ratios = [b / a for a, b in pairwise(BOUNDS_S)]
    assert (BOUNDS_S[0], BOUNDS_S[-1]) == (1e-5, 100.0)
    assert all(1.2 < ratio < 1.3 for ratio in ratios)


@given(values=st.lists(durations, min_size=1, max_size=300), share=st.floats(0.01, 1.0))
def test_a_quantile_is_within_its_bucket_of_the_exact_one(
    values: list[float], share: float
) -> None:
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    exact = sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
    found = histogram.quantile(share)
    assert found is not None
    assert exact / 1.29 <= found <= exact * 1.29
    assert found <= max(values)
    assert histogram.count == len(values)
    assert histogram.total == pytest.approx(sum(values))


def test_quantiles_stand_where_they_are_expected() -> None:
    histogram = Histogram()
    for millisecond in range(1, 1_001):
        histogram.add(millisecond / 1_000)
    found = histogram.quantiles_ms()
    assert found["p50_ms"] == pytest.approx(500, rel=0.02)
    assert found["p95_ms"] == pytest.approx(950, rel=0.06)
    assert found["p99_ms"] == pytest.approx(990, rel=0.02)


def test_nothing_counted_has_no_quantiles() -> None:
    assert Histogram().quantile(0.5) is None
    assert Histogram().quantiles_ms() == {}


def test_what_is_shorter_or_longer_than_all_buckets_is_counted() -> None:
    histogram = Histogram()
    for value in (0.0, 1e-7, 5_000.0):
        histogram.add(value)
    assert histogram.count == 3
    assert histogram.quantile(1.0) == 5_000.0
    assert (histogram.quantile(0.3) or 0.0) <= 1e-5


def test_requests_are_counted_by_route_and_status() -> None:
    statistics = Statistics()
    for status in (200, 200, 304, 404, 503, 503):
        statistics.observe("/a", status, 0.001)
    statistics.observe("/b", 200, 0.5)
    route = statistics.routes["/a"]
    assert (route.count, route.errors) == (6, {404: 1, 503: 2})
    assert statistics.routes["/b"].errors == {}


def test_routes_beyond_the_limit_are_counted_together() -> None:
    statistics = Statistics()
    for row in range(MOST_ROUTES + 20):
        statistics.observe(f"/{row}", 200, 0.001)
    assert len(statistics.routes) == MOST_ROUTES + 1
    assert statistics.routes[OTHER].count == 20


def test_a_figure_is_read_when_somebody_looks_and_has_a_name_of_its_own() -> None:
    statistics, now = Statistics(), [1.0]
    figure = Figure("queue_rows", "Rows that wait.", lambda: now[0])
    statistics.register(figure)
    now[0] = 7.0
    assert statistics.figures["queue_rows"].read() == 7.0
    with pytest.raises(ValueError, match="queue_rows"):
        statistics.register(figure)
