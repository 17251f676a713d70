from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.core.columns import starts_of_runs
from chandlery.core.trades import Trades
from tests.engine.builders import assert_same, trades
from tests.strategies import trades as any_trades


def test_columns_of_different_lengths_are_refused() -> None:
    columns = trades([(0, 1.0), (1, 2.0)]).columns()
    with pytest.raises(ValueError, match="one length"):
        Trades.of(**(columns | {"price": [1.0]}))


def test_columns_get_their_types() -> None:
    batch = Trades.of(market=[1], time=[2.0], price=[3], size=[4], side=[1], sequence=[5], id=[6])
    for name, dtype in Trades.DTYPES.items():
        assert batch.columns()[name].dtype == dtype


def test_an_empty_batch_has_every_column() -> None:
    empty = Trades.empty()
    assert len(empty) == 0
    assert list(empty.columns()) == list(Trades.DTYPES)


def test_columns_are_handed_out_without_copying() -> None:
    batch = trades([(0, 1.0)])
    assert batch.columns()["price"] is batch.price


@given(any_trades(), st.lists(st.integers(0, 40), max_size=4))
def test_parts_joined_again_are_the_whole(batch: Trades, cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(batch)]
    parts = [batch.take(slice(a, b)) for a, b in pairwise(edges)]
    assert_same(Trades.concat([*parts, Trades.empty()]), batch)


def test_joining_nothing_is_empty() -> None:
    assert_same(Trades.concat([]), Trades.empty())
    assert_same(Trades.concat([Trades.empty(), Trades.empty()]), Trades.empty())


def test_rows_are_taken_by_mask_by_number_and_by_slice() -> None:
    batch = trades([(second, float(second + 1)) for second in range(4)])
    for rows in (np.array([True, False, True, False]), np.array([0, 2]), slice(0, 4, 2)):
        assert batch.take(rows).price.tolist() == [1.0, 3.0]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=30).map(sorted))
def test_runs_begin_where_a_key_changes(pairs: list[tuple[int, int]]) -> None:
    left = np.array([a for a, _ in pairs], dtype=np.int64)
    right = np.array([b for _, b in pairs], dtype=np.int64)
    expected = [n for n, pair in enumerate(pairs) if n == 0 or pairs[n - 1] != pair]
    found = starts_of_runs(left, right)
    assert found.tolist() == expected
    assert found.dtype == np.int64
