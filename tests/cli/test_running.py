"""Commands beside a server that holds the data: the same output, done by the server."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from chandlery.cli import chandlery
from chandlery.cli.running import FILE, Running, announced, found_in, reachable
from tests.cli.command import START, Ended, bars_text, line_of, run, started, trades_text

DATA = ("--data", "d")
RANGE = ("--start", str(START + 60), "--end", str(START + 300))
COMMANDS = [
    ("candles", "A:B", "1m"),
    ("candles", "a:b", "3m", "--format", "csv"),
    ("candles", "A:B", "1m", *RANGE, "--format", "json"),
    ("candles", "A:B", "1m", "--limit", "3", "--fill", "flat", "--format", "json"),
    ("candles", "C:BARS", "1h", "--format", "csv"),
    ("candles", "C:BARS", "5m", "--format", "csv"),
    ("candles", "A:B", "1m", "--start", "2030-01-01", "--format", "json"),
    ("trades", "A:B", "--limit", "20"),
    ("trades", "A:B", *RANGE, "--format", "csv"),
    ("trades", "A:B", "--format", "json"),
    ("markets",),
    ("markets", "bars", "--json"),
    ("markets", "zzz"),
    ("verify",),
    ("verify", "--json"),
    ("rebuild", "A:B", "--start", "2019-10-11"),
    ("keys", "list", "--json"),
    # What cannot be.
    ("candles", "A", "1m"),
    ("candles", "A:B", "7x"),
    ("candles", "A:B", "1m", "--start", "2020-01-01", "--end", "2019-01-01"),
    ("trades", "X:Y"),
    ("rebuild", "X:Y"),
    ("rebuild", "A:B", "--start", "2030-01-01"),
    ("keys", "revoke", "abcdef012345"),
    ("keys", "revoke", "../../x"),
    ("keys", "create", ""),
]
SERVER = Running(address="http://127.0.0.1:1", pid=os.getpid(), started=1, key="chd_secret")


def told(place: Path, *command: str) -> Ended:
    """Run a command inside this process: a new one takes a second."""
    done = CliRunner().invoke(chandlery, [*command, "--data", str(place / "d")])
    return Ended(done.exit_code, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory in which `d` holds trades, bars, a key and an admin key."""
    place = tmp_path_factory.mktemp("running")
    (place / "t.csv").write_text(trades_text(599))
    (place / "b.csv").write_text(bars_text(20))
    for args in (
        ("import", "t.csv", "--market", "A:B"),
        ("import", "b.csv", "--market", "C:BARS", "--interval", "15m"),
        ("keys", "create", "boss", "--scope", "admin"),
        ("maintain",),
    ):
        done = run(*args, *DATA, cwd=place)
        assert done.code == 0, done.err
    return place


@pytest.fixture(scope="module")
def alone(place: Path) -> dict[tuple[str, ...], Ended]:
    """Return what each command tells while no server runs."""
    return {command: told(place, *command) for command in COMMANDS}


@pytest.fixture(scope="module")
def serving(place: Path, alone: object) -> Iterator[subprocess.Popen[str]]:
    """Run a server on the directory."""
    with started("serve", "--port", "0", *DATA, cwd=place) as process:
        assert "is ready at" in line_of(process)
        yield process


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_tells_the_same_with_and_without_a_server(
    command: tuple[str, ...],
    place: Path,
    alone: dict[tuple[str, ...], Ended],
    serving: subprocess.Popen[str],
) -> None:
    assert serving.poll() is None
    assert told(place, *command) == alone[command]


def test_files_are_written_alike(place: Path, serving: subprocess.Popen[str]) -> None:
    arguments = ("candles", "A:B", "1m", "--format", "parquet", "--out", "c.parquet")
    assert run(*arguments, *DATA, cwd=place).code == 0
    done = run(
        *("import", "c.parquet", "--market", "E:F", "--interval", "1m", "--data", "e"), cwd=place
    )
    assert done.out == "c.parquet: 10 rows, 10 bars, 0 bad\n"


def test_jobs_and_maintenance_go_through_the_server(
    place: Path, serving: subprocess.Popen[str]
) -> None:
    done = run("jobs", "--json", *DATA, cwd=place)
    assert [job["name"] for job in json.loads(done.out)][:2] == ["roll-up 1m", "roll-up 5m"]
    assert "roll-up 1w" in run("jobs", *DATA, cwd=place).out
    done = run("maintain", *DATA, cwd=place)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == "checkpoint done"


