"""Average true range, and SuperTrend which is made of it. Pure."""

from __future__ import annotations

import math

import numpy as np

from chandlery.core.candles import Candles
from chandlery.core.columns import Floats
from chandlery.core.indicators import recursion
from chandlery.core.indicators.indicator import Indicator, Outputs
from chandlery.core.indicators.momentum import LONGEST
from chandlery.core.indicators.parameter import Parameter, Values, period
from chandlery.core.indicators.prices import price, true_range
from chandlery.core.indicators.timeline import Timeline

UP, DOWN = 1.0, -1.0


def _atr(candles: Candles, values: Values, _: Timeline) -> Outputs:
    return {"atr": recursion.wilder(true_range(candles), int(values["period"]))}


def _supertrend(candles: Candles, values: Values, _: Timeline) -> Outputs:
    length = int(values["period"])
    away = recursion.wilder(true_range(candles), length) * float(values["multiplier"])
    line, direction = np.full((2, len(candles)), np.nan)
    if len(candles) > length:
        middle = price(candles, "hl2")[length:]
        lower, upper = middle - away[length:], middle + away[length:]
        line[length:], direction[length:] = _trend(lower, upper, candles.c[length:])
    return {"supertrend": line, "direction": direction}


def _trend(lower: Floats, upper: Floats, close: Floats) -> tuple[list[float], list[float]]:
    """Return the line that follows the price, and on which side of it the price is.

    The line under a rising price never falls, the one over a falling price never rises, until a
    close beyond it turns the trend. The first bar is called falling.
    """
    lines, directions = [], []
    floor, ceiling, last, direction = float("-inf"), float("inf"), float(close[0]), DOWN
    for under, over, now in zip(lower.tolist(), upper.tolist(), close.tolist(), strict=True):
        if under > floor or last < floor:
            floor = under
        if over < ceiling or last > ceiling:
            ceiling = over
        if direction == DOWN:
            direction = UP if now > ceiling else DOWN
        else:
            direction = DOWN if now < floor else UP
        lines.append(floor if direction == UP else ceiling)
        directions.append(direction)
        last = now
    return lines, directions


def _supertrend_lead(values: Values) -> int:
    # Lines with different starts do not come near each other: they become one when the price has
    # been beyond both. A random walk of 20 average ranges is seen to take 4,000 bars, and the
    # number goes with the square of the distance; five times that is read.
    settling = 200 + math.ceil(50 * float(values["multiplier"]) ** 2)
    return 1 + recursion.wilder_lead(int(values["period"])) + settling


ATR = Indicator(
    name="atr",
    title="Average true range",
    help="How far the price goes in a bar, gaps included, by Wilder's average.",
    parameters=(period(14, high=LONGEST),),
    outputs=("atr",),
    pane="own",
    formula=_atr,
    lead=lambda values: 1 + recursion.wilder_lead(int(values["period"])),
)
SUPERTREND = Indicator(
    name="supertrend",
    title="SuperTrend",
    help="A line some average true ranges behind the price; direction is 1 rising, -1 falling.",
    parameters=(
        period(10, "bars of the average true range", high=LONGEST),
        Parameter("multiplier", "float", 3.0, "average true ranges to the line", 0.01, 20),
    ),
    outputs=("supertrend", "direction"),
    pane="overlay",
    formula=_supertrend,
    lead=_supertrend_lead,
)
