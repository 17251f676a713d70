"""Ids of rows without one are those of an import: the same at every push."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chandlery.core.identity import content_ids, content_keys
from chandlery.core.trades import Trades
from chandlery.sources.push import Asked, read_json, trades_of
from tests.engine.builders import START

ROW = st.fixed_dictionaries(
    {
        "symbol": st.sampled_from(["A", "B"]),
        "time": st.integers(START, START + 2),
        "price": st.integers(1, 2),
        "size": st.just(1),
    },
    optional={"sequence": st.integers(0, 2), "id": st.integers(1, 9)},
)


def made(rows: list[dict[str, object]]) -> Trades:
    parsed = read_json(json.dumps(rows).encode(), "json", Asked())
    codes = [parsed.symbols[code] == "B" for code in parsed.rows.symbol]
    return trades_of(parsed.rows, np.array(codes, dtype=np.int32))


def test_two_equal_trades_of_a_push_are_two_and_a_retry_is_the_same_two() -> None:
    row: dict[str, object] = {"symbol": "A", "time": START, "price": 1, "size": 1}
    trades = made([row, row])
    assert trades.id.tolist() == made([row, row]).id.tolist()
    assert len(set(trades.id.tolist())) == 2
    assert trades.sequence.tolist() == [0, 1]
    assert all(one < 0 for one in trades.id.tolist())
    assert made([row]).id[0] == trades.id[0]


def test_it_is_the_id_of_an_imported_trade() -> None:
    row: dict[str, object] = {"symbol": "A", "time": START, "price": 1, "size": 1}
    trades = made([row])
    assert trades.id.tolist() == content_ids(content_keys(trades), np.zeros(1, np.int64)).tolist()


@given(st.lists(ROW, min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_the_same_rows_in_any_order_have_the_same_ids(
    rows: list[dict[str, object]], random: object
) -> None:
    trades = made(rows)
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = made(shuffled)
    assert sorted(zip(trades.market.tolist(), trades.id.tolist(), strict=True)) == sorted(
        zip(again.market.tolist(), again.id.tolist(), strict=True)
    )


@given(st.lists(ROW, min_size=1, max_size=30))
def test_only_rows_that_say_the_same_id_share_one(rows: list[dict[str, object]]) -> None:
    trades = made(rows)
    own = [row.get("id") for row in rows]
    named = [(row["symbol"], row["id"]) for row in rows if "id" in row]
    keys = set(zip(trades.market.tolist(), trades.id.tolist(), strict=True))
    assert len(keys) == len(set(named)) + own.count(None)


def test_a_sequence_tells_equal_trades_of_different_pushes_apart() -> None:
    row: dict[str, object] = {"symbol": "A", "time": START, "price": 1, "size": 1}
    first, second = made([row | {"sequence": 1}]), made([row | {"sequence": 2}])
    assert first.id[0] != second.id[0]
    assert second.sequence.tolist() == [2]
