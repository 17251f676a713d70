"""The clock that is handed in to whatever needs the time; tests move one by hand."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now_us(self) -> int:
        """Return the microseconds since 1970, UTC."""
        ...

    def elapsed(self) -> float:
        """Return seconds of a clock that never steps; only differences mean something."""
        ...
