"""Which rows of a column are bad, and why."""

from __future__ import annotations

from typing import Any

import numpy as np

from chandlery.core.columns import Bools

MOST_SHOWN = 40


class Faults:
    """The bad rows of one piece of a body; of several reasons the first is told."""

    def __init__(self, rows: int) -> None:
        self.bad: Bools = np.zeros(rows, dtype=np.bool_)
        self.reasons: dict[int, str] = {}

    def mark(self, row: int, reason: str) -> None:
        """Note that a row is bad."""
        self.bad[row] = True
        self.reasons.setdefault(row, reason)


def shown(value: Any) -> str:
    """Return a value as a reason shows it: not too much of it."""
    text = "null" if value is None else repr(value)
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 4]}...{text[-1]}"
