"""docs/push.md and the OpenAPI document say what is so."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from chandlery.api.app import Parts, create_app
from chandlery.api.openapi.document import TAGS, document_of, missing
from chandlery.api.operations import Operations
from chandlery.api.push import ROUTES, Desk
from chandlery.api.push.desk import COMMIT_S
from chandlery.api.push.once import MOST_KEYS
from chandlery.api.push.outcome import NOTHING_GOOD
from chandlery.api.push.refusals import KEY_REUSED, STATUSES
from chandlery.config import Push
from chandlery.core.events import EventMaps
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server
from chandlery.sources.push import Asked, read_json, read_lines
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import HandClock

PAGE = (Path(__file__).parents[3] / "docs" / "push.md").read_text()
SERVER = Server(Engine(MemoryStore()), HandClock())
APP = create_app(SERVER, Parts(Operations(SERVER), push=Desk(SERVER)))
PATHS: dict[str, Any] = document_of(APP)["paths"]
OWN = sorted({path for route in ROUTES for path in route.paths})


@pytest.mark.parametrize("fault", STATUSES)
def test_every_refusal_is_told(fault: str) -> None:
    assert f"| `{fault}` | {STATUSES[fault]} |" in PAGE  # type: ignore[index]


def test_the_other_codes_are_told() -> None:
    assert f"| `{KEY_REUSED.code}` | {KEY_REUSED.status} |" in PAGE
    assert f"| `{NOTHING_GOOD}` | 400 |" in PAGE
    assert f"within {COMMIT_S:g} s" in PAGE
    assert f"{MOST_KEYS:,} keys" in PAGE


def test_the_limits_are_told() -> None:
    assert f"`push.rows` ({Push().rows:,})" in PAGE
    assert str(Push().body) == "16MB"
    assert "`push.body` (16 MB)" in PAGE
    assert "`push.markets`" in PAGE


@pytest.mark.parametrize("path", OWN)
def test_every_route_is_told_and_described(path: str) -> None:
    assert f"| `{path}` |" in PAGE
    assert missing(APP) == []
    methods = PATHS[path]
    operation = methods.get("post") or methods["get"]
    assert operation["tags"] == ["Push"]
    assert "Push" in TAGS
    for parameter in operation["parameters"]:
        assert f"{parameter['name']}=" in PAGE
        jsonschema_rs.validate(parameter["schema"], parameter["example"])
    for content in operation.get("requestBody", {"content": {}})["content"].values():
        jsonschema_rs.validate(content["schema"], content["example"])
    answer = operation["responses"].get("200", {"content": {}})
    for content in answer["content"].values():
        jsonschema_rs.validate(content["schema"], content["example"])


def test_answers_shown_are_answers() -> None:
    schema = PATHS["/api/v1/trades"]["post"]["responses"]["200"]["content"]["application/json"]
    shown = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    answers = [json.loads(text) for text in shown]
    assert len(answers) >= 3
    for answer in answers:
        if "accepted" in answer:
            jsonschema_rs.validate(schema["schema"], answer)


def test_trades_and_lines_shown_are_taken() -> None:
    (shown,) = re.findall(r"-d '(\[.*?\])'", PAGE)
    assert not read_json(shown.encode(), "json", Asked()).rejected
    (line,) = re.findall(r"^trades,symbol=.*$", PAGE, re.MULTILINE)
    assert not read_lines(line.encode(), "ns", 0, Asked(unit="us")).rejected


def test_the_events_shown_become_a_trade() -> None:
    (table,) = re.findall(r"```toml\n(\[events.*?)```", PAGE, re.DOTALL)
    (event,) = re.findall(r"-d '(\{\"event\".*?\})'", PAGE, re.DOTALL)
    maps = EventMaps.of(tomllib.loads(table)["events"])
    made = maps.trade_of("Swap", json.loads(event))
    assert made["price"] == "189.25"
    assert made["side"] == "buy"
    assert made["symbol"] == "MYDEX:SOL/USDC"
