from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from chandlery.core.calendar import Calendar
from chandlery.core.marks import bar_times, is_open_within
from chandlery.core.resolution import Resolution
from tests.strategies import CALENDARS

MINUTE = Resolution.parse("1m")


def _moment(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_a_moment_is_shown_by_its_bar_or_the_one_before_or_the_first() -> None:
    bars = np.array([120, 300, 360])
    moments = np.array([0, 119, 121, 299, 300, 359, 999])
    found = bar_times(Calendar(), MINUTE, moments, bars)
    assert found.tolist() == [120, 120, 120, 120, 300, 300, 360]


def test_without_bars_the_grid_is_taken() -> None:
    found = bar_times(Calendar(), MINUTE, np.array([61]), np.empty(0, dtype=np.int64))
    assert found.tolist() == [60]


def test_a_night_and_a_weekend_are_not_open() -> None:
    stocks = CALENDARS["new york stocks"]
    close, opening = _moment("2024-07-05T20:00"), _moment("2024-07-08T13:30")
    assert not is_open_within(stocks, close, opening)
    assert is_open_within(stocks, close, opening + 1)
    assert is_open_within(stocks, close - 30, opening)
    assert is_open_within(stocks, close, close + 30 * 86_400)
    assert is_open_within(Calendar(), close, close + 1)
