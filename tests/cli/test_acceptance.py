"""The forms that users and other programs rely on, in real processes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.cli.command import bars_text, line_of, packed, run, started, trades_text

READY = r"Chandlery is ready at (http://127\.0\.0\.1:\d+) \(data in (.*)\)\n"


def ask(url: str) -> object:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own server
        return json.loads(answer.read())


def test_the_documented_import_and_export(tmp_path: Path) -> None:
    packed(tmp_path / "trades.csv.gz", trades_text(1_000))
    packed(tmp_path / "bars.csv.gz", bars_text(50))

    done = run(
        *("import", "trades.csv.gz", "--market", "BINANCE:XRPETH", "--data", "./d"), cwd=tmp_path
    )
    assert (done.code, done.err) == (0, "")
    assert done.out == "trades.csv.gz: 1,000 rows, 1,000 accepted, 0 repeated, 0 bad\n"

    done = run(
        *("import", "bars.csv.gz", "--market", "BINANCE:ETHUSDT", "--interval", "15m"),
        *("--data", "./d"),
        cwd=tmp_path,
    )
    assert (done.code, done.out) == (0, "bars.csv.gz: 50 rows, 50 bars, 0 bad\n")

    done = run(
        *("candles", "BINANCE:XRPETH", "5m", "--data", "./d"),
        *("--start", "2019-10-11", "--end", "2019-10-14", "--format", "csv"),
        cwd=tmp_path,
    )
    assert (done.code, done.err) == (0, "")
    header, *rows = done.out.splitlines()
    assert header == "t,o,h,l,c,v,q,n,bv"
    assert [row.split(",")[0] for row in rows] == [str(1_570_752_000 + 300 * i) for i in range(4)]
    assert sum(int(row.split(",")[7]) for row in rows) == 1_000

    done = run("verify", "--data", "./d", "--json", cwd=tmp_path)
    found = json.loads(done.out)
    assert done.code == 0
    assert (found["ok"], found["trades"], found["count"], found["differences"]) == (
        *(True, 1_000, 0, []),
    )
    assert found["bars"] > 50


def test_serve_says_its_address_answers_and_ends_in_order(tmp_path: Path) -> None:
    packed(tmp_path / "trades.csv.gz", trades_text(100))
    run("import", "trades.csv.gz", "--market", "A:B", "--data", "d", cwd=tmp_path)
    with started("serve", "--data", "./d", "--port", "0", cwd=tmp_path) as process:
        line = line_of(process)
        told = re.fullmatch(READY, line)
        assert told is not None
        assert told[2] == str(tmp_path / "d")
        link = rf"Admin link, shown this once: {told[1]}/#token=chd_\w+\n?"
        assert re.fullmatch(link, line_of(process))
        bars = ask(f"{told[1]}/api/v1/candles?symbol=A:B&interval=1m")
        assert isinstance(bars, list)
        assert sum(bar["n"] for bar in bars) == 100

        second = run("serve", "--data", "./d", "--port", "0", cwd=tmp_path)
        assert second.code == 1
        assert f"is in use by process {process.pid}" in second.err
        assert "hint: stop that process first" in second.err

        port = told[1].rpartition(":")[2]
        third = run("serve", "--data", "./other", "--port", port, cwd=tmp_path)
        assert third.code == 1
        assert f"error: port {port} of 127.0.0.1 is in use by another process\n" in third.err

        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate()
        assert (process.returncode, out) == (0, "")
    assert json.loads(run("verify", "--data", "d", "--json", cwd=tmp_path).out)["ok"]


def test_the_demo_has_a_day_of_history_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        with started("demo", "--data", "d", "--port", "0", cwd=tmp_path) as process:
            url = line_of(process).split()[4]
            markets = ask(f"{url}/api/v1/symbols")
            assert isinstance(markets, list)
            assert [market["symbol"] for market in markets] == ["DEMO:GOLD", "DEMO:BTC", "DEMO:ETH"]
            bars = ask(f"{url}/api/v1/candles?symbol=DEMO:GOLD&interval=1m&limit=2000")
            assert isinstance(bars, list)
            assert len(bars) >= 1_440
            assert sum(bar["n"] for bar in bars) >= 86_400
            process.send_signal(signal.SIGINT)
            process.communicate()
            assert process.returncode == 0
    assert json.loads(run("verify", "--data", "d", "--json", cwd=tmp_path).out)["ok"]


def test_an_import_that_is_interrupted_keeps_what_it_told_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(trades_text(500, bad=True))
    os.mkfifo(tmp_path / "two.csv")
    arguments = ("import", "one.csv", "two.csv", "--market", "A:B", "--data", "d")
    with started(*arguments, cwd=tmp_path) as process:
        # The bad row is told when the rows around it are durable. The second file never comes.
        assert process.stderr is not None
        assert process.stderr.readline().startswith("one.csv:2: time: ")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == 130
    assert "one.csv: 501 rows, 500 accepted, 0 repeated, 1 bad" in out
    assert "interrupted" in err

    (tmp_path / "two.csv").unlink()
    (tmp_path / "two.csv").write_text(trades_text(500, first=501))
    done = run(*arguments, cwd=tmp_path)
    assert done.code == 0
    assert "one.csv: 501 rows, 0 accepted, 500 repeated, 1 bad" in done.out
    assert "two.csv: 500 rows, 500 accepted, 0 repeated, 0 bad" in done.out
    found = json.loads(run("verify", "--data", "d", "--json", cwd=tmp_path).out)
    assert (found["ok"], found["trades"]) == (True, 1_000)


def test_waiting_for_standard_input_can_be_interrupted(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(trades_text(5, bad=True))
    arguments = ("import", "one.csv", "-", "--market", "A:B", "--data", "d")
    with started(*arguments, cwd=tmp_path) as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        # Its standard input stays open all the while.
        assert process.wait() == 130


def test_output_that_nobody_reads_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(trades_text(20_000))
    run("import", "one.csv", "--market", "A:B", "--data", "d", cwd=tmp_path)
    with started(
        *("trades", "A:B", "--data", "d", "--format", "csv", "--limit", "20k"), cwd=tmp_path
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "time,price,size,side,id\n"
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait() == 0


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(option: str, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom chandlery.cli import chandlery\n"
        f"try: chandlery.main([{option!r}])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'duckdb', 'litestar', 'pydantic', 'structlog', 'asyncio'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
