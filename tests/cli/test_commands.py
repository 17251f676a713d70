from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chandlery import __version__
from chandlery.cli.group import COMMANDS, chandlery, load
from tests.cli.command import START, bars_text, trades_text

Invoke = Callable[..., Result]


@pytest.fixture
def filled(invoke: Invoke, tmp_path: Path) -> Invoke:
    """Return what runs commands on a directory `d` with ten minutes of a market A:B."""
    (tmp_path / "t.csv").write_text(trades_text(599))
    assert invoke("import", "t.csv", "--market", "A:B", "--data", "d").exit_code == 0
    return invoke


def rows(done: Result) -> list[list[str]]:
    assert done.exit_code == 0, done.stderr
    return [line.split(",") for line in done.stdout.splitlines()[1:]]


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help_with_an_example(name: str, invoke: Invoke) -> None:
    done = invoke(name, "--help")
    assert done.exit_code == 0
    assert f"Example: chandlery {name}" in done.stdout or f" chandlery {name}" in done.stdout
    command = load(name)
    assert (command.epilog or "").startswith("Example: ")
    for parameter in command.params:
        assert parameter.param_type_name == "argument" or getattr(parameter, "help", None)


def test_the_version_is_told(invoke: Invoke) -> None:
    assert invoke("--version").stdout == f"chandlery, version {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("sevre",), "No such command 'sevre'"),
        (("candles", "A:B"), "Missing argument 'RESOLUTION'"),
        (("candles", "A:B", "7x"), "unknown resolution '7x'"),
        (("candles", "A:B", "1m", "--start", "noon"), "a time such as 2026-01-31"),
        (("candles", "A:B", "1m", "--limit", "0"), "a number of 1 or more expected"),
        (("candles", "A:B", "1m", "--nope"), "No such option"),
        (("generate", "--out", "x.csv", "--data", "d"), "--out and --data cannot both be given"),
        (("generate", "--out", "x.xml"), "x.xml has an unknown ending"),
        (("import",), "Missing argument 'FILES...'"),
    ],
)
def test_wrong_usage_is_one_line_and_a_hint(
    arguments: tuple[str, ...], told: str, invoke: Invoke
) -> None:
    done = invoke(*arguments)
    assert done.exit_code == 2
    error, *rest = done.stderr.splitlines()
    assert error.startswith("error: ")
    assert told in error
    assert all(line.startswith("hint: ") for line in rest)


def test_an_unknown_market_is_told_with_the_nearest(filled: Invoke) -> None:
    done = filled("candles", "A", "1m", "--data", "d")
    assert done.exit_code == 2
    assert done.stderr == "error: no market 'A' here\nhint: did you mean A:B?\n"


def test_a_traceback_is_shown_with_debug_only(filled: Invoke) -> None:
    assert isinstance(filled("candles", "X", "1m", "--data", "d").exception, SystemExit)
    done = filled("candles", "X", "1m", "--data", "d", "--debug")
    assert type(done.exception).__name__ == "UnknownMarketError"


def test_a_directory_without_data_is_told_by_commands_that_read(invoke: Invoke) -> None:
    done = invoke("candles", "A:B", "1m", "--data", "nowhere")
    assert done.exit_code == 1
    assert "error: no data in " in done.stderr
    assert not Path("nowhere").exists()


@pytest.mark.parametrize("command", [("markets",), ("import", "t.csv", "--market", "A:B")])
def test_a_damaged_database_is_told(
    command: tuple[str, ...], invoke: Invoke, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text(trades_text(3))
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "chandlery.duckdb").write_bytes(b"no database" * 1_000)
    done = invoke(*command, "--data", "d")
    assert done.exit_code == 1
    assert "is damaged, or no DuckDB file" in done.stderr
    assert "hint: restore it from a backup" in done.stderr


def test_a_data_directory_that_is_a_file_is_told(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "d").write_text("")
    for command in (("serve", "--port", "0"), ("generate",)):
        done = invoke(*command, "--data", "d")
        assert done.exit_code == 1
        assert "is a file" in done.stderr


