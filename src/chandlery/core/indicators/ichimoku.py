"""Ichimoku's lines. Pure."""

from __future__ import annotations

from chandlery.core.candles import Candles
from chandlery.core.columns import Floats
from chandlery.core.indicators import windows
from chandlery.core.indicators.indicator import Indicator, Outputs
from chandlery.core.indicators.momentum import LONGEST
from chandlery.core.indicators.parameter import Values, period
from chandlery.core.indicators.timeline import Timeline


def _ichimoku(candles: Candles, values: Values, _: Timeline) -> Outputs:
    conversion = _middle(candles, int(values["conversion"]))
    base = _middle(candles, int(values["base"]))
    return {
        "conversion": conversion,
        "base": base,
        "span_a": (conversion + base) / 2,
        "span_b": _middle(candles, int(values["span"])),
        "lagging": candles.c.copy(),
    }


def _middle(candles: Candles, length: int) -> Floats:
    """Return the middle between the highest high and the lowest low."""
    return (windows.highest(candles.h, length) + windows.lowest(candles.l, length)) / 2


def _shifts(values: Values) -> dict[str, int]:
    # The bar itself counts as the first, as on charts: 26 puts the cloud 25 bars ahead.
    bars = int(values["displacement"]) - 1
    return {"span_a": bars, "span_b": bars, "lagging": -bars}


def _lead(values: Values) -> int:
    return max(int(values[name]) for name in ("conversion", "base", "span")) - 1


ICHIMOKU = Indicator(
    name="ichimoku",
    title="Ichimoku cloud",
    help="Middles of high and low over three lengths; spans are drawn ahead, the close behind.",
    parameters=(
        period(9, "bars of the conversion line", name="conversion", high=LONGEST),
        period(26, "bars of the base line", name="base", high=LONGEST),
        period(52, "bars of span b", name="span", high=LONGEST),
        period(26, "bars spans and close are moved by", name="displacement", high=LONGEST),
    ),
    outputs=("conversion", "base", "span_a", "span_b", "lagging"),
    pane="overlay",
    formula=_ichimoku,
    lead=_lead,
    shifts=_shifts,
)
