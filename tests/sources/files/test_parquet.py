from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from chandlery.core.errors import InputError
from chandlery.core.trades import BUY, SELL, UNKNOWN, id_of_text
from tests.sources.files.reading import START_S, read_path, read_text

US = START_S * 1_000_000
RANDOM = f"SELECT {US} + i AS time, random() + 1 AS price, 2 AS size FROM range(3000) t(i)"  # noqa: S608 - a test's own text


def parquet(folder: Path, select: str, name: str = "trades.parquet", group: int = 4096) -> Path:
    path = folder / name
    with duckdb.connect() as database:
        database.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE {group})")
    return path


@pytest.mark.parametrize(
    "time",
    [
        f"{US + 500_000}::BIGINT",
        f"{US + 500_000}::UBIGINT",
        f"{START_S}500::BIGINT",
        f"{START_S}.5::DOUBLE",
        f"{START_S}.500000::DECIMAL(20,6)",
        "TIMESTAMP '2024-01-01 00:00:00.5'",
        "TIMESTAMP_NS '2024-01-01 00:00:00.5000009'",
        "TIMESTAMP_MS '2024-01-01 00:00:00.5'",
        "TIMESTAMPTZ '2024-01-01 02:00:00.5+02'",
        "'2024-01-01T00:00:00.5Z'",
        f"'{START_S}.5'",
    ],
)
def test_times_of_any_type(tmp_path: Path, time: str) -> None:
    whole = read_path(parquet(tmp_path, f"SELECT {time} AS time, 1.5 AS price, 2 AS size"))
    assert whole.trades.time.tolist() == [US + 500_000]


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ("100.5::DOUBLE", 100.5),
        ("100.5::DECIMAL(9,2)", 100.5),
        ("123456789012.123456789::DECIMAL(38,9)", 123456789012.123456789),
        ("'0.1'", 0.1),
        ("7::UBIGINT", 7.0),
    ],
)
def test_numbers_of_any_type(tmp_path: Path, price: str, expected: float) -> None:
    whole = read_path(parquet(tmp_path, f"SELECT {US} AS time, {price} AS price, 2 AS size"))
    assert whole.trades.price.tolist() == [expected]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("['buy', 'S', NULL][i + 1] AS side", [BUY, SELL, UNKNOWN]),
        ("[1, -1, 0][i + 1] AS side", [BUY, SELL, UNKNOWN]),
        ("[false, true, NULL][i + 1] AS is_buyer_maker", [BUY, SELL, UNKNOWN]),
        ("['False', 'true', ''][i + 1] AS m", [BUY, SELL, UNKNOWN]),
    ],
)
def test_sides_of_any_type(tmp_path: Path, column: str, expected: list[int]) -> None:
    select = f"SELECT {US} + i AS time, 1 AS price, 2 AS size, {column} FROM range(3) t(i)"  # noqa: S608 - a test's own text
    whole = read_path(parquet(tmp_path, select))
    assert whole.trades.side.tolist() == expected
    assert whole.trades.side.dtype == "int8"


def test_ids_of_any_type(tmp_path: Path) -> None:
    select = f"SELECT {US} AS time, 1 AS price, 2 AS size"
    number = read_path(parquet(tmp_path, f"{select}, 7::UINTEGER AS id"))
    text = read_path(parquet(tmp_path, f"{select}, unnest(['9', 'x']) AS id"))
    assert number.trades.id.tolist() == [7]
    assert text.trades.id.tolist() == [9, id_of_text("x")]


def test_symbols_are_numbered(tmp_path: Path) -> None:
    select = f"SELECT {US} + i AS time, 1 AS price, 2 AS size, ['A', 'it''s', NULL, ''][i + 1] AS symbol FROM range(4) t(i)"  # noqa: E501, S608 - a test's own text
    whole = read_path(parquet(tmp_path, select), market=None)
    names = {number: name for name, number in whole.symbols.items()}
    assert [names[number] for number in whole.trades.market.tolist()] == ["A", "it's"]
    assert [(bad.line, bad.found) for bad in whole.bad] == [(3, "null"), (4, "''")]
    with pytest.raises(InputError, match="several markets"):
        read_path(parquet(tmp_path, select))


def test_bad_rows_are_named_by_their_number(tmp_path: Path) -> None:
    select = f"SELECT {US} + i AS time, CASE i WHEN 1 THEN NULL WHEN 5000 THEN -1 ELSE 2 END AS price, CASE i WHEN 7 THEN 'x' ELSE '1' END AS size, CASE i WHEN 9 THEN 'up' ELSE 'b' END AS side FROM range(6000) t(i)"  # noqa: E501, S608 - a test's own text
    whole = read_path(parquet(tmp_path, select, group=2048))
    assert len(whole.trades) == 5996
    assert [(bad.line, bad.column, bad.found) for bad in whole.bad] == [
        (2, "price", "null"),
        (8, "size", "'x'"),
        (10, "side", "'up'"),
        (5001, "price", "'-1'"),
    ]


@pytest.mark.parametrize("chunk_rows", [1000, 2048, 5000, 1_000_000])
def test_rows_come_in_order_whatever_the_ranges(tmp_path: Path, chunk_rows: int) -> None:
    select = f"SELECT {US} + i AS time, 1 AS price, 2 AS size, i AS id FROM range(9000) t(i)"  # noqa: S608 - a test's own text
    path = parquet(tmp_path, select, "a[1]*.parquet", group=2048)
    whole = read_path(path, chunk_rows=chunk_rows)
    assert whole.trades.id.tolist() == list(range(9000))
    assert max(chunk.rows for chunk in whole.chunks) <= chunk_rows
    assert sum(chunk.bytes_read for chunk in whole.chunks) == path.stat().st_size


def test_bars_with_what_is_not_known(tmp_path: Path) -> None:
    select = f"SELECT TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR AS open_time, 1 AS open, 3 AS high, 1 AS low, 2 AS close, 5 AS volume, CASE i WHEN 1 THEN NULL ELSE 7 END AS quote_volume, {US} AS close_time FROM range(3) t(i)"  # noqa: E501, S608 - a test's own text
    whole = read_path(parquet(tmp_path, select))
    assert whole.interval == "1h"
    assert whole.candles.t.tolist() == [START_S, START_S + 3600, START_S + 7200]
    assert whole.candles.q.tolist()[::2] == [7, 7]
    assert whole.candles.q[1] != whole.candles.q[1]


def test_files_that_cannot_be_read_are_errors(tmp_path: Path) -> None:
    path = parquet(tmp_path, f"SELECT {US} AS time, 1 AS price, true AS size")
    with pytest.raises(InputError, match=r"trades.parquet: the column size holds BOOLEAN"):
        read_path(path)
    good = parquet(tmp_path, f"SELECT {US} AS time, 1 AS price, 1 AS size")
    with pytest.raises(InputError, match="the Parquet file cannot be read"):
        read_text(tmp_path, good.read_bytes()[:-10], "cut.parquet")
    damaged = bytearray(parquet(tmp_path, RANDOM).read_bytes())
    damaged[500:600] = b"\xff" * 100
    with pytest.raises(InputError, match="the Parquet file cannot be read"):
        read_text(tmp_path, bytes(damaged), "damaged.parquet")
    empty = parquet(tmp_path, f"SELECT {US} AS time, 1 AS price, 1 AS size LIMIT 0")
    with pytest.raises(InputError, match="holds no rows"):
        read_path(empty)
    other = parquet(tmp_path, "SELECT 1 AS x")
    with pytest.raises(InputError, match="columns found: x"):
        read_path(other)
