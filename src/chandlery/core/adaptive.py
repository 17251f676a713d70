"""How coarse bars must be for a range, where whoever asks leaves that to us. Pure."""

from __future__ import annotations

from chandlery.core.resolution import Resolution

DAY_S = 86_400
FLOORS = (
    (365 * DAY_S, Resolution.parse("1d")),
    (90 * DAY_S, Resolution.parse("1h")),
    (30 * DAY_S, Resolution.parse("15m")),
)
"""For ranges longer than so many seconds, the finest bars; the longest ranges first."""


def adapted(resolution: Resolution, span_s: int) -> Resolution:
    """Return the resolution, or a coarser one where the range would hold too many bars of it."""
    for longer_than, finest in FLOORS:
        if span_s > longer_than:
            return max(resolution, finest)
    return resolution
