"""Indicators of volume: VWAP and OBV. A volume that is not known counts as 0. Pure."""

from __future__ import annotations

import numpy as np

from chandlery.core.candles import Candles
from chandlery.core.columns import Floats, Int64s
from chandlery.core.indicators.indicator import Indicator, Outputs
from chandlery.core.indicators.parameter import Parameter, Values, source
from chandlery.core.indicators.prices import price, volume
from chandlery.core.indicators.timeline import Timeline
from chandlery.core.resolution import Resolution, Unit

ANCHORS = {
    "day": Resolution(1, Unit.DAY),
    "week": Resolution(1, Unit.WEEK),
    "month": Resolution(1, Unit.MONTH),
}


def _vwap(candles: Candles, values: Values, timeline: Timeline) -> Outputs:
    period = timeline.periods(ANCHORS[str(values["anchor"])], candles.t)
    sizes = volume(candles)
    paid = _running(price(candles, str(values["source"])) * sizes, period)
    traded = _running(sizes, period)
    nothing = np.full(len(candles), np.nan)
    return {"vwap": np.divide(paid, traded, out=nothing, where=traded > 0)}


def _running(values: Floats, period: Int64s) -> Floats:
    """Return the sums since each period began.

    Not one sum over all bars less what it was when the period began: that loses digits.
    """
    total, current, result = 0.0, None, []
    for value, own in zip(values.tolist(), period.tolist(), strict=True):
        if own != current:
            total, current = 0.0, own
        total += value
        result.append(total)
    return np.array(result, dtype=np.float64)


def _anchored(values: Values, timeline: Timeline, t: int) -> int:
    return timeline.since(ANCHORS[str(values["anchor"])], t)


def _obv(candles: Candles, _: Values, __: Timeline) -> Outputs:
    signed = np.zeros(len(candles))
    signed[1:] = np.sign(np.diff(candles.c)) * volume(candles)[1:]
    return {"obv": np.cumsum(signed)}


def _no_bars(_: Values) -> int:
    return 0


VWAP = Indicator(
    name="vwap",
    title="Volume-weighted average price",
    help="The mean price since the trading day (week, month) began, weighed by volume.",
    parameters=(
        Parameter("anchor", "choice", "day", "where it begins anew", choices=tuple(ANCHORS)),
        source("hlc3"),
    ),
    outputs=("vwap",),
    pane="overlay",
    formula=_vwap,
    lead=_no_bars,
    anchored=_anchored,
)
OBV = Indicator(
    name="obv",
    title="On-balance volume",
    help="Volumes added up, those of bars that closed lower subtracted; 0 at the first bar read.",
    parameters=(),
    outputs=("obv",),
    pane="own",
    formula=_obv,
    lead=_no_bars,
    is_cumulative=True,
)
