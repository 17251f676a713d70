"""The time of day as a feed has it: a clock that is set forward while it runs needs proof.

What was seen is measured by it: set forward by an hour, an hour would count as seen that is still
to come. Set back it is believed at once: trades wait, as they would not be stored either.
"""

from __future__ import annotations

from chandlery.core.clock import Clock

US = 1_000_000
STEP_US = 2 * US
"""More than this between two looks is no drift: somebody has set the clock."""


class SteadyClock:
    """See Clock. A step forward counts if it is towards the venue's time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead_us = self._wall_ahead_us()
        """By how much the time is ahead of the clock that is never set."""
        self._venue_ahead_us: int | None = None

    def elapsed(self) -> float:
        """See Clock.elapsed."""
        return self._clock.elapsed()

    def now_us(self) -> int:
        """See Clock.now_us."""
        wall = self._wall_ahead_us()
        if wall - self._ahead_us < STEP_US or self._is_proved(wall):
            self._ahead_us = wall
        return self._ahead_us + self._elapsed_us()

    def heard(self, time_us: int) -> None:
        """Take note of the newest trade that has just come."""
        self._venue_ahead_us = time_us - self._elapsed_us()

    def _is_proved(self, wall: int) -> bool:
        venue = self._venue_ahead_us
        return venue is None or abs(wall - venue) < abs(self._ahead_us - venue)

    def _wall_ahead_us(self) -> int:
        return self._clock.now_us() - self._elapsed_us()

    def _elapsed_us(self) -> int:
        return round(self._clock.elapsed() * US)
