"""The documentation says what the code does."""

from __future__ import annotations

import pytest

from chandlery.cli.group import COMMANDS, load
from chandlery.config import table
from scripts import docs


@pytest.mark.parametrize("name", sorted(docs.PARTS))
def test_generated_parts_are_fresh(name: str) -> None:
    assert (docs.DOCS / name).read_text() == docs.renewed(name), "run `python -m scripts.docs`"


def test_every_setting_is_documented() -> None:
    page = (docs.DOCS / "configuration.md").read_text()
    for setting in table():
        assert f"| `{setting.name}` |" in page
        assert setting.help
        assert setting.expected


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_is_documented(name: str) -> None:
    page = (docs.DOCS / "cli.md").read_text()
    section = page.partition(f"## chandlery {name}\n")[2].partition("\n## ")[0]
    for parameter in load(name).params:
        for spelling in parameter.opts:
            assert spelling in section or parameter.param_type_name == "argument"
