"""Candles and trades with difficult numbers, for the tests of formats."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from chandlery.core.candles import Candles
from chandlery.core.trades import BUY, SELL, UNKNOWN, Trades

SYMBOLS = {1: "DEMO:BTC", 2: 'ODD,"NAME"', 3: "SYN:M00001"}

_prices = st.floats(1e-18, 1e12) | st.sampled_from([1e-18, 64000.0, 0.1 + 0.2])
_volumes = st.floats(0, 1e12) | st.just(math.nan)
_market = st.sampled_from(list(SYMBOLS))


@st.composite
def candles(draw: st.DrawFn) -> Candles:
    """Candles as any source might give them, some of their volumes not known."""
    row = st.tuples(
        _market,
        st.integers(0, 10**10),
        *[_prices] * 4,
        *[_volumes] * 2,
        st.integers(0, 10**9),
        _volumes,
        st.booleans(),
    )
    rows = draw(st.lists(row, max_size=8))
    columns = zip(*rows, strict=True) if rows else ((),) * len(Candles.DTYPES)
    return Candles.of(**dict(zip(Candles.DTYPES, columns, strict=True)))


@st.composite
def trades(draw: st.DrawFn) -> Trades:
    """Trades of the three markets, with ids and times of any size."""
    row = st.tuples(
        _market,
        st.integers(0, 2**62),
        _prices,
        _prices,
        st.sampled_from([BUY, SELL, UNKNOWN]),
        st.just(0),
        st.integers(-(2**63), 2**63 - 1),
    )
    rows = draw(st.lists(row, max_size=8))
    columns = zip(*rows, strict=True) if rows else ((),) * len(Trades.DTYPES)
    return Trades.of(**dict(zip(Trades.DTYPES, columns, strict=True)))
