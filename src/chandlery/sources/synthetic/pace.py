"""How busy the made-up markets are. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from chandlery.core.columns import US
from chandlery.core.errors import UsageError

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is traded: `rate` trades a second and market on average, from `history_s` ago."""

    seed: int = 0
    rate: float = 1.0
    history_s: int = DAY_S

    def __post_init__(self) -> None:
        if not (0 <= self.rate < float("inf") and self.history_s >= 0):
            message = f"a rate and a history of 0 or more expected, found {self}"
            raise UsageError(message)

    @property
    def history_us(self) -> int:
        """The length of history in microseconds."""
        return self.history_s * US
