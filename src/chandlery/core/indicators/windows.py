"""Formulas over the last `length` values, at every row. Pure.

The first `length - 1` rows are NaN. Each window is computed by itself, not from the one before:
nothing adds up over many bars, and a value does not depend on where the column begins.
"""

from __future__ import annotations

import numpy as np

from chandlery.core.columns import Floats


def weighted(values: Floats, weights: Floats) -> Floats:
    """Return the sum of each window's values times the weights, oldest first."""
    result = np.full(len(values), np.nan)
    length = len(weights)
    if len(values) >= length:
        result[length - 1 :] = np.correlate(values, weights, "valid")
    return result


def mean(values: Floats, length: int) -> Floats:
    """Return each window's mean."""
    return weighted(values, np.ones(length)) / length


def deviation(values: Floats, length: int) -> Floats:
    """Return each window's standard deviation, that of a population."""
    result = np.full(len(values), np.nan)
    windows = len(values) - length + 1
    if windows > 0:
        middle = mean(values, length)[length - 1 :]
        squares, away = np.zeros((2, windows))
        for offset in range(length):
            np.subtract(values[offset : offset + windows], middle, out=away)
            np.multiply(away, away, out=away)
            squares += away
        result[length - 1 :] = np.sqrt(squares / length)
    return result


def highest(values: Floats, length: int) -> Floats:
    """Return each window's maximum.

    Windows of 1, 2, 4 ... are the maxima of two of the size before, and any window is that of two
    such that overlap.
    """
    result = np.full(len(values), np.nan)
    if len(values) < length:
        return result
    size, best = 1, values
    while 2 * size <= length:
        best = np.maximum(best[:-size], best[size:])
        size *= 2
    windows = len(values) - length + 1
    result[length - 1 :] = np.maximum(best[:windows], best[length - size :])
    return result


def lowest(values: Floats, length: int) -> Floats:
    """Return each window's minimum."""
    return -highest(-values, length)
