"""What a feed counts. Plain numbers, read by whoever looks after the server."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

MOST_SAMPLES, LONGEST_SAMPLE = 20, 500


@dataclass(slots=True)
class FeedCounts:
    """What a feed has met since it began."""

    frames: int = 0
    trades: int = 0
    bars: int = 0
    repeats: int = 0
    malformed: int = 0
    """Frames and events that could not be read or hold impossible numbers."""
    unknown: int = 0
    """Events of symbols that were not asked for."""
    held: int = 0
    """Trades stamped ahead of our clock that wait for it now."""
    early: int = 0
    """Trades that were stamped ahead of our clock, in all."""
    refused: int = 0
    """Trades refused because too many waited for the clock."""
    reconnects: int = 0
    renewals: int = 0
    """Connections replaced by new ones before the venue cut them."""
    disconnects: int = 0
    stalls: int = 0
    skips: int = 0
    """Holes in the ids."""
    resets: int = 0
    """How often a symbol's ids began again."""
    filled: int = 0
    """Trades that came by asking for what was missing."""
    lost: int = 0
    """Holes that could not be filled."""
    asked: int = 0
    """Requests to the venue."""
    denied: int = 0
    """Requests the venue answered with 429 or 418."""
    failed: int = 0
    """Requests that failed otherwise."""
    skew_ms: int = 0
    """By how much the venue's clock is ahead of ours; below 0 is how long trades take at least."""
    samples: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_SAMPLES))
    """The last malformed frames, cut."""

    @property
    def skew_us(self) -> int:
        """By how much our clock is ahead of the venue's, if it is."""
        return max(0, -self.skew_ms) * 1_000

    def numbers(self) -> dict[str, int]:
        """Return all that is a number."""
        found = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: value for name, value in found if isinstance(value, int)}

    def sample(self, frame: str | bytes) -> None:
        """Count a frame that cannot be read, and keep a piece of it."""
        self.malformed += 1
        piece = frame[:LONGEST_SAMPLE]
        self.samples.append(piece.decode(errors="replace") if isinstance(piece, bytes) else piece)
