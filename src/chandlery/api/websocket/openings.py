"""What followers who came just now were told first.

Everybody who was cut off comes back at once, and wants the same.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from chandlery.core.clock import Clock

KEPT_S = 0.05
"""How long frames are used again: so late may be told that the newest bar has ended."""
MOST, MOST_BYTES = 256, 65_536
"""Openings that are kept, of all feeds together, and the size of one: 16 MB at most."""


class Openings:
    """Makes what is asked for once, for all who ask for it within a moment."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made: OrderedDict[Hashable, tuple[float, bytes]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._made)

    def of(self, asked: Hashable, make: Callable[[], bytes]) -> bytes:
        """Return the frames for what is asked for, which must name all that they depend on."""
        now = self._clock.elapsed()
        self._forget(now)
        known = self._made.get(asked)
        if known is not None:
            return known[1]
        frames = make()
        if len(self._made) < MOST and len(frames) <= MOST_BYTES:
            self._made[asked] = (now, frames)
        return frames

    def _forget(self, now: float) -> None:
        while self._made:
            asked, (made, _) = next(iter(self._made.items()))
            if now - made <= KEPT_S:
                break
            del self._made[asked]
