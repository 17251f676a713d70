"""How activity rises and falls over the day. Pure.

Activity is measured in load: the integral of the intensity over days, one a day on average.
"""

from __future__ import annotations

import numpy as np

from chandlery.core.columns import US, Floats, Int64s

DAY_US = 86_400 * US

DAILY, DAILY_PEAK = 0.55, 15.5 / 24
TWICE_DAILY, TWICE_DAILY_PEAK = 0.2, 8.5 / 24
"""Two waves over the UTC day: busiest in the afternoon, when two continents are at work."""

_KNOT_US = 600 * US
_TURN = 2 * np.pi


def load(start_us: int, times_us: Int64s) -> Floats:
    """Return the load between a moment and others, in days of average activity."""
    days: Floats = (times_us - start_us) / DAY_US
    return days + _wave(times_us) - _wave(np.array([start_us]))


def load_between(start_us: int, end_us: int) -> float:
    """Return the load of an interval."""
    return float(load(start_us, np.array([end_us]))[0])


def offsets_us(start_us: int, end_us: int, parts: Floats) -> Int64s:
    """Return how far into the interval each part, in [0, 1), of its load has passed."""
    knots = np.linspace(0, end_us - start_us, 2 + (end_us - start_us) // _KNOT_US)
    loads = load(start_us, start_us + knots.astype(np.int64))
    offsets = np.interp(parts * loads[-1], loads, knots).astype(np.int64)
    inside: Int64s = np.minimum(offsets, end_us - start_us - 1)
    return inside


def _wave(times_us: Int64s) -> Floats:
    """Return the integral of the waves from a common origin, which adds nothing over a day."""
    day: Floats = (times_us % DAY_US) / DAY_US
    daily: Floats = DAILY * np.sin(_TURN * (day - DAILY_PEAK)) / _TURN
    twice: Floats = TWICE_DAILY * np.sin(2 * _TURN * (day - TWICE_DAILY_PEAK)) / (2 * _TURN)
    return daily + twice
