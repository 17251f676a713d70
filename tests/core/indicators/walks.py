"""Bars that go as markets do, from a seed, and strategies for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from chandlery.core.candles import Candles
from chandlery.core.columns import Floats, Int64s
from chandlery.core.indicators import INDICATORS, Indicator, Value
from tests import strategies  # noqa: F401 - it sets how hypothesis runs

START = 1_704_067_200
"""2024-01-01, a Monday."""


def walk(seed: int, count: int, volatility: float = 1e-3, tick: float = 0.0) -> Candles:
    """Return a geometric random walk of minutes; with a tick, prices repeat and bars are flat."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, volatility, count)))
    start = np.concatenate(([100.0], close[:-1]))[:count]
    high = np.maximum(start, close) * (1 + np.abs(rng.normal(0, volatility, count)))
    low = np.minimum(start, close) * (1 - np.abs(rng.normal(0, volatility, count)))
    prices = [_ticks(column, tick) for column in (start, high, low, close)]
    volume = rng.exponential(3, count)
    volume[rng.random(count) < 0.1] = 0.0
    return bars(START + 60 * np.arange(count), prices, volume)


def _ticks(prices: Floats, tick: float) -> Floats:
    return np.maximum(np.rint(prices / tick), 1) * tick if tick else prices


def bars(t: Int64s, prices: list[Floats], volume: Floats) -> Candles:
    """Return given bars of market 0."""
    count = len(t)
    o, h, l, c = prices  # noqa: E741 - the column's name everywhere
    return Candles.of(
        market=np.zeros(count),
        t=t,
        o=o,
        h=h,
        l=l,
        c=c,
        v=volume,
        q=np.full(count, np.nan),
        n=np.zeros(count),
        bv=np.full(count, np.nan),
        given=np.ones(count),
    )


def at(candles: Candles, t: Int64s) -> Candles:
    """Return the bars moved to other times."""
    return replace(candles, t=t)


def walks(most: int = 300) -> st.SearchStrategy[Candles]:
    """Walks of any length, calm or wild, some in coarse ticks."""
    return st.builds(
        walk,
        st.integers(0, 1 << 32),
        st.integers(0, most),
        st.sampled_from((1e-5, 1e-3, 3e-2)),
        st.sampled_from((0.0, 0.01, 1.0)),
    )


def some_values(indicator: Indicator, longest: int) -> st.SearchStrategy[dict[str, Value]]:
    """Allowed values for all parameters of an indicator, lengths up to `longest`."""
    choices: dict[str, st.SearchStrategy[Value]] = {}
    for parameter in indicator.parameters:
        if parameter.kind == "choice":
            choices[parameter.name] = st.sampled_from(parameter.choices)
        elif parameter.kind == "int":
            choices[parameter.name] = st.integers(int(parameter.low), longest)
        else:
            choices[parameter.name] = st.floats(0.5, 4.0)
    drawn = st.fixed_dictionaries(choices)
    return drawn.filter(lambda values: not indicator.wrong(values))


@st.composite
def studies(draw: st.DrawFn, longest: int = 40) -> tuple[Indicator, dict[str, Value]]:
    """An indicator and values for it."""
    indicator = draw(st.sampled_from(list(INDICATORS.values())))
    return indicator, draw(some_values(indicator, longest))
