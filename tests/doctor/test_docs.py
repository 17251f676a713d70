from __future__ import annotations

from pathlib import Path

import pytest

from chandlery.doctor import Check
from chandlery.doctor.checks import AREAS
from chandlery.doctor.visit import DEFAULT_REQUESTS

PAGE = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text()


@pytest.mark.parametrize(
    "check",
    [check for checks in AREAS.values() for check in checks],
    ids=lambda check: check.name,
)
def test_a_check_is_documented_with_why_it_matters(check: Check) -> None:
    (row,) = (line for line in PAGE.splitlines() if line.startswith(f"| `{check.name}` |"))
    for text in (str(check.severity), check.looks_at, check.why, check.todo):
        assert text
        assert text.replace("|", "\\|") in row


def test_the_limit_of_requests_is_documented() -> None:
    assert f"at most {DEFAULT_REQUESTS} (`--requests`)" in PAGE
