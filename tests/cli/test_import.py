from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.command import START, bars_text, packed, trades_text

Invoke = Callable[..., Result]


def count(invoke: Invoke) -> int:
    found = json.loads(invoke("verify", "--data", "d", "--json").stdout)
    assert found["ok"]
    return int(found["trades"])


def test_importing_twice_doubles_nothing(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(trades_text(300))
    for accepted, repeated in ((300, 0), (0, 300), (0, 300)):
        done = invoke("import", "t.csv", "--market", "A:B", "--data", "d", "--json")
        assert done.exit_code == 0
        (result,) = json.loads(done.stdout)["files"]
        assert (result["accepted"], result["repeated"]) == (accepted, repeated)
    assert count(invoke) == 300


def test_importing_bars_twice_doubles_nothing(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(bars_text(40))
    shown = []
    for _ in range(2):
        invoke("import", "b.csv", "--market", "A:B", "--interval", "15m", "--data", "d")
        shown.append(invoke("candles", "A:B", "1h", "--data", "d", "--format", "csv").stdout)
    assert shown[0] == shown[1]
    assert len(shown[0].splitlines()) == 11


def test_late_rows_change_the_candles_they_belong_to(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "late.csv").write_text(trades_text(300))
    (tmp_path / "early.csv").write_text(trades_text(300, first=301))
    for name in ("early.csv", "late.csv"):
        assert invoke("import", name, "--market", "A:B", "--data", "d").exit_code == 0
    assert count(invoke) == 600
    rows = invoke("candles", "A:B", "1h", "--data", "d", "--format", "csv").stdout.splitlines()
    assert rows[1].split(",")[7] == "600"


def test_without_rollup_the_candles_are_the_same(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(trades_text(300))
    invoke("import", "t.csv", "--market", "A:B", "--data", "d")
    invoke("import", "t.csv", "--market", "A:B", "--data", "e", "--no-rollup")
    shown = [
        invoke("candles", "A:B", "5m", "--data", name, "--format", "csv").stdout
        for name in ("d", "e")
    ]
    assert shown[0] == shown[1]


def test_future_trades_are_refused_and_counted(invoke: Invoke, tmp_path: Path) -> None:
    future = "time,price,size\n4000000000,1,1\n4000000001,1,1\n"
    (tmp_path / "t.csv").write_text(future)
    done = invoke("import", "t.csv", "--market", "A:B", "--data", "d")
    assert done.exit_code == 1
    assert "2 refused (time is in the future: 2)" in done.stdout
    assert done.stderr.startswith("error: t.csv: none of its 2 rows could be taken\nhint: ")


def test_some_bad_rows_are_named_counted_and_no_failure(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "time,price,size\n"
        + "\n".join(f"{START + i},nan,1" for i in range(30))
        + f"\n{START},5,1\n"
    )
    done = invoke("import", "t.csv", "--market", "A:B", "--data", "d")
    assert done.exit_code == 0
    assert done.stdout == "t.csv: 31 rows, 1 accepted, 0 repeated, 30 bad\n"
    *named, warning = done.stderr.splitlines()
    assert len(named) == 20
    assert named[0].startswith("t.csv:2: price: ")
    assert warning == "warning: t.csv: 30 of 31 rows were left out"


def test_strict_stops_at_the_first_bad_row(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(trades_text(3) + "9,noon,1,1,buy\n")
    done = invoke("import", "t.csv", "--market", "A:B", "--data", "d", "--strict")
    assert done.exit_code == 1
    assert "error: t.csv:5: time: " in done.stderr


def test_one_file_that_fails_does_not_undo_the_others(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(trades_text(10))
    (tmp_path / "b.csv").write_text("")
    (tmp_path / "c.csv").write_text(trades_text(10, first=11))
    done = invoke("import", "a.csv", "b.csv", "gone.csv", "c.csv", "--market", "A:B", "--data", "d")
    assert done.exit_code == 1
    assert "error: b.csv is empty" in done.stderr
    assert "error: gone.csv: no such file" in done.stderr
    assert count(invoke) == 20


def _truncated(path: Path) -> None:
    whole = gzip.compress(trades_text(50_000).encode(), mtime=0)
    path.write_bytes(whole[: len(whole) // 2])


BAD: dict[str, tuple[Callable[[Path], object], list[str], str]] = {
    "an empty file": (lambda path: path.write_text(""), [], "is empty"),
    "a truncated archive": (_truncated, [], "ends too early"),
    "a wrong delimiter": (
        lambda path: path.write_text(trades_text(5)),
        ["--delimiter", ";"],
        "x.csv",
    ),
    "a missing column": (
        lambda path: path.write_text(f"time,amount\n{START},1\n"),
        [],
        "price",
    ),
    "not a number": (
        lambda path: path.write_text(f"time,price,size\n{START},nan,1\n"),
        [],
        "price",
    ),
    "a negative size": (
        lambda path: path.write_text(f"time,price,size\n{START},1,-1\n"),
        [],
        "size",
    ),
    "future times": (
        lambda path: path.write_text("time,price,size\n4000000000,1,1\n"),
        [],
        "none of its",
    ),
    "a directory": (lambda path: path.mkdir(), [], "is a directory"),
    "an unknown time unit": (
        lambda path: path.write_text(trades_text(5)),
        ["--time-unit", "h"],
        "unknown time unit",
    ),
    "columns that are no pairs": (
        lambda path: path.write_text(trades_text(5)),
        ["--columns", "time"],
        "--columns such as",
    ),
    "a symbol that is none": (
        lambda path: path.write_text(trades_text(5)),
        ["--market", "A B"],
        "a symbol of 1 to 128",
    ),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_bad_input_is_told_and_changes_nothing(name: str, invoke: Invoke, tmp_path: Path) -> None:
    write, options, told = BAD[name]
    (tmp_path / "good.csv").write_text(trades_text(10))
    invoke("import", "good.csv", "--market", "A:GOOD", "--data", "d")
    write(tmp_path / "x.csv")
    done = invoke("import", "x.csv", "--market", "A:B", "--data", "d", *options)
    assert done.exit_code in (1, 2)
    assert told in done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert "Traceback" not in done.stderr
    rows = invoke("trades", "A:GOOD", "--data", "d", "--format", "csv").stdout.splitlines()
    assert len(rows) == 11


def test_what_came_before_the_damage_is_kept(invoke: Invoke, tmp_path: Path) -> None:
    _truncated(tmp_path / "t.csv.gz")
    done = invoke("import", "t.csv.gz", "--market", "A:B", "--data", "d", "--json")
    assert done.exit_code == 1
    (result,) = json.loads(done.stdout)["files"]
    assert 0 < result["accepted"] < 50_000
    packed(tmp_path / "t.csv.gz", trades_text(50_000))
    done = invoke("import", "t.csv.gz", "--market", "A:B", "--data", "d", "--json")
    (again,) = json.loads(done.stdout)["files"]
    assert result["accepted"] + again["accepted"] == 50_000
    assert count(invoke) == 50_000


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission_is_told(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(trades_text(5))
    (tmp_path / "t.csv").chmod(0)
    done = invoke("import", "t.csv", "--market", "A:B", "--data", "d")
    assert done.exit_code == 1
    assert "no permission" in done.stderr


def test_standard_input_is_read(invoke: Invoke) -> None:
    text = trades_text(10)
    # The runner's standard input is no real file: the command reads its bytes all the same.
    done = invoke("import", "-", "--market", "A:B", "--data", "d", stdin=text)
    assert (done.exit_code, done.stdout) == (0, "-: 10 rows, 10 accepted, 0 repeated, 0 bad\n")


def test_a_new_market_gets_its_session(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(trades_text(5))
    stock = ("--session", "0930-1600", "--time-zone", "America/New_York")
    base = ("import", "t.csv", "--market", "NYSE:X", "--data", "d")
    assert invoke(*base, *stock).exit_code == 0
    (market,) = json.loads(invoke("markets", "--data", "d", "--json").stdout)
    assert (market["session"], market["time_zone"]) == ("0930-1600", "America/New_York")
    assert invoke(*base).exit_code == 0
    done = invoke(*base, "--session", "24x7")
    assert done.exit_code == 1
    assert "NYSE:X is known with the session 0930-1600, not 24x7" in done.stderr
