"""A clock that runs faster than the world's, and waiting that keeps to it."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field

from chandlery.sources.live.surroundings import Surroundings

START = 1_704_067_200
"""2024-01-01."""


@dataclass
class FastClock:
    """Begins at a moment and makes `speed` seconds of one."""

    speed: float = 100.0
    start_us: int = START * 1_000_000
    _origin: float = field(default_factory=time.perf_counter)

    def elapsed(self) -> float:
        return (time.perf_counter() - self._origin) * self.speed

    def now_us(self) -> int:
        return self.start_us + round(self.elapsed() * 1e6)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)

    def surroundings(self, seed: int = 0) -> Surroundings:
        return Surroundings(self, self.sleep, random.Random(seed).random)  # noqa: S311 - chance
