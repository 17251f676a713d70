"""The real clock: the one place that asks the system for the time."""

from __future__ import annotations

import time


class SystemClock:
    """See core.clock.Clock."""

    def now_us(self) -> int:
        """See Clock.now_us."""
        return time.time_ns() // 1_000

    def elapsed(self) -> float:
        """See Clock.elapsed."""
        return time.monotonic()
