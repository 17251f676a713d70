"""What only a file of DuckDB can do: be foreign, damaged, held by another, or on a full disk."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from chandlery.core.errors import (
    StoreCorruptError,
    StoreError,
    StoreLockedError,
    StoreVersionError,
)
from chandlery.stores import Change, Interval
from chandlery.stores.duckdb import DuckDBStore
from tests.engine.builders import trades

ROOT = Path(__file__).parents[2]
ALL = Interval(0, 1 << 62)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "market.duckdb"


@pytest.fixture
def store(file: Path) -> Iterator[DuckDBStore]:
    store = DuckDBStore(file)
    yield store
    store.close()


def refuse(file: Path) -> StoreError:
    """Open a file that must be refused, see that it stays as it is, and return the error."""
    before = file.read_bytes()
    with pytest.raises(StoreError) as caught:
        DuckDBStore(file)
    assert file.read_bytes() == before
    assert not caught.value.retryable
    assert str(file) in caught.value.message
    return caught.value


# Files that are not ours


def test_a_file_of_a_newer_version_is_refused_by_name_of_its_schema(file: Path) -> None:
    DuckDBStore(file).close()
    with duckdb.connect(str(file)) as connection:
        connection.execute("UPDATE schema_version SET number = 999")
    error = refuse(file)
    assert isinstance(error, StoreVersionError)
    assert "schema 999" in error.message
    assert "newer chandlery" in error.hint


def test_a_duckdb_file_of_another_program_is_refused(file: Path) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute("CREATE TABLE theirs (x INTEGER)")
    error = refuse(file)
    assert isinstance(error, StoreCorruptError)
    assert "not one of Chandlery's" in error.message


@pytest.mark.parametrize("content", [b"not a database", b"\0" * 20_000, b"DUCK" * 5_000])
def test_a_file_that_is_no_database_is_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert isinstance(refuse(file), StoreCorruptError)


def test_a_file_that_was_cut_short_is_refused(file: Path) -> None:
    store = DuckDBStore(file)
    store.write(Change(trades=trades([(row, float(row + 1)) for row in range(50_000)])))
    store.close()
    file.write_bytes(file.read_bytes()[:300_000])
    with pytest.raises(StoreCorruptError, match="damaged") as caught:
        DuckDBStore(file).trades(ALL)
    assert "backup" in caught.value.hint


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        DuckDBStore(tmp_path)


def test_a_file_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        DuckDBStore(tmp_path / "none" / "market.duckdb")


def test_a_refused_file_is_not_held(file: Path) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute("CREATE TABLE theirs (x INTEGER)")
    refuse(file)
    with duckdb.connect(str(file)) as connection:
        connection.execute("DROP TABLE theirs")
    DuckDBStore(file).close()


def test_a_file_that_another_process_holds_names_that_process(file: Path) -> None:
    command = [sys.executable, "-m", "tests.stores.holder", str(file)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(StoreLockedError) as caught:
            DuckDBStore(file)
        holder.communicate()
    assert f"process {holder.pid}" in caught.value.message
    assert "tests.stores.holder" in caught.value.message
    assert f"kill {holder.pid}" in caught.value.hint
    DuckDBStore(file).close()


# What SQL may do


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "COPY trades TO 'stolen.csv'",
        "COPY trades FROM '/etc/passwd'",
        "EXPORT DATABASE 'stolen'",
        "ATTACH 'other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "SET lock_configuration = false",
        "RESET threads",
        "PRAGMA threads = 64",
        "SELECT * FROM read_csv('https://example.com/x.csv')",
    ],
)
def test_sql_reaches_no_file_no_network_and_no_setting(
    store: DuckDBStore, tmp_path: Path, sql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(StoreError):
        store._database.transaction(lambda session: session.execute(sql).fetchall())
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert store.count(None, ALL) == 0


# Restarts


def test_leases_end_with_the_process_that_held_them(file: Path) -> None:
    store = DuckDBStore(file)
    assert store.acquire("job", "a", now=0, until=1 << 40)
    store.close()
    store = DuckDBStore(file)
    assert store.acquire("job", "b", now=0, until=1)
    store.close()


def test_a_query_leaves_nothing_open_that_stops_the_next(store: DuckDBStore) -> None:
    """DuckDB refuses to take in columns while a result has rows that nobody fetched."""
    store.write(Change(trades=trades([(0, 1.0)])))
    assert store.count(None, ALL) == 1
    store.figures()
    store.forget(None, 0)
    store.compact("trades", 0, 1 << 40)
    assert store.repeats(trades([(0, 1.0), (10, 2.0)])).tolist() == [True, False]


def test_a_closed_store_refuses_to_work_for_good(store: DuckDBStore) -> None:
    store.close()
    for call in (store.markets, lambda: store.write(Change(positions={"a": "1"}))):
        with pytest.raises(StoreError, match="is closed") as caught:
            call()
        assert not caught.value.retryable


def test_the_log_is_folded_into_the_file_on_closing(file: Path) -> None:
    store = DuckDBStore(file)
    store.write(Change(trades=trades([(row, float(row + 1)) for row in range(20_000)])))
    store.close()
    assert not file.with_suffix(".duckdb.wal").exists()


# Full disks


def on_a_full_disk(tmp_path: Path, scenario: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.stores.full_disk", str(tmp_path), scenario]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    told: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    assert told["stored"] == told["unique"] == told["acknowledged"]
    assert told["different"] == 0
    assert told["errors"] == []
    assert told["reads"] > 0
    return told


def test_a_checkpoint_that_fails_half_way_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """It makes DuckDB give up on the open file: it is opened again, and readers notice nothing."""
    told = on_a_full_disk(tmp_path, "checkpoint")
    assert told["reopened"] >= 1
    assert told["raised"]
    assert {(name, retryable) for name, retryable, _ in told["raised"]} == {
        ("StoreUnavailableError", True)
    }
    assert told["failures"] == 0


def test_a_commit_that_fails_for_lack_of_space_is_made_when_there_is_some(tmp_path: Path) -> None:
    told = on_a_full_disk(tmp_path, "commit")
    assert told["failures"] >= 1
    assert "File too large" in told["failing"]
    assert told["failing after"] == ""
    assert told["reopened"] == 0


@pytest.mark.nightly
def test_an_automatic_checkpoint_that_fails_loses_and_doubles_nothing(tmp_path: Path) -> None:
    on_a_full_disk(tmp_path, "automatic")