def test_a_key_that_is_made_counts_in_the_server_at_once(
    place: Path, serving: subprocess.Popen[str]
) -> None:
    made = json.loads(run("keys", "create", "new", "--json", *DATA, cwd=place).out)
    assert made["key"].startswith(f"chd_{made['id']}_")
    assert "sha256" not in made
    listed = json.loads(run("keys", "list", "--json", *DATA, cwd=place).out)
    assert [key["name"] for key in listed if key["state"] == "active"] == ["boss", "new"]
    done = run("keys", "revoke", made["id"], *DATA, cwd=place)
    assert done.out == f"{made['id']} (new) is revoked\n"


def test_what_needs_the_directory_itself_is_told_who_holds_it(
    place: Path, serving: subprocess.Popen[str]
) -> None:
    done = run("import", "t.csv", "--market", "A:B", *DATA, cwd=place)
    assert done.code == 1
    assert f"is in use by process {serving.pid}" in done.err


def test_the_file_is_for_its_owner_alone_and_goes_with_the_server(tmp_path: Path) -> None:
    with started("serve", "--port", "0", *DATA, cwd=tmp_path) as process:
        line_of(process)
        path = tmp_path / "d" / FILE
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert json.loads(path.read_bytes())["pid"] == process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert not path.exists()


def test_a_server_that_was_killed_is_not_asked(tmp_path: Path) -> None:
    with started("serve", "--port", "0", *DATA, cwd=tmp_path) as process:
        line_of(process)
        process.kill()
        process.wait()
    assert (tmp_path / "d" / FILE).exists()
    assert found_in(tmp_path / "d") is None
    assert run("markets", "--json", *DATA, cwd=tmp_path).out == "[]\n"


def test_a_server_that_does_not_answer_leaves_the_error_as_it_was(tmp_path: Path) -> None:
    """Another process holds the file, and what is in the way names a port nobody listens at."""
    assert run("keys", "list", "--data", "e", cwd=tmp_path).code == 1
    (tmp_path / "t.csv").write_text(trades_text(5))
    assert run("import", "t.csv", "--market", "A:B", *DATA, cwd=tmp_path).code == 0
    with started("serve", "--port", "0", *DATA, cwd=tmp_path) as process:
        line_of(process)
        path = tmp_path / "d" / FILE
        told = json.loads(path.read_bytes())
        path.write_text(json.dumps({**told, "address": "http://127.0.0.1:1"}))
        done = run("markets", *DATA, cwd=tmp_path)
        assert done.code == 1
        assert f"is in use by process {process.pid}" in done.err
        path.write_text(json.dumps({**told, "key": "chd_0123456789ab_" + "0" * 64}))
        done = run("markets", *DATA, cwd=tmp_path)
        assert (done.code, "unknown API key" in done.err) == (1, True)


def test_a_file_that_says_nothing_is_no_server(tmp_path: Path) -> None:
    assert found_in(tmp_path) is None
    for text in ("", "{}", "[1]", '{"address": 1}', "\0"):
        (tmp_path / FILE).write_text(text)
        assert found_in(tmp_path) is None


def test_only_the_own_file_is_removed_at_the_end(tmp_path: Path) -> None:
    with announced(tmp_path, SERVER):
        assert found_in(tmp_path) == SERVER
        other = Running(address="http://127.0.0.1:2", pid=os.getpid(), started=2, key="k")
        with announced(tmp_path, other):
            assert found_in(tmp_path) == other
        assert found_in(tmp_path) is None
        (tmp_path / FILE).write_text("{}")
    assert (tmp_path / FILE).exists()
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_the_process_of_a_server_must_be_there(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    with announced(tmp_path, Running(address="http://x:1", pid=gone.pid, started=1, key="k")):
        assert found_in(tmp_path) is None


def test_the_key_is_not_in_the_text_of_a_server() -> None:
    assert "chd_secret" not in repr(SERVER)


@pytest.mark.parametrize(
    ("listens_at", "reached_at"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://0.0.0.0:8000", "http://127.0.0.1:8000"),
        ("http://[::]:8000", "http://[::1]:8000"),
        ("http://[fe80::1]:8000", "http://[fe80::1]:8000"),
    ],
)
def test_an_address_that_is_every_one_is_reached_here(listens_at: str, reached_at: str) -> None:
    assert reachable(listens_at) == reached_at
