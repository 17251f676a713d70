from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources.files.reading import START_S, Whole, read_path, read_text

_POSITIVE = st.floats(1e-18, 1e15, allow_nan=False)
_TRADE = st.tuples(
    st.integers(START_S * 10**6, 4 * 10**15),
    _POSITIVE,
    _POSITIVE,
    st.sampled_from([1, -1, 0]),
    st.integers(0, 2**63 - 1),
)
TRADES = st.lists(_TRADE, min_size=1, max_size=30)
NAMES = ("time", "price", "size", "side", "id")


def through_csv(folder: Path, rows: list[tuple[int, float, float, int, int]], width: int) -> Whole:
    lines = [",".join(repr(value) for value in row[:width]) for row in rows]
    return read_text(folder, ",".join(NAMES[:width]) + "\n" + "\n".join(lines))


def through_json(folder: Path, rows: list[tuple[int, float, float, int, int]], width: int) -> Whole:
    lines = [json.dumps(dict(zip(NAMES[:width], row, strict=False))) for row in rows]
    return read_text(folder, "\n".join(lines), "trades.jsonl")


def through_parquet(
    folder: Path, rows: list[tuple[int, float, float, int, int]], width: int
) -> Whole:
    path = folder / "trades.parquet"
    with duckdb.connect() as database:
        database.execute(
            "CREATE TABLE t (time BIGINT, price DOUBLE, size DOUBLE, side TINYINT, id BIGINT)"
        )
        database.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", rows)
        picked = ", ".join(NAMES[:width])
        database.execute(f"COPY (SELECT {picked} FROM t) TO '{path}' (FORMAT parquet)")  # noqa: S608 - a test's own text
    return read_path(path)


@settings(max_examples=40)
@given(TRADES)
def test_trades_come_back_exactly_from_every_format(
    rows: list[tuple[int, float, float, int, int]],
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        for through in (through_csv, through_json, through_parquet):
            assert through(folder, rows, 5).rows == rows


@settings(max_examples=25)
@given(TRADES)
def test_ids_made_from_content_are_the_same_from_every_format(
    rows: list[tuple[int, float, float, int, int]],
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        found = [
            through(folder, rows, 4).rows
            for through in (through_csv, through_json, through_parquet)
        ]
    assert found[0] == found[1] == found[2]
    assert [row[:4] for row in found[0]] == [row[:4] for row in rows]
