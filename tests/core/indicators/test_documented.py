"""The documentation names every indicator with all that can be told it."""

from __future__ import annotations

from pathlib import Path

import pytest

from chandlery.core.indicators import INDICATORS

PAGE = (Path(__file__).parents[3] / "docs" / "indicators.md").read_text()


def _section(name: str) -> str:
    return PAGE.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def _row(first: str, text: str) -> str:
    rows = [row for row in text.splitlines() if row.startswith(f"| {first} |")]
    assert len(rows) == 1, first
    return rows[0]


@pytest.mark.parametrize("name", sorted(INDICATORS))
def test_every_indicator_is_documented(name: str) -> None:
    indicator, section = INDICATORS[name], _section(name)
    assert f"**{indicator.title}.** {indicator.help}" in section
    overview = _row(f"[`{name}`](#{name})", PAGE)
    assert indicator.title in overview
    assert ("own pane" in overview) == (indicator.pane == "own")
    for output in indicator.outputs:
        assert f"`{output}`" in overview
        assert f"`{output}`" in section
    for parameter in indicator.parameters:
        row = _row(f"`{parameter.name}`", section)
        assert row.startswith(f"| `{parameter.name}` | `{parameter.default}` |")
        assert parameter.expected in row
        assert parameter.help in row


@pytest.mark.parametrize("name", sorted(INDICATORS))
def test_every_warm_up_is_documented(name: str) -> None:
    bars = INDICATORS[name].warm_up()
    text = _section(name).partition("- Warm-up: ")[2]
    assert text.startswith(f"{bars:,} bars by default" if bars else ("All bars", "None"))


def test_every_displacement_is_documented() -> None:
    for name, indicator in INDICATORS.items():
        for output, bars in indicator.displacement().items():
            assert not bars or f"`{output}` {bars:+d}" in _section(name)


def test_nothing_else_is_documented() -> None:
    sections = [line[3:] for line in PAGE.splitlines() if line.startswith("## ")]
    assert sections == ["The first value is right", *INDICATORS]
