"""`chandlery quality`, on a directory and beside the server that holds it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from tests.cli.command import line_of, run, started, trades_text

Invoke = Callable[..., Result]


def test_quality_of_a_directory(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(trades_text(200))
    assert invoke("import", "t.csv", "--market", "A:B", "--data", "d").exit_code == 0
    rows = json.loads(invoke("quality", "--json", "--data", "d").stdout)
    assert [row["symbol"] for row in rows] == ["A:B"]
    assert rows[0]["age_s"] > 0
    shown = invoke("quality", "a:b", "--data", "d")
    assert shown.exit_code == 0
    assert "A:B" in shown.stdout
    assert "not collected" in shown.stdout
    unknown = invoke("quality", "X:Y", "--data", "d")
    assert unknown.exit_code == 2
    assert "no market 'X:Y'" in unknown.stderr


def test_a_running_server_answers_the_same(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(trades_text(200))
    assert run("import", "t.csv", "--market", "A:B", "--data", "d", cwd=tmp_path).code == 0
    alone = json.loads(run("quality", "--json", "--data", "d", cwd=tmp_path).out)
    with started("serve", "--data", "d", "--port", "0", cwd=tmp_path) as process:
        line_of(process)
        beside = json.loads(run("quality", "--json", "--data", "d", cwd=tmp_path).out)
        one = run("quality", "A:B", "--data", "d", cwd=tmp_path)
    for row in (*alone, *beside):
        del row["age_s"]
    assert beside == alone
    assert "A:B" in one.out
