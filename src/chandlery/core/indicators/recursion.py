"""Averages that feed on their own last value: exponential ones, and Wilder's. Pure.

Plain floats in a plain loop: 40 ns a bar, which no way of undoing the recursion with columns
beats without losing digits.
"""

from __future__ import annotations

import math

import numpy as np

from chandlery.core.columns import Floats

LEFT = 1e-12
"""How much of its start a recursion may still hold where its values are called right.

A thousandth of the 1e-9 that is promised: the start may weigh a thousand times the value.
"""


def follow(seed: float, values: Floats, alpha: float) -> Floats:
    """Return the seed, and after it the averages that move by `alpha` towards each value."""
    last = seed
    result = [last]
    append = result.append
    for value in values.tolist():
        last += (value - last) * alpha
        append(last)
    return np.array(result)


def exponential(values: Floats, length: int, alpha: float) -> Floats:
    """Return the average at each row, which starts as the mean of the first `length` values.

    Values that are NaN at the beginning count as not there.
    """
    result = np.full(len(values), np.nan)
    known = np.flatnonzero(~np.isnan(values))
    start = int(known[0]) if len(known) else len(values)
    if start + length <= len(values):
        row = start + length - 1
        seed = float(values[start : row + 1].mean())
        result[row:] = follow(seed, values[row + 1 :], alpha)
    return result


def ema(values: Floats, length: int) -> Floats:
    """Return the exponential average of `length` bars."""
    return exponential(values, length, ema_alpha(length))


def wilder(values: Floats, length: int) -> Floats:
    """Return Wilder's average of `length` bars."""
    return exponential(values, length, 1 / length)


def ema_alpha(length: int) -> float:
    """Return how far an exponential average moves to each value."""
    return 2 / (length + 1)


def decay(alpha: float) -> int:
    """Return after how many bars less than `LEFT` of a start is left."""
    return 0 if alpha >= 1 else math.ceil(math.log(LEFT) / math.log1p(-alpha))


def ema_lead(length: int) -> int:
    """Return how many bars an exponential average needs before it is right."""
    return length - 1 + decay(ema_alpha(length))


def wilder_lead(length: int) -> int:
    """Return how many bars Wilder's average needs before it is right."""
    return length - 1 + decay(1 / length)
