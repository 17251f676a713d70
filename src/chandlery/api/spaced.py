"""Bars with what lies between them: empty places, or flat bars where nothing was traded.

Nothing is put before a market's first bar, and no flat bar where it is not known that nothing was
traded: where nothing was collected, or later than was collected.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chandlery.api.flat import Stretch, with_flat
from chandlery.api.udf.stamps import horizon
from chandlery.core.calendar import Calendar
from chandlery.core.candles import Candles
from chandlery.core.columns import Int64s
from chandlery.core.intervals import Pair
from chandlery.core.resolution import Resolution
from chandlery.engine.gaps import seen
from chandlery.engine.live import Window
from chandlery.engine.server import Server
from chandlery.formats.bars_json import ROW_FORMS

EVER = 1 << 60


@dataclass(frozen=True, slots=True)
class Spaced:
    """Which bars of a market are wanted, and what between them; at most `limit` items."""

    server: Server
    number: int
    resolution: Resolution
    limit: int
    is_filled: bool
    has_whitespace: bool

    async def text(self, start: int | None, end: int) -> bytes:
        """Return a JSON list of the newest items with start <= time < end, in order."""
        covered = await self._covered() if self.is_filled else []
        if not self.has_whitespace:
            end = await self._known_until(end, covered)
        first = self.calendar.back(self.resolution, end, self.limit)
        window = Window(first if start is None else max(first, start), end, self.limit)
        bars = await self._bars(window)
        before = await self._bars(Window(None, window.start, 1))
        every = self._grid(bars, before, window)
        if self.is_filled:
            bars = await self._filled(bars, before, window, covered)
        times = np.union1d(every, bars.t) if self.has_whitespace else bars.t
        return _text(bars, times[max(0, len(times) - self.limit) :])

    @property
    def calendar(self) -> Calendar:
        """The market's."""
        return self.server.engine.registry.calendars.of(self.number)

    async def _covered(self) -> list[Pair]:
        engine = self.server.engine
        return await self.server.ask(lambda: seen(engine, self.number, self.resolution))

    async def _known_until(self, end: int, covered: list[Pair]) -> int:
        """Return behind which bar time, up to `end`, nothing is known."""
        newest = await self.server.live.latest_before(self.number, self.resolution, end)
        until = horizon(self.calendar, self.resolution, covered[-1][1] - 1) if covered else -EVER
        return min(end, max(until, end if newest is None else newest + 1))

    async def _bars(self, window: Window) -> Candles:
        if window.start is not None and window.end is not None and window.start >= window.end:
            return Candles.empty()
        page = await self.server.live.page(self.number, self.resolution, window)
        return page.candles

    def _grid(self, bars: Candles, before: Candles, window: Window) -> Int64s:
        """Return the times of all bars that could be, from the market's first one on."""
        if not len(before) and not len(bars):
            return np.empty(0, dtype=np.int64)
        start = int(bars.t[0]) if not len(before) else window.start or 0
        return self.calendar.bars(self.resolution, start, window.end or 0)

    async def _filled(
        self, bars: Candles, before: Candles, window: Window, covered: list[Pair]
    ) -> Candles:
        """Return the bars with flat ones between, which begin with the bar before them."""
        newest = await self.server.live.latest_before(self.number, self.resolution, EVER)
        stretch = Stretch(
            self.number, self.resolution, window.start or 0, window.end or 0, newest or 0
        )
        return with_flat(stretch, before, bars, covered, self.server.engine.registry.calendars)


def _text(bars: Candles, times: Int64s) -> bytes:
    rows = dict(zip(bars.t.tolist(), ROW_FORMS["lightweight"].rows(bars), strict=True))
    items = (rows.get(time) or f'{{"time":{time}}}' for time in times.tolist())
    return f"[{','.join(items)}]".encode()
