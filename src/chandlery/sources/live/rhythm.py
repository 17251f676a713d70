"""How often a connection usually says something, and so when its silence is remarkable. Pure."""

from __future__ import annotations

LEAST_S = 5.0
TIMES = 20.0
"""A gap this many times the usual one comes about once in 500 million by chance."""
SHARE = 0.05


class Rhythm:
    """The usual time between two frames."""

    def __init__(self, silent_s: float) -> None:
        self._silent_s = silent_s
        self._mean_s = silent_s / TIMES
        self._last_s: float | None = None

    def heard(self, now_s: float) -> None:
        """Take note of a frame."""
        if self._last_s is not None:
            self._mean_s += SHARE * (min(now_s - self._last_s, self._silent_s) - self._mean_s)
        self._last_s = now_s

    @property
    def limit_s(self) -> float:
        """How long it may say nothing before somebody looks."""
        return min(self._silent_s, max(LEAST_S, TIMES * self._mean_s))
