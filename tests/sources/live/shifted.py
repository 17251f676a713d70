"""A clock that shows another time than the one it is made of, and may be set."""

from __future__ import annotations

from typing_extensions import override

from tests.sources.live.fast import FastClock


class ShiftedClock(FastClock):
    """Goes as another does, so many seconds ahead of it: that can be changed, as clocks are set."""

    def __init__(self, base: FastClock, ahead_s: float = 0.0) -> None:
        super().__init__(base.speed, base.start_us)
        self.base = base
        self.ahead_s = ahead_s

    @override
    def elapsed(self) -> float:
        return self.base.elapsed()

    @override
    def now_us(self) -> int:
        return self.base.now_us() + round(self.ahead_s * 1e6)

    @override
    async def sleep(self, seconds: float) -> None:
        await self.base.sleep(seconds)
