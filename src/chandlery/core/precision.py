"""How many decimals a market's prices and sizes are shown with, told by the numbers alone. Pure."""

from __future__ import annotations

import math

import numpy as np

from chandlery.core.columns import Floats

MOST_DECIMALS = 16
"""A larger scale makes float64 noise visible in TradingView's charts."""
MOST_VOLUME_DECIMALS = 8

_LEAST_DIGITS = 5
_COMPUTED_DIGITS = 8
_QUOTED_BELOW = 1e12
"""Numbers with more digits than 12 were computed (a swap's ratio), not quoted."""
_NOISE = 4e-15
"""The relative error that a few float64 operations leave behind."""


def price_scale_of(prices: Floats) -> int:
    """Return the power of ten, up to 10**16, that makes shown prices whole; 0 without a price.

    Quoted prices keep all their decimals. Computed ones, if they are most, are shown with 8
    significant digits. The middle price has at least 5.
    """
    prices = _positive(prices)
    if not len(prices):
        return 0
    middle = float(np.median(prices))
    decimals = max(_decimals_for(_LEAST_DIGITS, middle), _decimals(prices, middle), 0)
    scale: int = 10 ** min(decimals, MOST_DECIMALS)
    return scale


def needs_new_scale(reference: float, price: float) -> bool:
    """Return whether a price is tenfold away from the one the scale was made for."""
    return not reference > 0 or not reference / 10 < price < reference * 10


def volume_precision_of(sizes: Floats) -> int:
    """Return the decimals, 0 to 8, that sizes are shown with."""
    sizes = _positive(sizes)
    if not len(sizes):
        return 0
    decimals = _decimals(sizes, float(np.median(sizes)))
    return min(max(decimals, 0), MOST_VOLUME_DECIMALS)


def _positive(values: Floats) -> Floats:
    """Return the distinct positive finite values."""
    return np.unique(values[np.isfinite(values) & (values > 0)])


def _decimals(values: Floats, middle: float) -> int:
    """Return the decimals of the quoted values, or a computed number's if most are computed."""
    pending, most = values, 0
    for decimals in range(MOST_DECIMALS + 1):
        scaled = pending * 10.0**decimals
        nearest = np.rint(scaled)
        is_whole = (nearest > 0) & (np.abs(scaled - nearest) <= _NOISE * scaled)
        is_quoted = is_whole & (nearest < _QUOTED_BELOW)
        most = decimals if is_quoted.any() else most
        pending = pending[~is_quoted]
    if 2 * len(pending) > len(values):
        return _decimals_for(_COMPUTED_DIGITS, middle)
    return most


def _decimals_for(digits: int, value: float) -> int:
    """Return the decimals that show a value with so many significant digits."""
    return digits - 1 - math.floor(math.log10(value))
