"""Which closed bars of a symbol have been seen. Pure."""

from __future__ import annotations

from chandlery.core.intervals import Pair, subtract, union
from chandlery.sources.live.track import Span


class BarTrack:
    """The closed bars of one symbol, each `step` seconds long."""

    def __init__(self, step: int, known: int | None = None) -> None:
        self._step = step
        self._seen: list[Pair] = [] if known is None else [(known - step, known)]

    def add(self, t: int) -> None:
        """Take note of a closed bar."""
        self._seen = union([*self._seen, (t, t + self._step)])

    def passed(self, upto: int) -> None:
        """Say that the venue has no bars before a moment that it did not give."""
        if self._seen and upto > self._seen[0][1]:
            self._seen = union([*self._seen, (self._seen[0][1], upto)])

    @property
    def has_hole(self) -> bool:
        """Whether something is missing."""
        return len(self._seen) > 1

    @property
    def known(self) -> int | None:
        """The moment before which nothing is missing."""
        return self._seen[0][1] if self._seen else None

    @property
    def reach_s(self) -> int | None:
        """The second from which on no bar has been seen."""
        return self._seen[-1][1] if self._seen else None

    def spans(self) -> list[Span]:
        """Return the seconds whose bars were seen."""
        return [Span(*pair) for pair in self._seen]

    def holes(self) -> list[Pair]:
        """Return the seconds whose bars are missing."""
        if not self._seen:
            return []
        return subtract([(self._seen[0][0], self._seen[-1][1])], self._seen)
