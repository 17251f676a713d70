"""The text of closed bars: made of columns at once, it is that of bar after bar."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chandlery.engine.live.texts import Pieces

NUMBERS = st.floats(1e-4, 1e14) | st.sampled_from([0.0, -0.0, 1e-9, 1e20, math.nan, 1.0, 64_000.0])


@given(st.lists(NUMBERS), st.lists(NUMBERS), st.data())
def test_numbers_at_once_are_numbers_one_by_one(
    values: list[float], more: list[float], data: st.DataObject
) -> None:
    at_once, one_by_one = Pieces.of_numbers(np.array(values, dtype=np.float64)), Pieces()
    for value in values:
        text = f"{value!r}".removesuffix(".0") if is_plain(value) else other(value)
        one_by_one.append(text.encode())
    for value in more:
        at_once.append(f"{value:g}".encode())
        one_by_one.append(f"{value:g}".encode())
    assert len(at_once) == len(one_by_one) == len(values) + len(more)
    first = data.draw(st.integers(0, len(at_once)))
    end = data.draw(st.integers(first, len(at_once)))
    for last in (None, b"7"):
        found = b"".join(at_once.between(first, end, last))
        assert found == b"".join(one_by_one.between(first, end, last))


def is_plain(value: float) -> bool:
    return 1e-4 <= value < 1e15


def other(value: float) -> str:
    texts = {0.0: "0", 1e-9: "0.000000001", 1e20: "1e20"}
    return "null" if math.isnan(value) else texts[value]
