"""Bollinger bands. Pure."""

from __future__ import annotations

from chandlery.core.candles import Candles
from chandlery.core.indicators import windows
from chandlery.core.indicators.indicator import Indicator, Outputs
from chandlery.core.indicators.parameter import Parameter, Values, period, source
from chandlery.core.indicators.prices import price
from chandlery.core.indicators.timeline import Timeline


def _bollinger(candles: Candles, values: Values, _: Timeline) -> Outputs:
    prices, length = price(candles, str(values["source"])), int(values["period"])
    middle = windows.mean(prices, length)
    width = windows.deviation(prices, length) * float(values["multiplier"])
    return {"upper": middle + width, "middle": middle, "lower": middle - width}


BOLLINGER = Indicator(
    name="bollinger",
    title="Bollinger bands",
    help="The mean of the last bars' prices, and bands some standard deviations away from it.",
    parameters=(
        period(20, high=500),
        Parameter("multiplier", "float", 2.0, "standard deviations to the bands", 0.01, 50),
        source(),
    ),
    outputs=("upper", "middle", "lower"),
    pane="overlay",
    formula=_bollinger,
    lead=lambda values: int(values["period"]) - 1,
)
