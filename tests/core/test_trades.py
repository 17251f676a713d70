from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.core.columns import US
from chandlery.core.trades import (
    BUY,
    EARLIEST_US,
    FUTURE_US,
    Refused,
    Trades,
    id_of_text,
    refusals,
)
from tests.engine.builders import START, assert_same, trades
from tests.strategies import trades as any_trades

INT64 = np.iinfo(np.int64)
limits = st.sampled_from([INT64.min, INT64.min + 1, -1, 0, 1, INT64.max - 1, INT64.max])


@st.composite
def tied(draw: st.DrawFn) -> Trades:
    """Trades of a few instants, whose sequences and ids are often at the limits of their type."""
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 1),
                st.integers(0, 1),
                limits | st.integers(0, 3),
                limits | st.integers(0, 9),
            ),
            max_size=25,
        )
    )
    market, time, sequence, ids = zip(*rows, strict=True) if rows else ((),) * 4
    ones = [1.0] * len(rows)
    return Trades.of(
        market=market,
        time=[START * US + second for second in time],
        price=np.arange(len(rows)) + 1.0,
        size=ones,
        side=[BUY] * len(rows),
        sequence=sequence,
        id=ids,
    )


def keys(batch: Trades) -> list[tuple[int, int, int, int]]:
    columns = (batch.market, batch.time, batch.sequence, batch.id)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@given(tied() | any_trades())
def test_sorting_is_by_market_time_sequence_and_id(batch: Trades) -> None:
    assert keys(batch.sorted()) == sorted(keys(batch))


@given(tied() | any_trades())
def test_sorting_twice_changes_nothing(batch: Trades) -> None:
    once = batch.sorted()
    assert_same(once.sorted(), once)


@given(tied())
def test_repeats_are_the_later_rows_of_one_market_time_and_id(batch: Trades) -> None:
    seen: set[tuple[int, int, int]] = set()
    expected = []
    for market, time, _, number in keys(batch):
        expected.append((market, time, number) in seen)
        seen.add((market, time, number))
    assert batch.repeats().tolist() == expected
    ordered = batch.sorted()
    assert_same(ordered.unique(), ordered.take(~ordered.repeats()))


@given(any_trades(), st.randoms(use_true_random=False))
def test_of_a_batch_delivered_twice_in_any_order_each_trade_stays_once(
    batch: Trades, order: Random
) -> None:
    rows = [*range(len(batch)), *range(len(batch))]
    order.shuffle(rows)
    twice = batch.take(np.array(rows, dtype=np.int64))
    assert_same(twice.sorted().unique(), batch.sorted())


def test_large_batches_without_repeats_have_none() -> None:
    count = 50_000
    random = np.random.default_rng(1)
    batch = trades([(0.0, 1.0)] * count)
    shuffled = Trades(**(batch.columns() | {"id": random.permutation(count).astype(np.int64)}))
    assert not shuffled.repeats().any()
    assert Trades.concat((shuffled, shuffled)).repeats().sum() == count


# What may not enter


def one(**columns: float) -> Trades:
    usual: dict[str, float] = {
        "market": 0,
        "time": START * US,
        "price": 1.0,
        "size": 1.0,
        "side": 1,
        "sequence": 0,
        "id": 1,
    }
    return Trades.of(**{name: [value] for name, value in (usual | columns).items()})


NOW = (START + 60) * US


@pytest.mark.parametrize("name", ["price", "size"])
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (0.0, "is not positive"),
        (-0.0, "is not positive"),
        (-1.0, "is not positive"),
        (float("nan"), "is not a number"),
        (float("inf"), "is not a number"),
        (float("-inf"), "is not a number"),
    ],
)
def test_a_price_or_size_that_is_no_positive_number_is_refused(
    name: str, value: float, reason: str
) -> None:
    assert refusals(one(**{name: value}), NOW).counts() == {f"{name} {reason}": 1}


@pytest.mark.parametrize("value", [5e-324, 1e-18, 1e15, 1.7e308])
def test_every_other_price_and_size_may_enter(value: float) -> None:
    assert len(refusals(one(price=value, size=value), NOW)) == 0


def test_times_are_open_at_both_ends() -> None:
    def counts(time: int) -> dict[str, int]:
        return refusals(one(time=time), NOW).counts()

    assert counts(EARLIEST_US) == {"time is before 2009": 1}
    assert counts(EARLIEST_US + 1) == {}
    assert counts(NOW + FUTURE_US - 1) == {}
    assert counts(NOW + FUTURE_US) == {"time is in the future": 1}
    assert counts(INT64.min) == {"time is before 2009": 1}
    assert counts(INT64.max) == {"time is in the future": 1}


def test_each_row_is_refused_for_the_first_reason_that_fits() -> None:
    batch = Trades.concat(
        (
            one(),
            one(price=-1.0, size=-1.0, time=0),
            one(size=float("nan"), time=0),
            one(price=-2.0),
            one(time=0),
        )
    )
    refused = refusals(batch, NOW)
    assert {reason: rows.tolist() for reason, rows in refused.by_reason.items()} == {
        "price is not positive": [1, 3],
        "size is not a number": [2],
        "time is before 2009": [4],
    }
    assert refused.rows().tolist() == [1, 2, 3, 4]
    assert len(refused) == 4
    assert len(Refused({})) == 0
    assert Refused({}).rows().tolist() == []


# Ids of text


@given(st.text(), st.text())
def test_ids_of_text_are_stable_negative_and_different(left: str, right: str) -> None:
    assert id_of_text(left) == id_of_text(left)
    assert INT64.min <= id_of_text(left) < 0
    assert (id_of_text(left) == id_of_text(right)) == (left == right)


def test_an_id_of_text_never_changes() -> None:
    """It is stored: another number would make every trade come in again."""
    assert id_of_text("0xabc:1") == -3_777_737_525_099_382_480
