"""What became of a push, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

NOTHING_GOOD = "no_good_rows"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Durable by now: rows that were new, that were there before, and that are bad."""

    accepted: int = 0
    duplicate: int = 0
    rejected: dict[int, str] = field(default_factory=dict)
    """Why, by the place in the body."""

    @property
    def is_refused(self) -> bool:
        """Whether there were rows, and not one was good."""
        return bool(self.rejected) and not self.accepted and not self.duplicate

    def listed(self) -> list[dict[str, int | str]]:
        """Return the rejected rows in order."""
        return [{"index": row, "reason": self.rejected[row]} for row in sorted(self.rejected)]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that may be given again."""

    status: int
    body: bytes

    @classmethod
    def of(cls, outcome: Outcome) -> Answer:
        """Return how an outcome is answered."""
        told: dict[str, object] = {
            "accepted": outcome.accepted,
            "duplicate": outcome.duplicate,
            "rejected": outcome.listed(),
        }
        if not outcome.is_refused:
            return cls(200, msgspec.json.encode(told))
        first = min(outcome.rejected)
        error = f"none of the rows is a trade; row {first}: {outcome.rejected[first]}"
        told |= {"error": error, "hint": "docs/push.md shows every format", "code": NOTHING_GOOD}
        return cls(400, msgspec.json.encode(told))
