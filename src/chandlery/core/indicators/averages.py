"""Moving averages: simple, exponential, weighted. Pure."""

from __future__ import annotations

import numpy as np

from chandlery.core.candles import Candles
from chandlery.core.indicators import recursion, windows
from chandlery.core.indicators.indicator import Indicator, Outputs
from chandlery.core.indicators.parameter import Values, period, source
from chandlery.core.indicators.prices import price
from chandlery.core.indicators.timeline import Timeline

LONGEST = 1_000


def _window(values: Values) -> int:
    return int(values["period"]) - 1


def _sma(candles: Candles, values: Values, _: Timeline) -> Outputs:
    prices = price(candles, str(values["source"]))
    return {"sma": windows.mean(prices, int(values["period"]))}


def _ema(candles: Candles, values: Values, _: Timeline) -> Outputs:
    prices = price(candles, str(values["source"]))
    return {"ema": recursion.ema(prices, int(values["period"]))}


def _wma(candles: Candles, values: Values, _: Timeline) -> Outputs:
    weights = np.arange(1.0, int(values["period"]) + 1)
    prices = price(candles, str(values["source"]))
    return {"wma": windows.weighted(prices, weights) / weights.sum()}


SMA = Indicator(
    name="sma",
    title="Simple moving average",
    help="The mean of the last bars' prices.",
    parameters=(period(20, high=LONGEST), source()),
    outputs=("sma",),
    pane="overlay",
    formula=_sma,
    lead=_window,
)
EMA = Indicator(
    name="ema",
    title="Exponential moving average",
    help="An average that moves to each price by 2 / (period + 1) of the difference.",
    parameters=(period(20, high=LONGEST), source()),
    outputs=("ema",),
    pane="overlay",
    formula=_ema,
    lead=lambda values: recursion.ema_lead(int(values["period"])),
)
WMA = Indicator(
    name="wma",
    title="Weighted moving average",
    help="The mean of the last bars' prices, the newest weighing most and the oldest 1.",
    parameters=(period(20, high=LONGEST), source()),
    outputs=("wma",),
    pane="overlay",
    formula=_wma,
    lead=_window,
)
