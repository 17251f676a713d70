"""The page on operations names every route and every figure there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from chandlery.api.operations import ROUTES, Operations
from chandlery.api.operations.figures import figures_of
from chandlery.cli.running import FILE
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import HandClock

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()


@pytest.mark.parametrize("path", sorted(path for route in ROUTES for path in route.paths))
def test_every_route_is_documented(path: str) -> None:
    assert f"| `{path}` |" in PAGE


def test_every_figure_is_documented() -> None:
    server = Server(Engine(MemoryStore()), HandClock())
    for figure in figures_of(Operations(server)):
        name = figure.name + ("_total" if figure.kind == "counter" else "")
        label = f"{{{figure.label}}}" if figure.label else ""
        assert f"`{name}{label}`" in PAGE, name


def test_the_file_of_a_server_is_documented() -> None:
    assert f"`{FILE}`" in PAGE
