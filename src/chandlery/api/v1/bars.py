"""A page of bars: the newest of a range, and where the bars before them begin."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from chandlery.api.flat import Stretch, with_flat
from chandlery.core.columns import US
from chandlery.core.resolution import Resolution
from chandlery.engine.gaps import seen
from chandlery.engine.live import MOST_BARS, Page, Window
from chandlery.engine.live.page import ReadPage
from chandlery.engine.server import Server

EVER = 1 << 60


@dataclass(frozen=True, slots=True)
class Asked:
    """Which bars are asked for: the newest `limit` with start <= t < end."""

    market: int
    resolution: Resolution
    start: int | None
    end: int | None
    limit: int

    @property
    def window(self) -> Window:
        """The same as live series are asked."""
        return Window(self.start, self.end, self.limit)


@dataclass(frozen=True, slots=True)
class Found:
    """Bars, and before which time the next older page ends; None: there is none."""

    page: Page
    before: int | None


async def plain(server: Server, asked: Asked) -> Found:
    """Return the bars that hold trades."""
    if asked.limit == MOST_BARS:
        return await _most(server, asked)
    more = replace(asked, limit=asked.limit + 1)
    page = await server.live.page(asked.market, asked.resolution, more.window)
    if len(page) <= asked.limit:
        return Found(page, None)
    if isinstance(page, ReadPage):
        page = replace(page, candles=page.candles.take(slice(1, None)))
    else:
        # In memory a second look costs less than to render bars that have their text already.
        page = await server.live.page(asked.market, asked.resolution, asked.window)
    return Found(page, int(page.candles.t[0]))


async def _most(server: Server, asked: Asked) -> Found:
    """Return as many bars as may be read at once: one more cannot be asked for with them."""
    page = await server.live.page(asked.market, asked.resolution, asked.window)
    if len(page) < asked.limit:
        return Found(page, None)
    first = int(page.candles.t[0])
    older = await server.live.latest_before(asked.market, asked.resolution, first)
    has_more = older is not None and (asked.start is None or older >= asked.start)
    return Found(page, first if has_more else None)


async def flat(server: Server, asked: Asked) -> Found:
    """Return the bars with flat ones where nothing was traded, none of them in the future."""
    registry, live = server.engine.registry, server.live
    calendar = registry.calendars.of(asked.market)
    end = _bounded(server, asked)
    start = calendar.back(asked.resolution, end, asked.limit)
    start = start if asked.start is None else max(start, asked.start)
    if start >= end:
        return Found(await live.page(asked.market, asked.resolution, Window(end, end, 1)), None)
    inside = replace(asked, start=start, end=end)
    page = await live.page(asked.market, asked.resolution, inside.window)
    before = await live.page(asked.market, asked.resolution, Window(None, start, 1))
    covered = await server.ask(lambda: seen(server.engine, asked.market, asked.resolution))
    newest = await live.latest_before(asked.market, asked.resolution, EVER)
    stretch = Stretch(
        asked.market, asked.resolution, start, end, start if newest is None else newest
    )
    bars = with_flat(stretch, before.candles, page.candles, covered, registry.calendars)
    bars = bars.take(slice(max(0, len(bars) - asked.limit), None))
    older = int(before.candles.t[0]) if len(before) else None
    if not len(bars) and older is not None and older >= (asked.start or older):
        # All of it was not collected: the page begins behind the last bar before that.
        return await flat(server, replace(asked, end=older + 1))
    filled = ReadPage(asked.resolution, bars, page.is_final, page.version)
    place = int(bars.t[0]) if len(bars) == asked.limit else start
    has_more = older is not None and (asked.start is None or place > asked.start)
    return Found(filled, place if has_more else None)


def _bounded(server: Server, asked: Asked) -> int:
    """Return the end of a range, not later than the bar in the making."""
    now = np.array([server.clock.now_us() // US], dtype=np.int64)
    calendar = server.engine.registry.calendars.of(asked.market)
    horizon = int(calendar.floor(asked.resolution, now)[0]) + 1
    return horizon if asked.end is None else min(asked.end, horizon)
