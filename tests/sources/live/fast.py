"""A clock that runs faster than the world's, and waiting that keeps to it.

On a busy machine a process is left standing for a moment now and then. Such a moment must not be
seconds to those who are tested: the clock goes on only as far as they had a turn meanwhile.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from dataclasses import dataclass, field

from chandlery.sources.live.surroundings import Surroundings

START = 1_704_067_200
"""2024-01-01."""
TICK_S = 0.001
"""How often it is looked at, in the world's time, as long as somebody sleeps by it."""
LONGEST_S = 0.002
"""What a longer time between two looks counts for."""


@dataclass
class FastClock:
    """Begins at a moment and makes `speed` seconds of one."""

    speed: float = 100.0
    start_us: int = START * 1_000_000
    _elapsed: float = 0.0
    _looked: float = field(default_factory=time.perf_counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _sleepers: int = 0
    _is_ticking: bool = False

    def elapsed(self) -> float:
        with self._lock:
            now = time.perf_counter()
            self._elapsed += min(now - self._looked, LONGEST_S) * self.speed
            self._looked = now
            return self._elapsed

    def now_us(self) -> int:
        return self.start_us + round(self.elapsed() * 1e6)

    def pass_by(self, seconds: float) -> None:
        """Have so much time be over at once; who sleeps by it meanwhile oversleeps."""
        with self._lock:
            self._elapsed += seconds

    async def sleep(self, seconds: float) -> None:
        left = seconds
        until = self.elapsed() + seconds
        self._sleepers += 1
        try:
            if not self._is_ticking:
                self._is_ticking = True
                self._tick(asyncio.get_running_loop())
            while True:
                await asyncio.sleep(max(0.0, left / self.speed))
                left = until - self.elapsed()
                if left <= 0:
                    return
        finally:
            self._sleepers -= 1

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        self.elapsed()
        self._is_ticking = self._sleepers > 0
        if self._is_ticking:
            loop.call_later(TICK_S, self._tick, loop)

    def surroundings(self, seed: int = 0) -> Surroundings:
        return Surroundings(self, self.sleep, random.Random(seed).random)  # noqa: S311 - chance
