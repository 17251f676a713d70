"""`chandlery market` and `filters`, on a directory and beside the server that holds it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from tests.cli.command import line_of, run, started, trades_text

Invoke = Callable[..., Result]


def test_a_market_is_made_edited_and_hidden(invoke: Invoke) -> None:
    made = invoke("market", "add", "MY:GOLD", "--type", "commodity", "--data", "d")
    assert made.exit_code == 0, made.output
    edited = invoke("market", "edit", "my:gold", "--description", "Gold", "--data", "d")
    assert "description: Gold" in edited.stdout
    assert "edited: description, type" in edited.stdout
    assert "MY:GOLD is hidden" in invoke("market", "hide", "MY:GOLD", "--data", "d").stdout
    assert "no markets yet" in invoke("markets", "--data", "d").stderr
    reset = invoke("market", "edit", "MY:GOLD", "--reset", "description", "--data", "d")
    assert "edited: hidden, type" in reset.stdout
    assert invoke("market", "unhide", "MY:GOLD", "--data", "d").exit_code == 0
    assert "MY:GOLD" in invoke("markets", "--data", "d").stdout
    row = json.loads(invoke("market", "show", "MY:GOLD", "--json", "--data", "d").stdout)
    assert (row["type"], row["description"], row["hidden"]) == ("commodity", "", False)


def test_what_cannot_be_is_told(invoke: Invoke) -> None:
    assert invoke("market", "add", "A:B", "--data", "d").exit_code == 0
    for args, told in (
        (("market", "add", "A:B"), "there is a market"),
        (("market", "edit", "A:B"), "nothing to change"),
        (("market", "edit", "X:Y", "--type", "stock"), "no market 'X:Y'"),
        (("market", "show", "X:Y"), "no market 'X:Y'"),
        (("market", "edit", "A:B", "--price-scale", "7"), "a power of ten"),
        (("filters", "set", "X:Y", "--min-notional", "1"), "no market 'X:Y'"),
        (("filters", "set", "A:B", "--min-notional", "-1"), "0 or more"),
        (("filters", "set", "A:B", "--max-deviation", "nan"), "0 or more"),
        (("filters", "set", "A:B", "--window", "soon"), "5m to 1h"),
        (("filters", "set", "A:B", "--window", "2h"), "5 to 60 whole minutes"),
    ):
        found = invoke(*args, "--data", "d")
        assert (found.exit_code, told in found.stderr) == (2, True), found.stderr


def test_filters_count_here_and_at_a_server(tmp_path: Path) -> None:
    def bars() -> int:
        found = run("candles", "A:B", "1d", "--format", "jsonl", "--data", "d", cwd=tmp_path)
        return sum(json.loads(line)["n"] for line in found.out.splitlines())

    (tmp_path / "t.csv").write_text(trades_text(200))
    assert run("import", "t.csv", "--market", "A:B", "--data", "d", cwd=tmp_path).code == 0
    every = bars()
    assert run("filters", "set", "A:B", "--min-notional", "1e12", "--data", "d", cwd=tmp_path).out
    assert bars() == 0
    (tmp_path / "chandlery.toml").write_text('[filters."a:*"]\nmin_notional = 1e12\n')
    with started("serve", "--data", "d", "--port", "0", cwd=tmp_path) as process:
        line_of(process)
        cleared = run("filters", "clear", "A:B", "--data", "d", cwd=tmp_path)
        assert "below a notional of 1e+12" in cleared.out
        assert bars() == 0
        own = run("filters", "set", "A:B", "--data", "d", cwd=tmp_path)
        assert "every trade counts" in own.out
        assert bars() == every
        listed = run("filters", "list", "--json", "--data", "d", cwd=tmp_path)
        edited = run("market", "edit", "A:B", "--type", "stock", "--data", "d", cwd=tmp_path)
        shown = run("market", "show", "A:B", "--json", "--data", "d", cwd=tmp_path)
    rows = json.loads(listed.out)
    assert [(row["kind"], row["symbol"]) for row in rows] == [("pattern", "a:*"), ("market", "A:B")]
    assert "type: stock" in edited.out
    assert json.loads(shown.out)["edited"] == ["type"]
