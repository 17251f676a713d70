"""The stretches of time in which tables are kept as sorted runs, as data."""

from __future__ import annotations

import numpy as np

from chandlery.core.columns import Int64s
from chandlery.core.resolution import Resolution

DAY_S = 86_400
BARS_A_BLOCK = 1_440


def block_seconds(resolution: Resolution | None) -> int:
    """Return the length of a block: a day of trades, or 1,440 bars and at least a day."""
    return DAY_S if resolution is None else max(DAY_S, resolution.seconds * BARS_A_BLOCK)


def blocks_of(times: Int64s, length: int) -> list[tuple[int, int]]:
    """Return the [start, end) blocks that hold the moments."""
    if not len(times):
        return []
    low, high = int(times.min()) // length, int(times.max()) // length
    numbers = [low] if low == high else np.unique(times // length).tolist()
    return [(number * length, (number + 1) * length) for number in numbers]