class TestCandles:
    def test_the_newest_are_shown_without_a_range(self, filled: Invoke) -> None:
        shown = rows(filled("candles", "a:b", "1m", "--data", "d", "--format", "csv"))
        assert [int(row[0]) for row in shown] == [START + 60 * i for i in range(10)]
        shown = rows(
            filled("candles", "A:B", "1m", "--data", "d", "--format", "csv", "--limit", "2")
        )
        assert [int(row[0]) for row in shown] == [START + 480, START + 540]

    @pytest.mark.parametrize(
        "start", ["2019-10-11T00:02:00Z", "2019-10-11T02:02:00+02:00", str(START + 120)]
    )
    def test_times_may_be_written_in_several_ways(self, start: str, filled: Invoke) -> None:
        arguments = ("candles", "A:B", "1m", "--data", "d", "--format", "csv", "--start", start)
        shown = rows(filled(*arguments, "--end", str(START + 240)))
        assert [int(row[0]) for row in shown] == [START + 120, START + 180]
        assert len(rows(filled(*arguments))) == 8

    def test_json_and_csv_have_the_same_numbers(self, filled: Invoke) -> None:
        arguments = ("candles", "A:B", "3m", "--data", "d", "--format")
        found = json.loads(filled(*arguments, "json").stdout)
        shown = rows(filled(*arguments, "csv"))
        assert [[float(cell) for cell in row] for row in shown] == [
            [float(value) for value in bar.values()] for bar in found
        ]

    def test_nothing_is_an_empty_list(self, filled: Invoke) -> None:
        done = filled(
            *("candles", "A:B", "1m", "--data", "d", "--start", "2030-01-01", "--format", "json")
        )
        assert done.stdout == "[]\n"

    def test_a_table_is_the_default(self, filled: Invoke) -> None:
        assert "time (UTC)" in filled("candles", "A:B", "1m", "--data", "d").stdout

    def test_a_file_is_written_whole(self, filled: Invoke, tmp_path: Path) -> None:
        arguments = ("candles", "A:B", "1m", "--data", "d", "--out")
        assert filled(*arguments, "c.csv", "--format", "csv").stdout == ""
        assert len((tmp_path / "c.csv").read_text().splitlines()) == 11
        assert filled(*arguments, "c.parquet", "--format", "parquet").exit_code == 0
        imported = filled("import", "c.parquet", "--market", "C:D", "--interval", "1m")
        assert imported.stdout == "c.parquet: 10 rows, 10 bars, 0 bad\n"
        assert filled(*arguments, "c.txt").exit_code == 2
        assert filled(*arguments[:-1], "--format", "parquet").exit_code == 2

    def test_flat_bars_stand_where_nothing_was_traded(self, invoke: Invoke, tmp_path: Path) -> None:
        (tmp_path / "t.csv").write_text(
            f"time,price,size\n{START},5,1\n{START + 300},6,1\n{START + 660},7,1\n"
        )
        invoke("import", "t.csv", "--market", "A:B", "--data", "d")
        base = ("candles", "A:B", "1m", "--data", "d", "--format", "csv", "--fill", "flat")
        assert [row[4] for row in rows(invoke(*base))] == list("555556666667")
        late = ("--start", str(START + 120), "--end", str(START + 840))
        shown = rows(invoke(*base, *late))
        assert [int(row[0]) for row in shown] == list(range(START + 120, START + 840, 60))
        assert [row[4] for row in shown] == list("555666666777")
        assert [row[5] for row in shown] == ["0"] * 3 + ["1"] + ["0"] * 5 + ["1"] + ["0"] * 2

    def test_many_bars_come_in_pieces_that_fit(
        self, filled: Invoke, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        base = ("candles", "A:B", "1m", "--data", "d", "--start", str(START), "--format")
        whole = {form: filled(*base, form).stdout for form in ("csv", "json")}
        flat = filled(*base, "csv", "--fill", "flat").stdout
        monkeypatch.setattr("chandlery.engine.pieces.BARS_A_PIECE", 3)
        assert {form: filled(*base, form).stdout for form in ("csv", "json")} == whole
        assert filled(*base, "csv", "--fill", "flat").stdout == flat


def test_trades_are_shown_as_they_came(filled: Invoke) -> None:
    base = ("trades", "A:B", "--data", "d", "--format")
    shown = rows(filled(*base, "csv", "--start", str(START + 10), "--end", str(START + 13)))
    assert [int(row[0]) for row in shown] == [(START + i) * 1_000_000 for i in (10, 11, 12)]
    newest = json.loads(filled(*base, "json", "--limit", "2").stdout)
    assert [trade["id"] for trade in newest] == [598, 599]
    assert newest[0]["side"] in ("buy", "sell")
    assert len(rows(filled(*base, "csv"))) == 500
    assert "2019-10-11T00:09:59.000000Z" in filled("trades", "A:B", "--data", "d").stdout


def test_markets_are_listed_and_found(filled: Invoke, tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(bars_text(4))
    filled("import", "b.csv", "--market", "C:BARS", "--interval", "15m", "--data", "d")
    listed = json.loads(filled("markets", "--data", "d", "--json").stdout)
    assert [market["symbol"] for market in listed] == ["A:B", "C:BARS"]
    assert (listed[0]["first"], listed[0]["last"]) == (START, START + 599)
    assert (listed[1]["first"], listed[1]["last"]) == (START, START + 2_700)
    assert listed[1]["price"] == 5.0
    found = json.loads(filled("markets", "bars", "--data", "d", "--json").stdout)
    assert [market["symbol"] for market in found] == ["C:BARS"]
    assert "A:B" in filled("markets", "--data", "d").stdout


def test_jobs_tell_how_far_each_is_behind(filled: Invoke) -> None:
    found = json.loads(filled("jobs", "--data", "d", "--json").stdout)
    assert [job["name"] for job in found[:2]] == ["roll-up 1m", "roll-up 5m"]
    assert found[0]["lag_s"] < 3_600
    assert "roll-up 1w" in filled("jobs", "--data", "d").stdout


def test_rebuilding_makes_wrong_candles_right(filled: Invoke) -> None:
    import duckdb

    with duckdb.connect("d/chandlery.duckdb") as database:
        database.execute("UPDATE candles_1m SET h = h + 1 WHERE t = ?", [START + 60])
    done = filled("verify", "--data", "d", "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["ok"], found["count"]) == (1, False, 1)
    assert "A:B 1m 2019-10-11T00:01:00Z: h is " in found["differences"][0]
    assert "1 differ" in filled("verify", "--data", "d").stdout
    assert filled("rebuild", "A:B", "--data", "d", "--start", "2019-10-11").exit_code == 0
    assert json.loads(filled("verify", "--data", "d", "--json").stdout)["ok"]


def test_maintaining_keeps_what_is_to_be_kept(filled: Invoke, tmp_path: Path) -> None:
    before = filled("candles", "A:B", "1m", "--data", "d", "--format", "csv").stdout
    done = filled("maintain", "--data", "d")
    assert (done.stderr, done.stdout.splitlines()[-1:]) == ("", ["checkpoint done"])
    assert filled("candles", "A:B", "1m", "--data", "d", "--format", "csv").stdout == before
    (tmp_path / "chandlery.toml").write_text('[retention]\ntrades = "30d"\n')
    done = filled("maintain", "--data", "d")
    assert done.stdout.startswith("trades: 599 rows before ")
    assert rows(filled("trades", "A:B", "--data", "d", "--format", "csv")) == []
    assert filled("candles", "A:B", "1m", "--data", "d", "--format", "csv").stdout == before


def test_generated_trades_are_the_same_in_a_file_and_in_the_store(invoke: Invoke) -> None:
    base = ("generate", "--markets", "2", "--trades", "2k", "--end", "2026-01-02", "--seed", "7")
    assert invoke(*base, "--out", "x.csv").stdout == "x.csv: 2,000 trades of 2 markets\n"
    assert invoke("import", "x.csv", "--data", "a").exit_code == 0
    assert invoke(*base, "--data", "b").exit_code == 0
    shown = [
        invoke("candles", "SYN:M00002", "1h", "--data", name, "--format", "csv").stdout
        for name in ("a", "b")
    ]
    assert shown[0] == shown[1]
    again = invoke(*base, "--data", "b")
    assert (again.stdout, again.stderr) == ("0 trades of 2 markets, 2,000 repeated\n", "")


def test_config_tells_where_each_setting_was_said(
    invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chandlery.toml").write_text("[http]\nport = 9000\n")
    monkeypatch.setenv("CHANDLERY_LOG__LEVEL", "debug")
    found = json.loads(invoke("config", "--data", "d", "--json").stdout)
    origins = {value["name"]: (value["value"], value["origin"]) for value in found}
    assert origins["data"] == ("d", "--data")
    assert origins["log.level"] == ("debug", "CHANDLERY_LOG__LEVEL")
    assert origins["http.port"] == ("9000", str(tmp_path / "chandlery.toml"))
    assert origins["http.host"] == ("127.0.0.1", "default")
    assert "http.port" in invoke("config").stdout


def test_a_wrong_setting_stops_every_command(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHANDLERY_HTTP__PROT", "9000")
    for command in (("config",), ("markets",), ("serve",)):
        done = invoke(*command)
        assert done.exit_code == 2
        assert done.stderr == (
            "error: unknown setting 'CHANDLERY_HTTP__PROT' in the environment\n"
            "hint: did you mean CHANDLERY_HTTP__PORT?\n"
        )


def test_swapped_ends_of_a_range_are_refused(tmp_path: Path) -> None:
    for command in (["candles", "X:Y", "1m"], ["trades", "X:Y"], ["rebuild", "X:Y"]):
        words = [*command, "--start", "2020-01-02", "--end", "2020-01-01", "--data", str(tmp_path)]
        result = CliRunner().invoke(chandlery, words)
        assert result.exit_code == 2
        assert "--start must be before --end" in result.stderr
