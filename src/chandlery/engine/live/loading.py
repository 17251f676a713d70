"""Filling hot series from the store, and reading again what may not be right any more.

A read and a commit can overlap. What is published while the end of a series is read waits for it,
and is applied exactly if its commit is later than what the read has seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar

import structlog

from chandlery.core.errors import ChandleryError
from chandlery.engine.live.forming import Part
from chandlery.engine.live.held import MOST_HELD, Held, Key
from chandlery.engine.live.reading import FAR, Reading
from chandlery.engine.live.series import Series, Stale
from chandlery.engine.live.shared import Shared
from chandlery.engine.registry import Registry

Result = TypeVar("Result")

LEAST_BARS = 600
"""A series is loaded with at least so many bars."""
RETRY_S = 1.0

_log = structlog.get_logger()


class Ask(Protocol):
    """Runs a read, which blocks, in a thread."""

    def __call__(self, work: Callable[[], Result]) -> Awaitable[Result]:
        """Return the result of the work."""
        ...


@dataclass(slots=True)
class Early:
    """What was published while the end of a series was read."""

    parts: list[tuple[int, Part]] = field(default_factory=list)
    spoiled: Stale = field(default_factory=Stale)
    """Bars that were given meanwhile."""


class Loading:
    """Reads for what is held, one at a time a series. Belongs to the event loop."""

    def __init__(self, held: Held, reading: Reading, registry: Registry, ask: Ask) -> None:
        self._held = held
        self._reading = reading
        self._registry = registry
        self._ask = ask
        self.early: dict[Key, Early] = {}
        """The series whose end is being read."""
        self._lengthening: Shared[Key, None] = Shared()
        """Reads of older bars, one a series."""

    @property
    def tasks(self) -> list[asyncio.Task[Any]]:
        """What is under way."""
        return [*self._held.tasks.values(), *self._lengthening.tasks]

    async def ready(self, key: Key, count: int) -> Series:
        """Return a series that holds at least so many bars, or all there are."""
        while True:
            series = self._held.series.get(key)
            if series is None:
                await self._run(key, lambda: self._load(key, max(count, LEAST_BARS)))
            elif len(series) >= count or series.reaches_back:
                return series
            else:
                await self._lengthening.get(key, partial(self._lengthen, series, count))

    async def _run(self, key: Key, work: Callable[[], Awaitable[None]]) -> None:
        """Run a read of a series, unless one is under way: then wait for that."""
        task = self._held.tasks.get(key)
        if task is None:
            task = self._start(key, work)
        await asyncio.shield(task)

    def _start(self, key: Key, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        async def alone() -> None:
            try:
                await work()
            finally:
                del self._held.tasks[key]
            series = self._held.series.get(key)
            if series is not None and series.stale:
                self.reread_soon(series)

        task = self._held.tasks[key] = asyncio.get_running_loop().create_task(alone())
        # Whoever waits hears of a failure; if nobody does any more, nobody needs to.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    async def _load(self, key: Key, count: int) -> None:
        """Read a series; what is published meanwhile is applied after it."""
        held, (market, resolution) = self._held, key
        held.want(key)
        early = self.early[key] = Early()
        upheavals = held.upheavals
        try:
            loaded = await self._ask(lambda: self._reading.load(market, resolution, count))
        except BaseException:
            if key in held.series:
                _miss(held.series[key], early)
            else:
                held.drop(key)
            raise
        finally:
            del self.early[key]
        series = held.begin(key)
        series.restart(loaded, held.next_sequence())
        if upheavals != held.upheavals:
            series.stale = Stale(-FAR, FAR, tail=True)
        self._catch_up(series, early)
        held.weigh(key)

    async def _lengthen(self, series: Series, count: int) -> None:
        """Read older bars, and put them in front."""
        missing = count - len(series)
        before, market, resolution = series.first_t, series.market, series.resolution
        changes = series.older_changes, self._held.upheavals
        older = await self._ask(lambda: self._reading.before(market, resolution, before, missing))
        if series.first_t != before:
            return
        series.lengthen(older, reaches_back=len(older) < missing)
        if changes != (series.older_changes, self._held.upheavals):
            # Some of it changed, perhaps after it was read.
            low = -FAR if series.reaches_back else series.first_t
            series.stale.merge(Stale(low, before))
            self.reread_soon(series)
        self._held.weigh((market, resolution))

    def reread_soon(self, series: Series) -> None:
        """Have what is stale read again, if that is not being done."""
        key = (series.market, series.resolution)
        if key not in self._held.tasks:
            self._start(key, lambda: self._reread(key, series))

    async def _reread(self, key: Key, series: Series) -> None:
        """Read what is stale until nothing is."""
        while series.stale and self._held.series.get(key) is series:
            stale, series.stale = series.stale, Stale()
            self._held.figures.reread += 1
            try:
                if stale.tail:
                    await self._reread_tail(key, series)
                if stale.low <= stale.high:
                    await self._reread_closed(series, stale)
            except Exception as error:  # noqa: BLE001 - what is stale must not be shown for ever
                is_bug = not isinstance(error, ChandleryError)
                _log.warning("a series could not be read again", reason=str(error), exc_info=is_bug)
                if not series.listeners:
                    self._held.drop(key)
                    return
                series.stale.merge(stale)
                await asyncio.sleep(RETRY_S)

    async def _reread_tail(self, key: Key, series: Series) -> None:
        if series.forming is None:
            # There was no bar: how many there are by now is not known.
            await self._load(key, LEAST_BARS)
            self._held.tell([series])
            return
        since = series.forming.t
        early = self.early[key] = Early()
        try:
            tail = await self._ask(lambda: self._reading.tail(*key, since))
        except BaseException:
            _miss(series, early)
            raise
        finally:
            del self.early[key]
        if not len(tail.bars):
            # The trades of the last bar have gone, and an older one is the last now.
            await self._load(key, max(len(series), LEAST_BARS))
        else:
            series.renew(tail, self._held.next_sequence())
        self._catch_up(series, early)
        self._held.tell([series])

    async def _reread_closed(self, series: Series, stale: Stale) -> None:
        if series.forming is None:
            return
        market, resolution = series.market, series.resolution
        low, high = stale.low, min(stale.high, series.forming.t - 1)
        oldest = max(low, self._registry.reach(market)[0])
        if series.reaches_back and oldest < series.first_t - MOST_HELD * resolution.seconds:
            # More may lie before the first bar than is to be held.
            await self._load((market, resolution), max(len(series), LEAST_BARS))
            self._held.tell([series])
            return
        if not series.reaches_back:
            low = max(low, series.first_t)
        bars = await self._ask(lambda: self._reading.between(market, resolution, low, high))
        if series.correct(low, high, bars, self._held.next_sequence()):
            self._held.tell([series])

    def _catch_up(self, series: Series, early: Early) -> None:
        """Apply what was published while a series was read."""
        for number, part in early.parts:
            series.take(part, number, self._held.next_sequence())
        if early.spoiled:
            series.stale.merge(early.spoiled)
            series.spoil(early.spoiled.high)
        if series.stale:
            self.reread_soon(series)


def _miss(series: Series, early: Early) -> None:
    """Have read again what was published while a read failed."""
    series.stale.tail = True
    for _, part in early.parts:
        series.stale.add(part.t)
