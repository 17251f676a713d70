"""Average directional index. Pure."""

from __future__ import annotations

import numpy as np

from chandlery.core.candles import Candles
from chandlery.core.columns import Bools, Floats
from chandlery.core.indicators import recursion
from chandlery.core.indicators.indicator import Indicator, Outputs
from chandlery.core.indicators.momentum import LONGEST, share
from chandlery.core.indicators.parameter import Parameter, Values
from chandlery.core.indicators.prices import true_range
from chandlery.core.indicators.timeline import Timeline


def _adx(candles: Candles, values: Values, _: Timeline) -> Outputs:
    if not len(candles):
        return dict.fromkeys(("adx", "plus", "minus"), np.empty(0))
    length = int(values["period"])
    up, down = np.diff(candles.h), -np.diff(candles.l)
    ranges = _smoothed(true_range(candles)[1:], length)
    plus = share(_smoothed(np.where((up > down) & (up > 0), up, 0.0), length), ranges)
    minus = share(_smoothed(np.where((down > up) & (down > 0), down, 0.0), length), ranges)
    both = plus + minus
    moving = both > 0
    spread = np.where(np.isnan(both), np.nan, 0.0)
    spread[moving] = 100.0 * np.abs(plus - minus)[moving] / both[moving]
    return {"adx": _average(spread, moving, length), "plus": plus, "minus": minus}


def _smoothed(values: Floats, length: int) -> Floats:
    """Return Wilder's averages of the moves from bar to bar, one less than bars.

    As Wilder starts them: `length - 1` moves make the first sum, and the next is smoothed into it.
    """
    result = np.full(len(values) + 1, np.nan)
    if len(values) >= length:
        seed = float(values[: length - 1].sum()) / length
        result[length:] = recursion.follow(seed, values[length - 1 :], 1 / length)[1:]
    return result


def _average(spread: Floats, moving: Bools, length: int) -> Floats:
    """Return Wilder's average of the spread, which stays where nothing moves."""
    result = np.full(len(spread), np.nan)
    row = 2 * length - 1
    if len(spread) > row:
        seed = float(spread[length : row + 1].mean())
        counts = moving[row + 1 :]
        steps = recursion.follow(seed, spread[row + 1 :][counts], 1 / length)
        result[row] = seed
        result[row + 1 :] = steps[np.cumsum(counts)]
    return result


def _lead(values: Values) -> int:
    # The average is right only after what it averages has been right for long enough.
    return 1 + 2 * recursion.wilder_lead(int(values["period"]))


ADX = Indicator(
    name="adx",
    title="Average directional index",
    help="How strong a trend is (adx), and the shares of rises (plus) and falls (minus).",
    parameters=(Parameter("period", "int", 14, "bars", 2, LONGEST),),
    outputs=("adx", "plus", "minus"),
    pane="own",
    formula=_adx,
    lead=_lead,
)
