"""Oscillators of price: RSI, MACD, Stochastic. Pure."""

from __future__ import annotations

import numpy as np

from chandlery.core.candles import Candles
from chandlery.core.columns import Floats
from chandlery.core.indicators import recursion, windows
from chandlery.core.indicators.indicator import Indicator, Outputs
from chandlery.core.indicators.parameter import Values, period, source
from chandlery.core.indicators.prices import price
from chandlery.core.indicators.timeline import Timeline

LONGEST = 500


def share(part: Floats, whole: Floats) -> Floats:
    """Return 100 * part / whole; 0 where the whole is 0, NaN where it is NaN."""
    none = np.where(np.isnan(whole), np.nan, 0.0)
    return np.divide(100.0 * part, whole, out=none, where=whole > 0)


def _rsi(candles: Candles, values: Values, _: Timeline) -> Outputs:
    prices, length = price(candles, str(values["source"])), int(values["period"])
    change = np.full(len(prices), np.nan)
    change[1:] = np.diff(prices)
    gain = recursion.wilder(np.maximum(change, 0.0), length)
    loss = recursion.wilder(np.maximum(-change, 0.0), length)
    return {"rsi": share(gain, gain + loss)}


def _macd(candles: Candles, values: Values, _: Timeline) -> Outputs:
    prices = price(candles, str(values["source"]))
    fast, slow = int(values["fast"]), int(values["slow"])
    # Both averages have their first value at the same bar, where the slow one has its.
    delayed = prices.copy()
    delayed[: slow - fast] = np.nan
    macd = recursion.ema(delayed, fast) - recursion.ema(prices, slow)
    signal = recursion.ema(macd, int(values["signal"]))
    return {"macd": macd, "signal": signal, "histogram": macd - signal}


def _macd_lead(values: Values) -> int:
    slow, signal = int(values["slow"]), int(values["signal"])
    return recursion.ema_lead(slow) + recursion.ema_lead(signal)


def _macd_wrong(values: Values) -> str:
    if int(values["fast"]) < int(values["slow"]):
        return ""
    return f"fast is less than slow, found {values['fast']} and {values['slow']}"


def _stochastic(candles: Candles, values: Values, _: Timeline) -> Outputs:
    length = int(values["period"])
    low, high = windows.lowest(candles.l, length), windows.highest(candles.h, length)
    known = slice(length - 1, None)
    k, d = np.full(len(candles), np.nan), np.full(len(candles), np.nan)
    raw = share(candles.c - low, high - low)[known]
    k[known] = windows.mean(raw, int(values["smooth"]))
    known = slice(length + int(values["smooth"]) - 2, None)
    d[known] = windows.mean(k[known], int(values["signal"]))
    return {"k": k, "d": d}


def _stochastic_lead(values: Values) -> int:
    return int(values["period"]) + int(values["smooth"]) + int(values["signal"]) - 3


RSI = Indicator(
    name="rsi",
    title="Relative strength index",
    help="The rises' share of all movement, from 0 to 100, by Wilder's averages.",
    parameters=(period(14, high=LONGEST), source()),
    outputs=("rsi",),
    pane="own",
    formula=_rsi,
    lead=lambda values: 1 + recursion.wilder_lead(int(values["period"])),
)
MACD = Indicator(
    name="macd",
    title="Moving average convergence divergence",
    help="A fast exponential average less a slow one, and an average of that.",
    parameters=(
        period(12, "bars of the fast average", name="fast", high=LONGEST),
        period(26, "bars of the slow average", name="slow", high=LONGEST),
        period(9, "bars of the signal", name="signal", high=LONGEST),
        source(),
    ),
    outputs=("macd", "signal", "histogram"),
    pane="own",
    formula=_macd,
    lead=_macd_lead,
    wrong=_macd_wrong,
)
STOCHASTIC = Indicator(
    name="stochastic",
    title="Stochastic oscillator",
    help="Where the close lies between the lowest low (0) and the highest high (100).",
    parameters=(
        period(14, "bars of the range", high=LONGEST),
        period(1, "bars that k is the mean of", name="smooth", high=LONGEST),
        period(3, "bars that d is the mean of", name="signal", high=LONGEST),
    ),
    outputs=("k", "d"),
    pane="own",
    formula=_stochastic,
    lead=_stochastic_lead,
)
