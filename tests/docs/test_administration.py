"""docs/administration.md names every route of administration that the page asks, and every word."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from chandlery.api.openapi.management import MANAGEMENT
from chandlery.engine.feeds import STATES
from chandlery.engine.tasks import UNITS, Task, TaskState
from chandlery.engine.watchlist import Outcomes

PAGE = (Path(__file__).parents[2] / "docs" / "administration.md").read_text()
FEEDS = (Path(__file__).parents[2] / "docs" / "feeds.md").read_text()


@pytest.mark.parametrize(("method", "path"), sorted(MANAGEMENT))
def test_every_route_is_documented_with_its_parameters(method: str, path: str) -> None:
    told = path.replace("{task_id}", "{id}")
    if (act := re.fullmatch(r"(.*/\{name\})/(stop|restart)", told)) is not None:
        assert f"### {method} {act[1]}/start" in PAGE
        told = f"/{act[2]}"
    assert f"{method} {told}" in PAGE or f"`{told}" in PAGE or f", {told}" in PAGE
    for parameter in MANAGEMENT[method, path].parameters:
        assert f"`{parameter.name}`" in PAGE or parameter.is_in_path


@pytest.mark.parametrize("word", [*get_args(Outcomes), *get_args(TaskState), *UNITS])
def test_every_word_is_documented(word: str) -> None:
    assert f"`{word}`" in PAGE


def test_every_field_of_a_task_is_documented() -> None:
    section = PAGE.partition("\n## Tasks\n")[2].partition("\n## ")[0]
    for name in Task.__struct_fields__:
        assert f'"{name}"' in section


def test_every_state_of_a_feed_is_documented() -> None:
    for state in STATES:
        assert f"`{state}`" in FEEDS
