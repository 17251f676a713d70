"""How many things one client may have open at a time, such as connections."""

from __future__ import annotations


class Places:
    """Counts what each has open; only those are remembered who have anything open."""

    def __init__(self, each: int, total: int = 0) -> None:
        """Give each that many places, and all together `total` unless it is 0."""
        self._each = each
        self._total = total
        self._taken: dict[str, int] = {}
        self.count = 0

    def enter(self, who: str) -> bool:
        """Take a place if there is one; nobody (an empty name) is counted in the total only."""
        if self._total and self.count >= self._total:
            return False
        taken = self._taken.get(who, 0)
        if who and taken >= self._each:
            return False
        if who:
            self._taken[who] = taken + 1
        self.count += 1
        return True

    def leave(self, who: str) -> None:
        """Give a place back that was taken."""
        self.count -= 1
        left = self._taken.pop(who, 0) - 1
        if left > 0:
            self._taken[who] = left
