"""docs/rest.md names every route, parameter and code, and its examples are what is answered."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from chandlery.api import errors
from chandlery.api.openapi import document_of
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server
from chandlery.stores.memory import MemoryStore
from tests.api.v1.house import app_of
from tests.engine.builders import HandClock

PAGE = (Path(__file__).parents[2] / "docs" / "rest.md").read_text()
PATHS: dict[str, Any] = {
    path: methods["get"]
    for path, methods in document_of(app_of(Server(Engine(MemoryStore()), HandClock())))[
        "paths"
    ].items()
    if path.startswith("/api/v1/")
}


def section(path: str) -> str:
    """Return what the page says of a path, or of the one that it is below."""
    own = path.partition("/{")[0]
    return PAGE.partition(f"\n## `{own}`\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("path", PATHS)
def test_every_route_is_documented_with_its_parameters(path: str) -> None:
    assert f"| `{path}` |" in PAGE
    assert section(path)
    for parameter in PATHS[path]["parameters"]:
        if parameter["in"] == "query" and "Of `" not in parameter["description"]:
            assert f"`{parameter['name']}`" in section(path)


@pytest.mark.parametrize("path", [path for path in PATHS if "{" not in path])
def test_examples_are_what_is_answered(path: str) -> None:
    schema = PATHS[path]["responses"]["200"]["content"]["application/json"]["schema"]
    below = PATHS.get(f"{path}/{{name}}")
    if below is not None:
        schema = below["responses"]["200"]["content"]["application/json"]["schema"]
    for example in re.findall(r"```json\n(.*?)```", section(path), re.DOTALL):
        jsonschema_rs.validate(schema, json.loads(example))


@pytest.mark.parametrize("kind", {*errors._KINDS.values()})
def test_every_code_is_documented(kind: errors.Kind) -> None:
    assert f"`{kind.code}`" in PAGE.partition("\n## Errors\n")[2]
