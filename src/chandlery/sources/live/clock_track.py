"""Which seconds of a symbol have been seen where ids tell nothing: those of a connection. Pure."""

from __future__ import annotations

from chandlery.sources.live.track import DISORDER_US, US, Hole, Known, Span

MOST_RECENT = 20_000
"""Trades whose repeats are known at once; the store knows all others."""


class ClockTrack:
    """The trades of one symbol, seen from when a connection resumes until it is lost."""

    def __init__(self, known: Known | None = None) -> None:
        self._recent: dict[tuple[int, int], None] = {}
        self._done: list[Span] = []
        self._begun_s: int | None = None
        self._alive_us = 0
        self._missing: list[Hole] = []
        self._since_us = known.us if known is not None else None
        self._newest_us = known.us if known is not None else 0

    def add(self, id_: int, time_us: int, previous: int | None = None) -> bool:
        """Take note of a trade; return whether it was not known."""
        key = (id_, time_us)
        if key in self._recent:
            return False
        self._recent[key] = None
        if len(self._recent) > MOST_RECENT:
            self._recent.pop(next(iter(self._recent)))
        self._newest_us = max(self._newest_us, time_us)
        self.alive(time_us)
        return True

    def alive(self, at_us: int) -> None:
        """Say that all before a moment has come."""
        if self._begun_s is not None:
            self._alive_us = max(self._alive_us, at_us)

    def resume(self, at_us: int) -> None:
        """Say that from a moment on everything comes."""
        if self._begun_s is not None:
            return
        self._begun_s = -(-at_us // US) + 1
        self._alive_us = at_us
        if self._since_us is not None:
            start = self._since_us // US
            hole = Hole(self._since_us, self._begun_s * US, start, max(self._begun_s, start + 1))
            self._missing.append(hole)
            self._since_us = None

    def lose(self) -> None:
        """Say that nothing more comes."""
        if self._begun_s is None:
            return
        end_s, begun_us = self._end_s(), self._begun_s * US
        if end_s > self._begun_s:
            self._done.append(Span(self._begun_s, end_s))
            self._since_us = end_s * US
        elif self._missing and self._missing[-1].last == begun_us:
            # It did not last to the end of the hole before it: that goes on.
            self._since_us = self._missing.pop().first
        else:
            self._since_us = begun_us
        self._begun_s = None

    def holes(self) -> list[Hole]:
        """Return what is missing, in order; the ends are moments in microseconds."""
        return list(self._missing)

    def fill(self, upto: int) -> None:
        """Say that all has been given that the holes up to a moment hold."""
        for hole in [hole for hole in self._missing if hole.last <= upto]:
            self._missing.remove(hole)
            self._done.append(Span(hole.start_s, hole.end_s))

    def give_up(self, upto: int) -> list[Hole]:
        """Forget the holes up to a moment: nobody has them. Return them."""
        lost = [hole for hole in self._missing if hole.last <= upto]
        self._missing = [hole for hole in self._missing if hole.last > upto]
        return lost

    def spans(self) -> list[Span]:
        """Return the seconds that are whole and were not told before."""
        told, self._done = self._done, []
        if self._begun_s is not None and self._end_s() > self._begun_s:
            told.append(Span(self._begun_s, self._end_s()))
        return told

    def _end_s(self) -> int:
        return (self._alive_us - 2 * DISORDER_US) // US

    @property
    def reach_s(self) -> int | None:
        """The second from which on nothing is known to be whole."""
        if self._begun_s is not None:
            return max(self._begun_s, self._end_s())
        return None if self._since_us is None else self._since_us // US

    @property
    def known(self) -> Known | None:
        """Up to where nothing is missing."""
        if self._missing:
            moment = self._missing[0].first
        elif self._begun_s is not None:
            moment = max(self._begun_s, self._end_s()) * US
        elif self._since_us is not None:
            moment = self._since_us
        else:
            return None
        return Known(0, moment, moment // US)

    @property
    def newest(self) -> int | None:
        """The moment of the newest trade."""
        return self._newest_us or None
