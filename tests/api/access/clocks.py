"""A clock that is moved by hand."""

from __future__ import annotations

from chandlery.core.columns import US

NOW_S = 1_790_000_000


class HandClock:
    """See core.clock.Clock."""

    def __init__(self) -> None:
        self.seconds: float = 0.0

    def now_us(self) -> int:
        return (NOW_S + int(self.seconds)) * US

    def elapsed(self) -> float:
        return self.seconds
