"""Random scripts of faults: what goes wrong, how often, and until when."""

from __future__ import annotations

import random

from tests.sources.binance.fake import Faults

SECONDS = 24.0
"""How long trades come; faults stop a little later, so that everything can be mended."""
CALM_S = 30.0


def script(seed: int) -> tuple[Faults, set[tuple[str, int]], list[float]]:
    """Return faults, ids that nobody gets, and moments at which the process ends."""
    draw = random.Random(seed * 7_919 + 1)  # noqa: S311 - chance, no secret

    def some(share: float, most: float) -> float:
        return draw.uniform(0, most) if draw.random() < share else 0.0

    faults = Faults(
        seed=seed,
        skip=some(0.6, 0.15),
        repeat=some(0.5, 0.2),
        reorder=some(0.5, 0.2),
        garbage=some(0.5, 0.1),
        half=some(0.4, 0.05),
        cut=some(0.5, 0.02),
        stall=some(0.3, 0.01),
        deaf=some(0.2, 0.01),
        shutdown=some(0.2, 0.01),
        life_s=draw.uniform(5, 15) if draw.random() < 0.3 else 86_400.0,
        error=some(0.4, 0.3),
        too_many=some(0.3, 0.2),
        banned=some(0.2, 0.1),
        broken=some(0.2, 0.2),
        retry_after_s=draw.randint(1, 4),
        lag_s=draw.uniform(0, 2) if draw.random() < 0.3 else 0.0,
        until_s=CALM_S,
    )
    kills = sorted(draw.uniform(3, SECONDS) for _ in range(draw.choice((0, 0, 0, 1, 2))))
    faults.overlap = some(0.3, 0.3)
    return faults, set(), kills


def void_ids(seed: int, ids: dict[str, list[int]]) -> set[tuple[str, int]]:
    """Return some ids inside that neither streams nor REST have."""
    draw = random.Random(seed * 31 + 5)  # noqa: S311 - chance, no secret
    if draw.random() < 0.6:
        return set()
    return {
        (symbol, number)
        for symbol, of in ids.items()
        for number in draw.sample(of[5:-5], min(3, max(0, len(of) - 10)))
    }
