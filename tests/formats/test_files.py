"""Files hold what was written, appear whole or not at all, and leave nothing beside them."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from chandlery.core.columns import US
from chandlery.core.errors import ChandleryError, UsageError
from chandlery.core.trades import Trades
from chandlery.formats import ParquetWriter, TradesFile, trades_csv, trades_file, write_parquet
from chandlery.formats.rows import SIDES
from chandlery.sources.synthetic import DEMO, Span, generate
from tests.formats.samples import SYMBOLS, trades

ENDINGS = ["csv", "csv.gz", "csv.zst", "parquet"]
START_US = 1_700_000_000 * US
NAMES = {1: "DEMO:GOLD", 2: "DEMO:BTC", 3: "DEMO:ETH"}
PLAIN: dict[str, Callable[[bytes], bytes]] = {
    "csv": bytes,
    "csv.gz": gzip.decompress,
    "csv.zst": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}


def some() -> list[Trades]:
    span = Span(START_US, START_US + 3600 * US, 3000)
    return list(generate(DEMO, (1, 2, 3), span, batch_rows=700))


def written(path: Path, batches: list[Trades], symbols: dict[int, str]) -> Path:
    with trades_file(path, symbols) as file:
        for batch in batches:
            file.write(batch)
    return path


def assert_parquet(path: Path, expected: Trades, symbols: dict[int, str]) -> None:
    rows = duckdb.execute("select * from read_parquet(?)", [str(path)]).fetchall()
    columns = list(zip(*rows, strict=True)) if rows else [()] * 6
    assert list(columns[0]) == [symbols[number] for number in expected.market.tolist()]
    assert list(columns[1]) == expected.time.tolist()
    assert list(columns[2]) == expected.price.tolist()
    assert list(columns[3]) == expected.size.tolist()
    assert list(columns[4]) == [SIDES.get(side, "") for side in expected.side.tolist()]
    assert list(columns[5]) == expected.id.tolist()


@pytest.mark.parametrize("ending", PLAIN)
def test_batches_make_one_csv(tmp_path: Path, ending: str) -> None:
    path = written(tmp_path / f"trades.{ending}", some(), NAMES)
    assert PLAIN[ending](path.read_bytes()).decode() == trades_csv(Trades.concat(some()), NAMES)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_file_appears_when_it_is_whole(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"trades.{ending}"
    with trades_file(path, NAMES) as file:
        file.write(some()[0])
        assert not path.exists()
    assert path.exists()


def test_batches_make_one_parquet(tmp_path: Path) -> None:
    path = written(tmp_path / 'it\'s "all".parquet', some(), NAMES)
    assert_parquet(path, Trades.concat(some()), NAMES)
    codec = "select distinct compression from parquet_metadata(?)"
    assert duckdb.execute(codec, [str(path)]).fetchall() == [("ZSTD",)]
    assert list(tmp_path.iterdir()) == [path]


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(trades(), max_size=3))
def test_any_trades_survive_parquet(tmp_path: Path, batches: list[Trades]) -> None:
    path = written(tmp_path / "any.parquet", batches, SYMBOLS)
    assert_parquet(path, Trades.concat(batches), SYMBOLS)


@pytest.mark.parametrize("ending", ENDINGS)
def test_one_market_needs_no_symbol(tmp_path: Path, ending: str) -> None:
    path = written(tmp_path / f"one.{ending}", [], {1: "DEMO:BTC"})
    found = duckdb.read_parquet(str(path)) if ending == "parquet" else duckdb.read_csv(str(path))
    assert found.columns == ["time", "price", "size", "side", "id"]
    assert found.fetchall() == []


@pytest.mark.parametrize("ending", ["csv.gz", "csv.zst"])
def test_the_same_trades_make_the_same_bytes(tmp_path: Path, ending: str) -> None:
    first = written(tmp_path / f"a.{ending}", some(), NAMES)
    second = written(tmp_path / f"b.{ending}", some(), NAMES)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"trades.{ending}"
    path.write_text("old")
    with pytest.raises(KeyError):
        written(path, some(), {1: "DEMO:GOLD", 2: "DEMO:BTC"})
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    written(path, some(), NAMES)
    assert path.stat().st_size > 1000


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_missing_folder_is_named(tmp_path: Path, ending: str) -> None:
    with pytest.raises(UsageError, match=r"the folder .*nowhere .* does not exist"):
        trades_file(tmp_path / "nowhere" / f"trades.{ending}", NAMES)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        trades_file(tmp_path / "a.csv", NAMES)


def test_an_unknown_ending_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"trades\.xlsx .*expected one of \.csv,"):
        trades_file(tmp_path / "trades.xlsx", NAMES)


def test_what_a_stopped_writer_left_is_in_no_ones_way(tmp_path: Path) -> None:
    for name in (".a.parquet.part", ".a.parquet.rows", ".a.parquet.rows.wal"):
        (tmp_path / name).write_text("left by a killed process")
    write_parquet(tmp_path / "a.parquet", {"t": np.arange(3)})
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


def test_columns_of_every_type(tmp_path: Path) -> None:
    columns = {
        "market": np.array([1, 2], dtype=np.int32),
        'odd "name"': np.array([1.5, np.nan]),
        "given": np.array([True, False]),
        "text": np.array(["a", "b"]),
    }
    path = tmp_path / "all.parquet"
    with ParquetWriter(path) as writer:
        writer.write(columns)
        again = columns | {"text": np.array(["unseen", "a"])}
        writer.write(dict(reversed(again.items())))
    found = duckdb.execute("select * from read_parquet(?)", [str(path)])
    assert [column[0] for column in found.description] == list(columns)
    rows = found.fetchall()
    assert [(row[0], row[2], row[3]) for row in rows] == [
        (1, True, "a"),
        (2, False, "b"),
        (1, True, "unseen"),
        (2, False, "a"),
    ]
    assert [row[1] for row in rows] == [1.5, None, 1.5, None]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a": np.arange(3, dtype=np.float64)}, "expected, found"),
        ({"b": np.arange(3)}, "expected, found"),
        ({"a": np.arange(3), "c": np.arange(3)}, "expected, found"),
        ({"a": np.arange(3) * 1j}, "complex128"),
    ],
)
def test_every_batch_has_the_same_columns(
    tmp_path: Path, columns: dict[str, NDArray[Any]], message: str
) -> None:
    writer = ParquetWriter(tmp_path / "a.parquet")
    writer.write({"a": np.arange(3)})
    with pytest.raises(UsageError, match=message):
        writer.write(columns)
    writer.abort()
    assert list(tmp_path.iterdir()) == []


def test_columns_of_different_lengths_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one length"):
        write_parquet(tmp_path / "a.parquet", {"a": np.arange(3), "b": np.arange(2)})
    with pytest.raises(UsageError, match="found none"):
        write_parquet(tmp_path / "a.parquet", {})
    with pytest.raises(UsageError, match="not even empty columns"):
        ParquetWriter(tmp_path / "a.parquet").close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_target_that_cannot_be_replaced_is_an_error_of_ours(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"trades.{ending}"

    def block() -> TradesFile:
        file = trades_file(path, NAMES)
        path.mkdir()
        return file

    with pytest.raises(ChandleryError, match="could not be written"), block() as file:
        file.write(some()[0])
    assert list(tmp_path.iterdir()) == [path]
