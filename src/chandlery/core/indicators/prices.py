"""The columns that formulas start from. Pure."""

from __future__ import annotations

import numpy as np

from chandlery.core.candles import Candles
from chandlery.core.columns import Floats


def price(candles: Candles, source: str) -> Floats:
    """Return a price of each bar: a column, or the mean of some."""
    if source in ("o", "h", "l", "c"):
        column: Floats = getattr(candles, source)
        return column
    if source == "hl2":
        return (candles.h + candles.l) / 2
    if source == "hlc3":
        return (candles.h + candles.l + candles.c) / 3
    return (candles.o + candles.h + candles.l + candles.c) / 4


def volume(candles: Candles) -> Floats:
    """Return the volumes, 0 where it is not known."""
    return np.nan_to_num(candles.v, nan=0.0)


def true_range(candles: Candles) -> Floats:
    """Return how far each bar went, from the close before; the first bar has none."""
    result = np.full(len(candles), np.nan)
    before = candles.c[:-1]
    result[1:] = np.maximum(candles.h[1:], before) - np.minimum(candles.l[1:], before)
    return result
