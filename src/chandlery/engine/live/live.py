"""The one place that answers: bars of a market at a resolution, for every surface.

The newest bars of what is asked for are kept in memory. Commits are applied there after they are
durable; what does not come in order is read again from the store. Everything here runs on the
event loop; reads go to threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from contextlib import suppress
from typing import Any

import numpy as np

from chandlery.core.candles import Candles
from chandlery.core.clock import Clock
from chandlery.core.columns import US
from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine
from chandlery.engine.live.applying import Applying
from chandlery.engine.live.held import MOST_HELD, Held, LiveFigures
from chandlery.engine.live.loading import LEAST_BARS, Ask, Loading
from chandlery.engine.live.page import Page, ReadPage
from chandlery.engine.live.reading import Reading
from chandlery.engine.live.series import Listener, Series, Slice
from chandlery.engine.live.shared import Shared
from chandlery.engine.live.window import Window

MOST_BYTES = 256 * 2**20


class Live:
    """Hot series, loaded when they are asked for, bounded by bytes."""

    def __init__(
        self, engine: Engine, clock: Clock, ask: Ask, most_bytes: int = MOST_BYTES
    ) -> None:
        self._registry = engine.registry
        self._clock = clock
        self._ask = ask
        self._reading = Reading(engine)
        self.held = Held(clock, most_bytes)
        self._loading = Loading(self.held, self._reading, engine.registry, ask)
        applying = Applying(self.held, self._loading, engine.registry)
        self.apply, self.forget, self.refresh = applying.apply, applying.forget, applying.refresh
        self._reads: Shared[Hashable, Candles] = Shared()
        """Reads of what is not held: many ask the same at once."""

    @property
    def figures(self) -> LiveFigures:
        """What the hot series did since the server began."""
        return self.held.figures

    async def settled(self) -> None:
        """Wait until nothing is being read."""
        while tasks := self._under_way():
            await asyncio.wait(tasks)

    async def close(self) -> None:
        """End the reads that are under way."""
        tasks = self._under_way()
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    def _under_way(self) -> list[asyncio.Task[Any]]:
        return [*self._loading.tasks, *self._reads.tasks]

    async def page(self, market: int, resolution: Resolution, window: Window) -> Page:
        """Return the bars of a window."""
        found = self.hot(market, resolution, window)
        if found is not None:
            return found
        self.figures.misses += 1
        needed = self._bars_needed(market, resolution, window)
        if needed is not None:
            await self._loading.ready((market, resolution), needed)
            found = self._in_memory(market, resolution, window)
            if found is not None:
                return found
        # Whoever asks after a commit must see it, so a read that began before is none for them.
        key = (market, resolution, window, self._registry.changes(market))
        bars = await self._reads.get(
            key, lambda: self._ask(lambda: self._reading.window(market, resolution, window))
        )
        is_final = self._is_final(market, resolution, window)
        return ReadPage(resolution, bars, is_final, self._registry.changes(market))

    def hot(self, market: int, resolution: Resolution, window: Window) -> Page | None:
        """Return the bars of a window if they are in memory."""
        found = self._in_memory(market, resolution, window)
        if found is not None:
            self.figures.hits += 1
        return found

    def is_current(self, page: Page) -> bool:
        """Return whether a page from memory is still what its window holds, and count it."""
        if not isinstance(page, Slice):
            return False
        series = page.series
        key = (series.market, series.resolution)
        if series.sequence != page.version or self.held.series.get(key) is not series:
            return False
        self.held.note_asked(key, series)
        self.figures.hits += 1
        return True

    async def latest_before(self, market: int, resolution: Resolution, t: int) -> int | None:
        """Return the time of the newest bar with a time before `t`."""
        page = await self.page(market, resolution, Window(end=t, count=1))
        return int(page.candles.t[-1]) if len(page) else None

    async def watch(self, market: int, resolution: Resolution, listener: Listener) -> Series:
        """Return a series, and call the listener after each change of it."""
        self.held.refuse_crowd((market, resolution))
        series = await self._loading.ready((market, resolution), LEAST_BARS)
        series.listeners.append(listener)
        return series

    def unwatch(self, series: Series, listener: Listener) -> None:
        """Call the listener no more. Whoever was cut off resumes: the series is kept for that."""
        series.listeners.remove(listener)
        self.held.note_left(series)

    def _in_memory(self, market: int, resolution: Resolution, window: Window) -> Page | None:
        key = (market, resolution)
        series = self.held.series.get(key)
        if series is None:
            return None
        rows = series.rows(window)
        if rows is None:
            return None
        self.held.note_asked(key, series)
        has_forming = rows[1] > series.body.count
        is_final = not has_forming and self._is_final(market, resolution, window)
        return series.slice(*rows, is_final=is_final)

    def _bars_needed(self, market: int, resolution: Resolution, window: Window) -> int | None:
        """Return how many of the newest bars hold a window; None if it reaches far back."""
        # How far data reaches is known loosely at first, and may lie ahead of now.
        newest = min(self._registry.reach(market)[1], self._clock.now_us() // US)
        seconds = resolution.seconds
        behind = 0 if window.end is None else max(0, newest - window.end) // seconds
        count = window.count
        if window.start is not None:
            # One more than there can be: the bar before the start proves that none is missing.
            span = max(0, newest - window.start) // seconds + 2
            if count is None:
                count = span
            count = max(count, span) if window.at_least else min(count, span)
        if count is None or behind > LEAST_BARS or behind + count > MOST_HELD:
            return None
        return behind + count

    def _is_final(self, market: int, resolution: Resolution, window: Window) -> bool:
        """Return whether the bar that is in the making now lies behind a window."""
        if window.end is None:
            return False
        return window.end <= self._floor(market, resolution, self._clock.now_us() // US)

    def _floor(self, market: int, resolution: Resolution, moment: int) -> int:
        of, at = np.array([market], dtype=np.int32), np.array([moment])
        return int(self._registry.calendars.floor(resolution, of, at)[0])
