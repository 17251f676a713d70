from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.core.adaptive import DAY_S, adapted
from chandlery.core.resolution import Resolution
from tests.strategies import resolutions


@pytest.mark.parametrize(
    ("asked", "days", "chosen"),
    [
        ("1s", 0, "1s"),
        ("1m", 30, "1m"),
        ("1m", 30.001, "15m"),
        ("30m", 31, "30m"),
        ("1m", 90, "15m"),
        ("1m", 91, "1h"),
        ("2h", 91, "2h"),
        ("1m", 365, "1h"),
        ("4h", 366, "1d"),
        ("1w", 4_000, "1w"),
    ],
)
def test_long_ranges_get_coarse_bars(asked: str, days: float, chosen: str) -> None:
    assert str(adapted(Resolution.parse(asked), int(days * DAY_S))) == chosen


@given(resolutions(), st.integers(-1, 10**10), st.integers(0, 10**9))
def test_bars_never_get_finer(resolution: Resolution, span: int, more: int) -> None:
    chosen = adapted(resolution, span)
    assert chosen >= resolution
    assert adapted(resolution, span + more) >= chosen
