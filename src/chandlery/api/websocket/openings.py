"""What followers who came just now were told first.

Everybody who was cut off comes back at once, and wants the same.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from chandlery.core.clock import Clock

KEPT_S = 5.0
"""How long frames are kept for others: until thousands are back, and no longer."""
MOST_BYTES, LARGEST = 16 << 20, 65_536
"""What is kept of all feeds together, and the largest one of it."""
OWN_BYTES = 512
"""About what one takes beside its frames."""


class Openings:
    """Makes what is asked for once, for all who ask for it soon."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made: OrderedDict[Hashable, tuple[float, bytes]] = OrderedDict()
        self.nbytes = 0
        """The memory it takes."""

    def of(self, asked: Hashable, make: Callable[[], bytes]) -> bytes:
        """Return the frames for what is asked for, which must name all that they depend on."""
        known = self._made.get(asked)
        if known is not None:
            return known[1]
        frames = make()
        if len(frames) <= LARGEST:
            self._made[asked] = (self._clock.elapsed(), frames)
            self.nbytes += OWN_BYTES + len(frames)
            self.let_go()
        return frames

    def let_go(self) -> None:
        """Let go of what is old, and of the oldest while it is too much."""
        before = self._clock.elapsed() - KEPT_S
        while self._made:
            asked, (made, frames) = next(iter(self._made.items()))
            if made >= before and self.nbytes <= MOST_BYTES:
                break
            del self._made[asked]
            self.nbytes -= OWN_BYTES + len(frames)
