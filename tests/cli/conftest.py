from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from chandlery.cli import chandlery


@pytest.fixture(autouse=True)
def _logs() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Return what runs a command inside this process, in a directory of its own."""
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()

    def call(*args: str, stdin: str | None = None) -> Result:
        return runner.invoke(chandlery, args, input=stdin)

    return call
