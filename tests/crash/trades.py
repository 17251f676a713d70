"""The trades of the crash tests: batch `number` is the same whenever it is asked for."""

from __future__ import annotations

import numpy as np

from chandlery.core.trades import Trades

ROWS = 200
MARKETS = 5
START_US = 1_735_689_600_000_000
SECONDS_A_BATCH = 300


def batch(number: int) -> Trades:
    """Return one batch: ids and times go on from the batch before, some come late."""
    random = np.random.default_rng(number)
    span = SECONDS_A_BATCH * 1_000_000
    late = np.where(random.random(ROWS) < 0.05, random.integers(0, 50 * span, ROWS), 0)
    time = START_US + (number + 60) * span + np.sort(random.integers(0, span, ROWS)) - late
    return Trades.of(
        market=random.integers(0, MARKETS, ROWS),
        time=time,
        price=np.round(100 + random.standard_normal(ROWS), 2),
        size=np.round(random.random(ROWS) + 0.01, 3),
        side=random.integers(-1, 2, ROWS),
        sequence=np.zeros(ROWS),
        id=np.arange(number * ROWS, (number + 1) * ROWS),
    )


def end_s(batches: int) -> int:
    """Return a moment in seconds after the trades of so many batches."""
    return START_US // 1_000_000 + (batches + 61) * SECONDS_A_BATCH
