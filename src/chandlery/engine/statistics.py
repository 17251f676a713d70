"""What the server counts about itself: requests by route, and figures that parts register.

Counting must cost next to nothing, so nothing is locked: `observe` belongs to the event loop.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, TypeAlias

PREFERRED = (1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0)
"""Ten numbers a decade, a quarter apart."""
BOUNDS_S = (
    *(float(f"{number}e{exponent}") for exponent in range(-5, 2) for number in PREFERRED),
    100.0,
)
"""Upper bounds of the buckets: 10 µs to 100 s. What takes longer has a bucket of its own."""
MOST_ROUTES = 500
OTHER = "other"
"""The route of what comes when there are too many."""

Reading: TypeAlias = float | Mapping[str, float]
"""One number, or one for each value of a label."""


class Histogram:
    """How long things took, in buckets: it is as large after a billion observations."""

    __slots__ = ("counts", "greatest", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        self.total = 0.0
        self.greatest = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(BOUNDS_S, seconds)] += 1
        self.total += seconds
        if seconds > self.greatest:
            self.greatest = seconds

    @property
    def count(self) -> int:
        """How many were counted."""
        return sum(self.counts)

    def quantile(self, share: float) -> float | None:
        """Return the seconds that a share of all did not exceed, within an eighth; None: of none.

        Inside its bucket it is where it would be if those in there lay evenly.
        """
        sums = list(accumulate(self.counts))
        if not sums[-1]:
            return None
        rank = share * sums[-1]
        bucket = min(bisect_left(sums, rank), len(BOUNDS_S))
        low = BOUNDS_S[bucket - 1] if bucket else 0.0
        high = min(BOUNDS_S[bucket] if bucket < len(BOUNDS_S) else self.greatest, self.greatest)
        before = sums[bucket] - self.counts[bucket]
        part = (rank - before) / self.counts[bucket] if self.counts[bucket] else 1.0
        return min(low, high) + max(0.0, high - low) * part

    def quantiles_ms(self) -> dict[str, float]:
        """Return p50, p95 and p99 in milliseconds; nothing of none."""
        names = (("p50_ms", 0.5), ("p95_ms", 0.95), ("p99_ms", 0.99))
        found = ((name, self.quantile(share)) for name, share in names)
        return {name: round(value * 1e3, 3) for name, value in found if value is not None}


class Route:
    """The requests to one route."""

    __slots__ = ("latency", "statuses")

    def __init__(self) -> None:
        self.latency = Histogram()
        self.statuses: defaultdict[int, int] = defaultdict(int)

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self.statuses.values())

    @property
    def errors(self) -> dict[int, int]:
        """How many were answered with 400 or above, by status."""
        return {status: n for status, n in sorted(self.statuses.items()) if status >= 400}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that a part shows; `read` is called when somebody looks, and must not block."""

    name: str
    help: str
    read: Callable[[], Reading]
    label: str = ""
    """What the keys are, if there is a number for each of several things."""
    kind: Literal["gauge", "counter"] = "gauge"


class Statistics:
    """Counts requests, and holds the figures of the parts."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.figures: dict[str, Figure] = {}

    def observe(self, route: str, status: int, seconds: float) -> None:
        """Count a request by the pattern of its path, such as `/api/v1/charts/{id}`."""
        found = self.routes.get(route)
        if found is None:
            found = self._new(route)
        found.statuses[status] += 1
        found.latency.add(seconds)

    def register(self, *figures: Figure) -> None:
        """Show figures; each needs a name of its own."""
        for figure in figures:
            if figure.name in self.figures:
                message = f"a name that is free expected, found {figure.name}"
                raise ValueError(message)
            self.figures[figure.name] = figure

    def _new(self, route: str) -> Route:
        """Begin to count a route; their number is bounded, whatever anybody asks for."""
        name = route if len(self.routes) < MOST_ROUTES else OTHER
        return self.routes.setdefault(name, Route())


@dataclass(frozen=True, slots=True)
class ClientFigures:
    """The clients of the stream, and what was done for them since the server began."""

    clients: int = 0
    slow_closes: int = 0
    """Clients that were let go because they read too slowly."""
    messages: int = 0
    opening_bytes: int = 0
    """What is kept for those who come back at once."""
