"""One bad stretch after another: what goes wrong in each, drawn at random from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from tests.sources.binance.fake import Faults

USUAL = {"skip": 0.002, "repeat": 0.01, "reorder": 0.01, "garbage": 0.005, "error": 0.02}
"""What goes wrong all the time."""
KINDS: dict[str, dict[str, float]] = {
    "cut": {"cut": 0.2},
    "stall": {"stall": 0.2},
    "deaf": {"deaf": 0.2},
    "shutdown": {"shutdown": 0.2},
    "skipped": {"skip": 0.4},
    "halves": {"half": 0.3},
    "garbage": {"garbage": 0.8},
    "shuffled": {"reorder": 0.5, "repeat": 0.5},
    "too many requests": {"too_many": 0.7, "skip": 0.2},
    "banned": {"banned": 0.7, "skip": 0.2},
    "errors": {"error": 0.8, "skip": 0.2},
    "broken answers": {"broken": 0.8, "cut": 0.1},
    "late answers": {"lag_s": 2.0, "skip": 0.2},
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """What goes wrong, for how long, and how long it is calm after all is well again."""

    kind: str
    seconds: float
    calm_s: float


def stretches(seed: int) -> Iterator[Stretch]:
    """Yield bad stretches without end; of so many as there are kinds each comes once."""
    draw = random.Random(seed)  # noqa: S311 - chance, no secret
    while True:
        for kind in draw.sample(sorted(KINDS), len(KINDS)):
            yield Stretch(kind, draw.uniform(4, 12), draw.uniform(2, 10))


def begin(faults: Faults, kind: str | None) -> None:
    """Have just that go wrong, besides the usual; None: nothing else."""
    chances = dict.fromkeys((name for each in KINDS.values() for name in each), 0.0)
    for name, value in (chances | USUAL | KINDS.get(kind or "", {})).items():
        setattr(faults, name, value)
