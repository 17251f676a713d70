from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chandlery.core.identity import content_ids, content_keys
from chandlery.core.trades import Trades
from chandlery.sources.files import blocks
from chandlery.sources.files.parse.identity import Occurrences
from chandlery.sources.files.parse.order import FileOrder
from tests.sources.files.reading import START_S, Whole, read_text

_ROW = st.tuples(st.integers(0, 3), st.integers(1, 2), st.integers(1, 2), st.sampled_from("AB"))
ROWS = st.lists(_ROW, min_size=1, max_size=60)

# Computed apart from the code, with whole numbers of Python.
FIRST = -6_139_781_029_392_710_266
SECOND = -2_784_187_993_996_999_923
FIRST_AGAIN = -7_422_093_272_028_489_667
SECOND_THIRD = -5_053_012_425_996_835_205


def table(rows: list[tuple[int, int, int, str]]) -> str:
    lines = [f"{START_S + second},{price},{size},{name}" for second, price, size, name in rows]
    return "time,price,size,symbol\n" + "\n".join(lines)


def read_rows(rows: list[tuple[int, int, int, str]], **given: Any) -> Whole:
    with TemporaryDirectory() as folder:
        return read_text(Path(folder), table(rows), market=None, **given)


def ids(whole: Whole) -> Counter[tuple[str, int]]:
    names = {number: name for name, number in whole.symbols.items()}
    trades = whole.trades
    return Counter(
        zip((names[number] for number in trades.market.tolist()), trades.id.tolist(), strict=True)
    )


@given(ROWS, st.integers(1, 20))
def test_ids_do_not_depend_on_chunks_and_importing_again_doubles_nothing(
    rows: list[tuple[int, int, int, str]], chunk_rows: int
) -> None:
    once, again = read_rows(rows), read_rows(rows, chunk_rows=chunk_rows)
    assert once.trades.id.tolist() == again.trades.id.tolist()
    assert once.trades.sequence.tolist() == again.trades.sequence.tolist()
    assert max(len(chunk.trades) for chunk in again.chunks) <= chunk_rows


@given(ROWS, st.randoms(use_true_random=False))
def test_equals_stay_apart_and_shuffling_changes_no_id(
    rows: list[tuple[int, int, int, str]], chance: random.Random
) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    found = ids(read_rows(rows))
    assert set(found.values()) == {1}
    assert found == ids(read_rows(shuffled))


@given(ROWS)
def test_sequence_is_the_place_among_the_trades_of_the_instant(
    rows: list[tuple[int, int, int, str]],
) -> None:
    seen: Counter[tuple[int, str]] = Counter()
    expected = []
    for second, _, _, name in rows:
        expected.append(seen[second, name])
        seen[second, name] += 1
    assert read_rows(rows).trades.sequence.tolist() == expected


@settings(max_examples=30)
@given(rows=ROWS, ordered=st.booleans())
@pytest.mark.parametrize("block", [1, 64])
def test_ids_do_not_depend_on_blocks(
    block: int, rows: list[tuple[int, int, int, str]], ordered: bool
) -> None:
    rows = sorted(rows) if ordered else rows
    whole = read_rows(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", block)
        patch.setattr("chandlery.sources.files.streams._PIECE", block)
        cut = read_rows(rows)
    assert whole.rows == cut.rows
    assert whole.trades.sequence.tolist() == cut.trades.sequence.tolist()


@given(ROWS, st.integers(1, 10))
def test_what_cannot_be_replayed_is_remembered(
    rows: list[tuple[int, int, int, str]], step: int
) -> None:
    trades = read_rows(rows).trades
    bare = Trades.of(**{**trades.columns(), "id": trades.id * 0, "sequence": trades.id * 0})
    order = FileOrder(None)
    parts = [bare.take(slice(start, start + step)) for start in range(0, len(bare), step)]
    found = Trades.concat(order.with_ids(part) for part in parts)
    assert found.id.tolist() == trades.id.tolist()
    assert found.sequence.tolist() == trades.sequence.tolist()


def test_ids_are_fixed_for_ever() -> None:
    trades = Trades.of(
        market=[1, 1],
        time=[START_S * 1_000_000, START_S * 1_000_000 + 1],
        price=[60_000.5, 1e-9],
        size=[0.001, 1e9],
        side=[1, 0],
        sequence=[0, 0],
        id=[0, 0],
    )
    keys = content_keys(trades)
    assert content_ids(keys, np.array([0, 0])).tolist() == [FIRST, SECOND]
    assert content_ids(keys, np.array([1, 2])).tolist() == [FIRST_AGAIN, SECOND_THIRD]


@given(st.lists(st.lists(st.integers(0, 5), max_size=20), max_size=20))
def test_occurrences_count_what_came_before(batches: list[list[int]]) -> None:
    occurrences = Occurrences()
    seen: Counter[int] = Counter()
    for batch in batches:
        expected = []
        for key in batch:
            expected.append(seen[key])
            seen[key] += 1
        assert occurrences.earlier(np.array(batch, dtype=np.uint64)).tolist() == expected


def test_ids_of_content_are_negative_and_differ() -> None:
    rows = [(n % 50, 1 + n % 7, 1 + n % 3, "A") for n in range(5000)]
    found = read_rows(rows).trades.id
    assert np.all(found < 0)
    assert len(np.unique(found)) == 5000
