"""docs/client.md names everything there is, with the defaults it has."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

import chandlery.client
from chandlery.client import Client, Options, Retry

PAGE = (Path(__file__).parents[2] / "docs" / "client.md").read_text()
# Types of parameters, and parts of answers.
INTERNAL = {"CandleRange", "Event", "Feed", "Moment", "Range", "Rejected", "Symbol", "Ticker"}


@pytest.mark.parametrize("name", sorted(set(chandlery.client.__all__) - INTERNAL))
def test_every_name_is_documented(name: str) -> None:
    assert name in PAGE


def test_every_option_is_documented() -> None:
    for option in fields(Options):
        assert f"| `{option.name}` |" in PAGE
    assert "Retry(tries=6, first_s=0.5, most_s=30, patience_s=120)" in PAGE
    assert Retry(tries=6, first_s=0.5, most_s=30, patience_s=120) == Options().retry
    assert Retry(first_s=1, most_s=30) == Options().reconnect


def test_both_clients_have_the_same_methods() -> None:
    def methods(kind: type) -> set[str]:
        return {name for name in dir(kind) if not name.startswith("_")}

    assert methods(chandlery.client.AsyncClient) ^ methods(Client) == {"close", "aclose"}
    for name in methods(Client) - {"close"}:
        assert f"`{name}(" in PAGE or f"client.{name}(" in PAGE


def test_the_blocks_are_python() -> None:
    for block in PAGE.split("```python\n")[1:]:
        code = block.partition("```")[0]
        compile(code, "client.md", "exec", flags=0x2000)  # await outside of functions is allowed
