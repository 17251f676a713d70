"""The settings of pushes, and of events."""

from __future__ import annotations

from pathlib import Path

import pytest

from chandlery.config import Push, load
from chandlery.core.errors import ConfigError

TABLE = '[events.Swap]\nsymbol = "{pool}"\ntime = "t"\nprice = "p"\nsize = "s"\n'


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_without_anything_there_are_limits_and_no_events() -> None:
    settings = load().settings
    assert settings.push == Push()
    assert (settings.push.body, settings.push.rows) == (16_000_000, 250_000)
    assert settings.events == {}
    shown = {value.name: value.value for value in load().values()}
    assert shown["events"] == "none"


def test_events_are_tables_of_the_file() -> None:
    Path("chandlery.toml").write_text(f'{TABLE}\n[push]\nbody = "1MB"\nmarkets = 0\n')
    loaded = load()
    assert loaded.settings.events["Swap"]["symbol"] == "{pool}"
    assert (loaded.settings.push.body, loaded.settings.push.markets) == (1_000_000, 0)
    (row,) = [value for value in loaded.values() if value.name == "events"]
    assert row.value == "Swap"
    assert row.origin.endswith("chandlery.toml")


def test_events_may_be_json_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANDLERY_EVENTS", '{"Swap": {"symbol": "A"}}')
    assert load().settings.events == {"Swap": {"symbol": "A"}}


@pytest.mark.parametrize(
    "text", ["events = 7", 'events = "no JSON"', "[events]\nSwap = 1", "[events.Swap]\nprice = 1"]
)
def test_events_that_are_no_tables_are_told(text: str) -> None:
    Path("chandlery.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"expected tables such as \[events\.Swap\]"):
        load()


@pytest.mark.parametrize("name", ["push.rows", "push.body"])
def test_a_limit_is_at_least_1(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        load({name: 0})
