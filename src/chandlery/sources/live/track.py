"""Which of a symbol's trades have been seen: by contiguous ids, or by time alone. Pure.

A track decides nothing about what is stored: every trade that is not known goes on to the store,
in whatever order it comes. It knows what is missing, and from when to when all is there.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple

US = 1_000_000
DISORDER_US = US
"""By how much a later id may be stamped earlier: coverage stays that far behind."""
RESET_US = 60 * US
"""An id that was there already, stamped this much after the newest, is a new count of ids."""


class Hole(NamedTuple):
    """Ids that are missing, and the seconds in which they lie."""

    first: int
    last: int
    start_s: int
    end_s: int


class Span(NamedTuple):
    """Seconds [start, end) of which all trades were seen."""

    start_s: int
    end_s: int


class Known(NamedTuple):
    """Up to where a symbol is known: what a position saves."""

    id: int
    us: int
    s: int
    """Before this second everything is covered."""


@dataclass(slots=True)
class Island:
    """Ids without a hole between them; `begun_s` is the first second that is whole."""

    first: int
    last: int
    first_us: int
    last_us: int
    begun_s: int
    proved_us: int = 0
    """Before this moment there is nothing more: the venue was asked."""

    @property
    def end_s(self) -> int:
        """The end of the seconds that are whole."""
        return max(self.last_us - DISORDER_US, self.proved_us) // US


class Track:
    """The trades of one symbol whose ids have no holes."""

    def __init__(self, known: Known | None = None) -> None:
        self.islands: list[Island] = []
        self.resets = 0
        if known is not None:
            self.islands.append(Island(known.id, known.id, known.us, known.us, known.s))

    def add(self, id_: int, time_us: int, previous: int | None = None) -> bool:
        """Take note of a trade; return whether it was not known."""
        islands = self.islands
        if islands:
            newest = islands[-1]
            if (id_ - 1 if previous is None else previous) == newest.last and id_ > newest.last:
                newest.last = id_
                if time_us > newest.last_us:
                    newest.last_us = time_us
                return True
        return self._add_apart(id_, time_us)

    def _add_apart(self, id_: int, time_us: int) -> bool:
        islands = self.islands
        row = bisect_right(islands, id_, key=lambda island: island.first) - 1
        is_known = row >= 0 and id_ <= islands[row].last
        if (is_known or (islands and row < 0)) and time_us > islands[-1].last_us + RESET_US:
            self.resets += 1
            islands.clear()
            row = -1
        elif is_known:
            return False
        if islands and row < 0 and id_ != islands[0].first - 1:
            # From before all that is followed: the store knows whether it has it.
            return True
        self._insert(row + 1, id_, time_us)
        return True

    def _insert(self, row: int, id_: int, time_us: int) -> None:
        """Add an id that is in no island, where the island after it has this row."""
        islands = self.islands
        begun = -(-(time_us + DISORDER_US) // US)
        island = Island(id_, id_, time_us, time_us, begun)
        islands.insert(row, island)
        if row + 1 < len(islands) and islands[row + 1].first == id_ + 1:
            _merge(islands, row)
        if row and islands[row - 1].last == id_ - 1:
            _merge(islands, row - 1)

    def holes(self) -> list[Hole]:
        """Return what is missing, in order."""
        found = []
        for left, right in zip(self.islands, self.islands[1:], strict=False):
            # What lies before the left one's beginning belongs to whatever is before that.
            start = max(left.begun_s, left.end_s)
            end = max(right.begun_s, start + 1)
            found.append(Hole(left.last + 1, right.first - 1, start, end))
        return found

    def give_up(self, upto: int) -> list[Hole]:
        """Forget the holes that end at an id or before: nobody has them. Return them."""
        lost = [hole for hole in self.holes() if hole.last <= upto]
        del self.islands[: len(lost)]
        if lost:
            self.islands[0].begun_s = max(self.islands[0].begun_s, lost[-1].end_s)
        return lost

    def spans(self) -> list[Span]:
        """Return the seconds that are whole."""
        return [Span(i.begun_s, i.end_s) for i in self.islands if i.end_s > i.begun_s]

    def prove(self, at_us: int) -> None:
        """Say that the venue has nothing after the newest trade that is from before a moment."""
        if self.islands:
            self.islands[-1].proved_us = max(self.islands[-1].proved_us, at_us)

    @property
    def reach_s(self) -> int | None:
        """The second from which on nothing is known to be whole."""
        if not self.islands:
            return None
        newest = self.islands[-1]
        return max(newest.begun_s, newest.end_s)

    @property
    def known(self) -> Known | None:
        """Up to where nothing is missing."""
        if not self.islands:
            return None
        first = self.islands[0]
        return Known(first.last, first.last_us, max(first.begun_s, first.end_s))

    @property
    def newest(self) -> int | None:
        """The greatest id that was seen."""
        return self.islands[-1].last if self.islands else None


def _merge(islands: list[Island], row: int) -> None:
    """Make one of an island and the one after it."""
    left, right = islands[row], islands.pop(row + 1)
    left.last = right.last
    left.first_us = min(left.first_us, right.first_us)
    left.last_us = max(left.last_us, right.last_us)
    left.proved_us = max(left.proved_us, right.proved_us)
    left.begun_s = min(left.begun_s, right.begun_s)
