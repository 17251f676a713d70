"""What the web side is tested against is what the Python functions compute now."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest

from scripts.golden_web import FILES, FOLDER

WITHIN = 1e-9


@pytest.mark.parametrize("name", FILES)
def test_values_for_the_web_side_are_current(name: str) -> None:
    found = json.loads((FOLDER / name).read_text())
    wanted = json.loads(json.dumps(FILES[name]()))
    differences = list(_differences(found, wanted, name))
    assert not differences, "run python -m scripts.golden_web, and look at what changed"


def _differences(found: Any, wanted: Any, place: str) -> Iterator[str]:
    """Say where two values differ by more than another machine's rounding."""
    if isinstance(wanted, dict) and isinstance(found, dict) and found.keys() == wanted.keys():
        for key, value in wanted.items():
            yield from _differences(found[key], value, f"{place}.{key}")
    elif isinstance(wanted, list) and isinstance(found, list) and len(found) == len(wanted):
        for row, (one, other) in enumerate(zip(found, wanted, strict=True)):
            yield from _differences(one, other, f"{place}[{row}]")
    elif isinstance(wanted, float) and isinstance(found, int | float):
        if not math.isclose(found, wanted, rel_tol=WITHIN, abs_tol=WITHIN):
            yield f"{place}: {found} is {wanted} now"
    elif found != wanted:
        yield f"{place}: {found!r} is {wanted!r} now"
