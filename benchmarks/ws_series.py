"""What the measured server and its clients agree on."""

from __future__ import annotations

import time

MARKETS = 100
HISTORY = 300
"""Minutes that there are bars of when the server begins."""


def symbol(number: int) -> str:
    """Return the name of a market."""
    return f"BENCH:M{number}USDT"


def now_us() -> int:
    """Return the clock that all processes of the machine share."""
    return time.monotonic_ns() // 1_000
