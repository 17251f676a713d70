"""Bars of seconds, folded once a commit, make the same bars of every resolution."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chandlery.core.calendar import Calendar, Calendars
from chandlery.core.columns import US
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.engine.edge import Partials
from tests.engine.builders import START
from tests.engine.world import RESOLUTIONS
from tests.strategies import CALENDARS

SECOND = Resolution.parse("1s")
SUMS = ("v", "q", "bv")

TRADES = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(0, 5 * US) | st.integers(0, 200 * 86_400 * US),
        st.integers(1, 99),
        st.sampled_from((-1, 1)),
        st.integers(0, 2),
    ),
    max_size=40,
)


@given(TRADES, st.sampled_from(RESOLUTIONS), st.sampled_from(sorted(CALENDARS)))
def test_seconds_make_what_trades_make(
    rows: list[tuple[int, int, int, int, int]], resolution: Resolution, calendar: str
) -> None:
    columns = np.array(rows, dtype=np.int64).reshape(len(rows), 5).T
    trades = Trades.of(
        market=columns[0],
        time=START * US + columns[1],
        price=columns[2],
        size=columns[2] / 8,
        side=columns[3],
        sequence=columns[4],
        id=range(len(rows)),
    )
    grid = Calendars({1: Calendar(), 2: CALENDARS[calendar]})
    made = Partials.of_trades(trades, SECOND, grid).coarser(resolution, grid)
    expected = Partials.of_trades(trades, resolution, grid)
    for name, column in expected.columns().items():
        if name in SUMS:
            np.testing.assert_allclose(made.columns()[name], column, rtol=1e-9)
        else:
            np.testing.assert_array_equal(made.columns()[name], column, err_msg=name)
