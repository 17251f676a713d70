"""All indicators, by name. Pure."""

from __future__ import annotations

from difflib import get_close_matches

from chandlery.core.errors import UsageError
from chandlery.core.indicators.averages import EMA, SMA, WMA
from chandlery.core.indicators.bollinger import BOLLINGER
from chandlery.core.indicators.directional import ADX
from chandlery.core.indicators.ichimoku import ICHIMOKU
from chandlery.core.indicators.indicator import Indicator
from chandlery.core.indicators.momentum import MACD, RSI, STOCHASTIC
from chandlery.core.indicators.parameter import MOST_SHOWN, Value, Values
from chandlery.core.indicators.ranges import ATR, SUPERTREND
from chandlery.core.indicators.volumes import OBV, VWAP

_ALL = (
    *(SMA, EMA, WMA, VWAP, BOLLINGER, RSI, MACD),
    *(ATR, STOCHASTIC, ADX, OBV, ICHIMOKU, SUPERTREND),
)
INDICATORS: dict[str, Indicator] = {each.name: each for each in _ALL}


def indicator(name: str) -> Indicator:
    """Return the indicator of a name; case does not matter.

    Raises:
        UsageError: There is none; the hint names those that are spelt alike, or all.
    """
    key = name.strip().lower()
    found = INDICATORS.get(key)
    if found is None:
        near = get_close_matches(key[:MOST_SHOWN], INDICATORS, n=3) or list(INDICATORS)
        message = f"unknown indicator {name[:MOST_SHOWN]!r}"
        raise UsageError(message, hint=f"there is {', '.join(near)}")
    return found


def parameters_of(of: Indicator, given: Values) -> dict[str, Value]:
    """Return a value for each parameter of an indicator, from texts or numbers.

    Raises:
        UsageError: A parameter is unknown, or a value is of the wrong kind or out of range.
    """
    return of.values(given)
