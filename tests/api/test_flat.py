"""Flat bars against a plain rule, written a second time and slowly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chandlery.api.flat import Stretch, with_flat
from chandlery.core.calendar import Calendars
from chandlery.core.intervals import Pair, union
from tests.engine.builders import MINUTE, START, candles

BARS = 12
minutes = st.lists(st.integers(0, BARS - 1), unique=True, max_size=6).map(sorted)
seconds = st.integers(-60, (BARS + 1) * 60)
seen = st.lists(st.tuples(seconds, seconds).map(sorted), max_size=3).map(
    lambda pairs: union((low, high) for low, high in pairs)
)


def is_known(source: int, t: int, covered: list[Pair]) -> bool:
    """Return whether every second from the end of one bar to the end of another was seen."""
    if not covered or source == t:
        return True
    first, last = covered[0][0], covered[-1][1]
    inside = range(source + 60, t + 60)
    missed = (s for s in inside if first <= s < last and not any(a <= s < b for a, b in covered))
    return next(missed, None) is None and t < last


@given(minutes, st.none() | st.integers(-30, -1), seen)
def test_a_flat_bar_lies_where_nothing_is_known_to_have_been_traded(
    traded: list[int], earlier: int | None, covered: list[Pair]
) -> None:
    times = [START + minute * 60 for minute in traded]
    bars = replace(candles(times), c=np.arange(float(len(times))) + 1)
    before = candles([] if earlier is None else [START + earlier * 60], price=99.0)
    shifted = [(START + low, START + high) for low, high in covered]
    newest = max([*times, *([] if earlier is None else [START + earlier * 60])], default=0)
    stretch = Stretch(0, MINUTE, START, START + BARS * 60, newest)
    found = with_flat(stretch, before, bars, shifted, Calendars())
    closes = dict(
        zip(before.t.tolist() + times, [99.0] * len(before) + bars.c.tolist(), strict=True)
    )
    expected = []
    for t in range(START, START + BARS * 60, 60):
        source = max((own for own in closes if own <= t), default=None)
        is_beyond = not shifted and t > newest
        if source is not None and not is_beyond and is_known(source, t, shifted):
            expected.append((t, closes[source], 0 if source != t else 3))
    rows = zip(found.t.tolist(), found.c.tolist(), found.n.tolist(), strict=True)
    assert list(rows) == expected
