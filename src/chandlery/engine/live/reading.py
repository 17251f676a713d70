"""What a hot series is filled from: reads that know which commits they have seen. Calls block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chandlery.core.candles import Candles
from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine
from chandlery.engine.live.window import MOST_BARS, Window, too_many

FAR = 1 << 60
TAIL_BARS = 2


@dataclass(frozen=True, slots=True)
class Tail:
    """The newest bars exactly as they were after a commit, and a moment no trade is after."""

    bars: Candles
    newest_us: int
    number: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """A series as read: `began` is a commit that all of it has seen."""

    older: Candles
    tail: Tail
    began: int
    reaches_back: bool


class Reading:
    """Reads for hot series."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def window(self, market: int, resolution: Resolution, window: Window) -> Candles:
        """Return the bars of a window."""
        found = self._found(market, resolution, window)
        if len(found) > MOST_BARS:
            raise too_many(window)
        return found

    def _found(self, market: int, resolution: Resolution, window: Window) -> Candles:
        history, start = self._engine.history, window.start
        if not (window.at_least and start is not None):
            count = MOST_BARS + 1 if window.count is None else min(window.count, MOST_BARS + 1)
            found = history.newest(market, resolution, count, window.end)
            return found if start is None else found.take(found.t >= start)
        end = self._end(market, resolution, window)
        if end - start <= MOST_BARS * resolution.seconds:
            found = history.candles(market, resolution, start, end)
        else:
            found = history.newest(market, resolution, MOST_BARS + 1, end)
            found = found.take(found.t >= start)
        if window.count is not None and len(found) < window.count:
            found = history.newest(market, resolution, min(window.count, MOST_BARS + 1), end)
        return found

    def _end(self, market: int, resolution: Resolution, window: Window) -> int:
        reach = self._engine.registry.reach(market)[1] + resolution.seconds
        return reach if window.end is None else window.end

    def load(self, market: int, resolution: Resolution, count: int) -> Loaded:
        """Return the newest bars."""
        began = self._engine.recorder.number

        def read() -> tuple[Candles, int]:
            bars = self._engine.history.newest(market, resolution, count + 1)
            return bars, self._newest_us(market)

        number, (bars, newest_us) = self._engine.recorder.observed(market, read)
        reaches_back = len(bars) <= count
        bars = bars.take(slice(max(0, len(bars) - count), None))
        since = int(bars.t[-min(TAIL_BARS, len(bars))]) if len(bars) else -FAR
        if number is None:
            tail = self.tail(market, resolution, since)
        else:
            tail = Tail(bars.take(bars.t >= since), newest_us, number)
        low = int(tail.bars.t[0]) if len(tail.bars) else since
        return Loaded(bars.take(bars.t < low), tail, began, reaches_back)

    def tail(self, market: int, resolution: Resolution, since: int) -> Tail:
        """Return the bars from a time on, exactly as after a commit."""

        def read() -> tuple[Candles, int]:
            bars = self._engine.history.candles(market, resolution, since, FAR)
            return bars, self._newest_us(market)

        number, (bars, newest_us) = self._engine.recorder.quietly(market, read)
        return Tail(bars, newest_us, number)

    def _newest_us(self, market: int) -> int:
        return int(self._engine.registry.newest_us(np.array([market], dtype=np.int32))[0])

    def between(self, market: int, resolution: Resolution, low: int, high: int) -> Candles:
        """Return the bars of [low, high]."""
        return self._engine.history.candles(market, resolution, low, high + 1)

    def before(self, market: int, resolution: Resolution, t: int, count: int) -> Candles:
        """Return `count` bars before a time."""
        return self._engine.history.newest(market, resolution, count, t)
