"""What TA-Lib has too is the same, from the same first bar on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st
from talib._ta_lib import MA_Type

from chandlery.core.candles import Candles
from chandlery.core.columns import Floats
from chandlery.core.indicators import INDICATORS, Outputs
from tests.core.indicators.walks import walk

EXACT, SCALE = 1e-9, 1e-12

Theirs = Callable[[Candles, int], dict[str, Floats]]


def _bands(candles: Candles, length: int) -> dict[str, Floats]:
    return dict(
        zip(("upper", "middle", "lower"), talib.BBANDS(candles.c, length, 2, 2), strict=True)
    )


def _directional(candles: Candles, length: int) -> dict[str, Floats]:
    columns = (candles.h, candles.l, candles.c, length)
    return {
        "adx": talib.ADX(*columns),
        "plus": talib.PLUS_DI(*columns),
        "minus": talib.MINUS_DI(*columns),
    }


THEIRS: dict[str, Theirs] = {
    "sma": lambda candles, length: {"sma": talib.SMA(candles.c, length)},
    "ema": lambda candles, length: {"ema": talib.EMA(candles.c, length)},
    "wma": lambda candles, length: {"wma": talib.WMA(candles.c, length)},
    "bollinger": _bands,
    "rsi": lambda candles, length: {"rsi": talib.RSI(candles.c, length)},
    "atr": lambda candles, length: {"atr": talib.ATR(candles.h, candles.l, candles.c, length)},
    "adx": _directional,
}


def assert_same(own: Outputs, theirs: dict[str, Floats], scale: float, *, later: int = 0) -> None:
    """Compare within 1e-9 relative; `later` bars ours may begin before theirs."""
    for name, values in theirs.items():
        if not later:
            np.testing.assert_array_equal(np.isnan(own[name]), np.isnan(values), err_msg=name)
        known = ~np.isnan(values)
        np.testing.assert_allclose(
            own[name][known], values[known], rtol=EXACT, atol=SCALE * scale, err_msg=name
        )
        early = np.flatnonzero(~np.isnan(own[name]))
        assert np.flatnonzero(known)[0] - early[0] <= later


@pytest.mark.parametrize("name", sorted(THEIRS))
@given(seed=st.integers(0, 1 << 32), length=st.integers(2, 120), tick=st.sampled_from((0, 0.05)))
@settings(max_examples=25)
def test_a_period_gives_what_talib_gives(name: str, seed: int, length: int, tick: float) -> None:
    candles = walk(seed, 600, tick=tick)
    own = INDICATORS[name].compute(candles, {"period": length})
    assert_same(own, THEIRS[name](candles, length), float(candles.c.max()))


@given(
    seed=st.integers(0, 1 << 32),
    fast=st.integers(2, 30),
    more=st.integers(1, 30),
    signal=st.integers(1, 30),
)
@settings(max_examples=25)
def test_macd_is_that_of_talib(seed: int, fast: int, more: int, signal: int) -> None:
    candles, slow = walk(seed, 400), fast + more
    own = INDICATORS["macd"].compute(candles, {"fast": fast, "slow": slow, "signal": signal})
    theirs = talib.MACD(candles.c, fast, slow, signal)
    named = dict(zip(("macd", "signal", "histogram"), theirs, strict=True))
    assert_same(own, named, float(candles.c.max()), later=signal - 1)


@given(
    seed=st.integers(0, 1 << 32),
    length=st.integers(1, 40),
    smooth=st.integers(1, 9),
    signal=st.integers(1, 9),
)
@settings(max_examples=25)
def test_stochastic_is_that_of_talib(seed: int, length: int, smooth: int, signal: int) -> None:
    candles = walk(seed, 300)
    values = {"period": length, "smooth": smooth, "signal": signal}
    own = INDICATORS["stochastic"].compute(candles, values)
    theirs = talib.STOCH(
        candles.h, candles.l, candles.c, length, smooth, MA_Type.SMA, signal, MA_Type.SMA
    )
    assert_same(own, dict(zip("kd", theirs, strict=True)), 100.0, later=signal - 1)


@given(seed=st.integers(0, 1 << 32))
@settings(max_examples=25)
def test_obv_is_that_of_talib_but_begins_at_zero(seed: int) -> None:
    candles = walk(seed, 300, tick=0.05)
    own = INDICATORS["obv"].compute(candles)["obv"]
    assert own[0] == 0
    theirs = talib.OBV(candles.c, candles.v)
    np.testing.assert_allclose(own, theirs - theirs[0], rtol=EXACT, atol=1e-9)


def test_prices_that_stand_still_are_no_strength_and_no_trend() -> None:
    candles = walk(1, 100, tick=1e6)
    assert len(np.unique(candles.c)) == 1
    for name in ("rsi", "adx", "atr"):
        own = INDICATORS[name].compute(candles)
        theirs = THEIRS[name](candles, 14)
        assert_same(own, theirs, 1.0)
        assert np.nanmax(own[name]) == 0
