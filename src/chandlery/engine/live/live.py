"""The one place that answers: bars of a market at a resolution, for every surface.

The newest bars of what is asked for are kept in memory. Commits are applied there after they are
durable; what does not come in order is read again from the store. Everything here runs on the
event loop; reads go to threads.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
import structlog

from chandlery.core.candles import Candles
from chandlery.core.clock import Clock
from chandlery.core.columns import US
from chandlery.core.errors import ChandleryError
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.engine.edge import Partials
from chandlery.engine.engine import Engine
from chandlery.engine.ingest import BusyError
from chandlery.engine.live.forming import Part, parts_of
from chandlery.engine.live.page import Page, ReadPage
from chandlery.engine.live.reading import FAR, Reading
from chandlery.engine.live.series import Listener, Series, Slice, Stale
from chandlery.engine.live.shared import Shared
from chandlery.engine.live.window import Window
from chandlery.engine.recorder import Recorded

Result = TypeVar("Result")
Key: TypeAlias = tuple[int, Resolution]

MOST_BYTES = 256 * 2**20
LEAST_BARS = 600
"""A series is loaded with at least so many bars."""
MOST_HELD = 10_000
"""Windows that reach further back are read from the store."""
MOST_GROWN = 2 * MOST_HELD
"""A series that has grown beyond this is cut to `MOST_HELD`."""
WEIGH_EVERY = 64
"""Loads and commits between two looks at how much memory is taken."""
MOST_RESOLUTIONS = 64
"""Each resolution costs every commit a fold. Beyond this those not asked for longest go."""
DAY_S, MOST_DAYS, YEAR_MONTHS = 86_400, 7, 12
IDLE_S = 60.0
"""A series nobody asks for so long is no longer kept current."""
GRACE_S = 1.0
"""How long a series is kept current for who asked for it once."""
MOST_ONCE = 50_000
RETRY_S = 1.0

_log = structlog.get_logger()


class Ask(Protocol):
    """Runs a read, which blocks, in a thread."""

    def __call__(self, work: Callable[[], Result]) -> Awaitable[Result]:
        """Return the result of the work."""
        ...


@dataclass(slots=True)
class LiveFigures:
    """What the hot series did since the server began."""

    hits: int = 0
    misses: int = 0
    series: int = 0
    bytes: int = 0
    reread: int = 0
    """Reads because trades or bars came late, or out of order."""
    evicted: int = 0


@dataclass(slots=True)
class _Early:
    """What was published while the end of a series was read."""

    parts: list[tuple[int, Part]] = field(default_factory=list)
    spoiled: Stale = field(default_factory=Stale)
    """Bars that were given meanwhile."""


class Live:
    """Hot series, loaded when they are asked for, bounded by bytes."""

    def __init__(
        self, engine: Engine, clock: Clock, ask: Ask, most_bytes: int = MOST_BYTES
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._ask = ask
        self._most_bytes = most_bytes
        self._reading = Reading(engine)
        self._series: OrderedDict[Key, Series] = OrderedDict()
        self._wanted: dict[Resolution, set[int]] = {}
        """The markets of each resolution that are held, or being read."""
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        """Reads that are under way, one a series."""
        self._lengthening: Shared[Key, None] = Shared()
        """Reads of older bars, one a series."""
        self._reads: Shared[Hashable, Candles] = Shared()
        """Reads of what is not held: many ask the same at once."""
        self._early: dict[Key, _Early] = {}
        # Grows with every change, and begins beyond where an earlier process can have ended.
        self._sequence = clock.now_us()
        self._once: dict[Key, int] = {}
        """Series that were let go after they had been asked for once."""
        self._upheavals = 0
        """How often bars changed in a way that no commit tells."""
        self._until_weighed = WEIGH_EVERY
        self.figures = LiveFigures()

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
        return [*self._tasks.values(), *self._lengthening.tasks, *self._reads.tasks]

    # What is asked for

    async def page(self, market: int, resolution: Resolution, window: Window) -> Page:
        """Return the bars of a window."""
        found = self.hot(market, resolution, window)
        if found is not None:
            return found
        self.figures.misses += 1
        needed = self._bars_needed(market, resolution, window)
        if needed is not None:
            await self._ready((market, resolution), needed)
            found = self._held(market, resolution, window)
            if found is not None:
                return found
        # Whoever asks after a commit must see it, so a read that began before is none for them.
        key = (market, resolution, window, self._engine.registry.changes(market))
        bars = await self._reads.get(
            key, lambda: self._ask(lambda: self._reading.window(market, resolution, window))
        )
        is_final = self._is_final(market, resolution, window)
        return ReadPage(resolution, bars, is_final, self._engine.registry.changes(market))

    def hot(self, market: int, resolution: Resolution, window: Window) -> Page | None:
        """Return the bars of a window if they are in memory."""
        found = self._held(market, resolution, window)
        if found is not None:
            self.figures.hits += 1
        return found

    def is_current(self, page: Page) -> bool:
        """Return whether a page from memory is still what its window holds, and count it."""
        if not isinstance(page, Slice):
            return False
        series = page.series
        key = (series.market, series.resolution)
        if series.sequence != page.version or self._series.get(key) is not series:
            return False
        self._note_asked(key, series)
        self.figures.hits += 1
        return True

    def _note_asked(self, key: Key, series: Series) -> None:
        self._series.move_to_end(key)
        series.asked_s = self._clock.elapsed()
        series.asks += 1

    async def latest_before(self, market: int, resolution: Resolution, t: int) -> int | None:
        """Return the time of the newest bar with a time before `t`."""
        page = await self.page(market, resolution, Window(end=t, count=1))
        return int(page.candles.t[-1]) if len(page) else None

    async def watch(self, market: int, resolution: Resolution, listener: Listener) -> Series:
        """Return a series, and call the listener after each change of it."""
        self._refuse_crowd(market, resolution)
        series = await self._ready((market, resolution), LEAST_BARS)
        series.listeners.append(listener)
        return series

    def _refuse_crowd(self, market: int, resolution: Resolution) -> None:
        """Refuse to keep what would be too much: a series that is followed is not let go of."""
        watched = {key for key, series in self._series.items() if series.listeners}
        if (market, resolution) in watched:
            return
        if self.figures.bytes > self._most_bytes:
            self._weigh()
        if self.figures.bytes > self._most_bytes:
            message = "too many series are followed already"
            raise BusyError(message, hint="ask again later, or over HTTP: /api/v1/candles")
        unusual = {own for _, own in watched if not _is_usual(own)}
        if not _is_usual(resolution) and len(unusual | {resolution}) > MOST_RESOLUTIONS:
            message = f"{MOST_RESOLUTIONS} unusual intervals are followed already"
            raise BusyError(message, hint="take one that divides a day, such as 1m or 1h")

    def unwatch(self, series: Series, listener: Listener) -> None:
        """Call the listener no more."""
        series.listeners.remove(listener)

    def _held(self, market: int, resolution: Resolution, window: Window) -> Page | None:
        key = (market, resolution)
        series = self._series.get(key)
        if series is None:
            return None
        rows = series.rows(window)
        if rows is None:
            return None
        self._note_asked(key, series)
        has_forming = rows[1] > series.body.count
        is_final = not has_forming and self._is_final(market, resolution, window)
        return series.slice(*rows, is_final=is_final)

    def _bars_needed(self, market: int, resolution: Resolution, window: Window) -> int | None:
        """Return how many of the newest bars hold a window; None if it reaches far back."""
        # How far data reaches is known loosely at first, and may lie ahead of now.
        newest = min(self._engine.registry.reach(market)[1], self._clock.now_us() // US)
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
        return int(self._engine.registry.calendars.floor(resolution, of, at)[0])

    # What is read

    async def _ready(self, key: Key, count: int) -> Series:
        """Return a series that holds at least so many bars, or all there are."""
        while True:
            series = self._series.get(key)
            if series is None:
                await self._run(key, lambda: self._load(key, max(count, LEAST_BARS)))
            elif len(series) >= count or series.reaches_back:
                return series
            else:
                await self._lengthening.get(key, partial(self._lengthen, series, count))

    async def _run(self, key: Key, work: Callable[[], Awaitable[None]]) -> None:
        """Run a read of a series, unless one is under way: then wait for that."""
        task = self._tasks.get(key)
        if task is None:
            task = self._start(key, work)
        await asyncio.shield(task)

    def _start(self, key: Key, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        async def alone() -> None:
            try:
                await work()
            finally:
                del self._tasks[key]
            series = self._series.get(key)
            if series is not None and series.stale:
                self._reread_soon(series)

        task = self._tasks[key] = asyncio.get_running_loop().create_task(alone())
        # Whoever waits hears of a failure; if nobody does any more, nobody needs to.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    async def _load(self, key: Key, count: int) -> None:
        """Read a series; what is published meanwhile is applied after it."""
        market, resolution = key
        self._wanted.setdefault(resolution, set()).add(market)
        early = self._early[key] = _Early()
        upheavals = self._upheavals
        try:
            loaded = await self._ask(lambda: self._reading.load(market, resolution, count))
        except BaseException:
            if key in self._series:
                self._miss(self._series[key], early)
            else:
                self._drop(key)
            raise
        finally:
            del self._early[key]
        series = self._series.setdefault(key, Series(market, resolution))
        series.restart(loaded, self._next())
        series.asked_s = self._clock.elapsed()
        series.asks += self._once.pop(key, 0)
        if upheavals != self._upheavals:
            series.stale = Stale(-FAR, FAR, tail=True)
        self._catch_up(series, early)
        self._weigh_soon()

    async def _lengthen(self, series: Series, count: int) -> None:
        """Read older bars, and put them in front."""
        missing = count - len(series)
        before, market, resolution = series.first_t, series.market, series.resolution
        changes = series.older_changes, self._upheavals
        older = await self._ask(lambda: self._reading.before(market, resolution, before, missing))
        if series.first_t != before:
            return
        series.lengthen(older, reaches_back=len(older) < missing)
        if changes != (series.older_changes, self._upheavals):
            # Some of it changed, perhaps after it was read.
            low = -FAR if series.reaches_back else series.first_t
            series.stale.merge(Stale(low, before))
            self._reread_soon(series)

    # What is committed

    def apply(self, recorded: Recorded) -> None:
        """Take in what has been committed."""
        if recorded.is_after_doubt:
            self.forget()
        for given in recorded.bars:
            self._spoil(given.resolution, given.candles)
        if len(recorded.trades):
            try:
                changed = self._changed_by(recorded)
            except Exception:
                # Some series have it and others do not.
                self.forget()
                raise
            self._tell(changed)
        self._weigh_soon()

    def forget(self) -> None:
        """Have everything read again: it is not known what has been committed."""
        self._upheavals += 1
        for series in self._series.values():
            series.stale = Stale(-FAR, FAR, tail=True)
            self._reread_soon(series)

    def refresh(self, market: int, start: int, end: int) -> None:
        """Have what touches [start, end) seconds read again: trades went, or bars were made."""
        self._upheavals += 1
        for (number, resolution), series in self._series.items():
            if number == market:
                low = self._floor(market, resolution, start)
                series.spoil(self._floor(market, resolution, end - 1))
                series.stale.low = min(series.stale.low, low)
                series.stale.high = max(series.stale.high, end)
                self._reread_soon(series)

    def _changed_by(self, recorded: Recorded) -> dict[Series, None]:
        """Fold trades into the series of their markets; return those that changed."""
        calendars = self._engine.registry.calendars
        changed: dict[Series, None] = {}
        trades = recorded.trades.sorted()
        for resolution, markets in list(self._wanted.items()):
            own = _of_markets(trades, markets)
            for part in parts_of(Partials.of_trades(own, resolution, calendars)):
                series = self._take((part.market, resolution), part, recorded.number)
                if series is not None:
                    changed[series] = None
        return changed

    def _take(self, key: Key, part: Part, number: int) -> Series | None:
        """Hand to a series what a commit brought for one of its bars; return it if it changed."""
        early = self._early.get(key)
        if early is not None:
            early.parts.append((number, part))
            return None
        series = self._series.get(key)
        if series is None:
            return None
        if not series.is_in_use and self._is_forgotten(key, series):
            self._let_go(key)
            return None
        is_changed = series.take(part, number, self._next())
        if series.stale:
            self._reread_soon(series)
        return series if is_changed else None

    def _spoil(self, resolution: Resolution, bars: Candles) -> None:
        """Have bars read again that are, or are made of, bars as given."""
        calendars = self._engine.registry.calendars
        moments = calendars.open(resolution, bars.market, bars.t)
        for own, markets in self._wanted.items():
            if own < resolution or not len(bars):
                continue
            times = calendars.floor(own, bars.market, moments)
            for market, t in set(zip(bars.market.tolist(), times.tolist(), strict=True)):
                if market not in markets:
                    continue
                series = self._series.get((market, own))
                if series is None and (early := self._early.get((market, own))) is not None:
                    early.spoiled.add(t)
                if series is not None:
                    series.spoil(t)
                    self._reread_soon(series)

    def _tell(self, changed: Iterable[Series]) -> None:
        for series in changed:
            if series.body.count > MOST_GROWN:
                series.cut(MOST_HELD)
            for listener in tuple(series.listeners):
                try:
                    listener(series)
                except Exception:  # noqa: BLE001 - the others must hear of it all the same
                    _log.exception("a listener failed")

    # What must be read again

    def _reread_soon(self, series: Series) -> None:
        key = (series.market, series.resolution)
        if key not in self._tasks:
            self._start(key, lambda: self._reread(key, series))

    async def _reread(self, key: Key, series: Series) -> None:
        """Read what is stale until nothing is."""
        while series.stale and self._series.get(key) is series:
            stale, series.stale = series.stale, Stale()
            self.figures.reread += 1
            try:
                if stale.tail:
                    await self._reread_tail(key, series)
                if stale.low <= stale.high:
                    await self._reread_closed(series, stale)
            except Exception as error:  # noqa: BLE001 - what is stale must not be shown for ever
                is_bug = not isinstance(error, ChandleryError)
                _log.warning("a series could not be read again", reason=str(error), exc_info=is_bug)
                if not series.listeners:
                    self._drop(key)
                    return
                series.stale.merge(stale)
                await asyncio.sleep(RETRY_S)

    async def _reread_tail(self, key: Key, series: Series) -> None:
        if series.forming is None:
            # There was no bar: how many there are by now is not known.
            await self._load(key, LEAST_BARS)
            self._tell([series])
            return
        since = series.forming.t
        early = self._early[key] = _Early()
        try:
            tail = await self._ask(lambda: self._reading.tail(*key, since))
        except BaseException:
            self._miss(series, early)
            raise
        finally:
            del self._early[key]
        if not len(tail.bars):
            # The trades of the last bar have gone, and an older one is the last now.
            await self._load(key, max(len(series), LEAST_BARS))
        else:
            series.renew(tail, self._next())
        self._catch_up(series, early)
        self._tell([series])

    async def _reread_closed(self, series: Series, stale: Stale) -> None:
        if series.forming is None:
            return
        market, resolution = series.market, series.resolution
        low, high = stale.low, min(stale.high, series.forming.t - 1)
        oldest = max(low, self._engine.registry.reach(market)[0])
        if series.reaches_back and oldest < series.first_t - MOST_HELD * resolution.seconds:
            # More may lie before the first bar than is to be held.
            await self._load((market, resolution), max(len(series), LEAST_BARS))
            self._tell([series])
            return
        if not series.reaches_back:
            low = max(low, series.first_t)
        bars = await self._ask(lambda: self._reading.between(market, resolution, low, high))
        if series.correct(low, high, bars, self._next()):
            self._tell([series])

    def _catch_up(self, series: Series, early: _Early) -> None:
        """Apply what was published while a series was read."""
        for number, part in early.parts:
            series.take(part, number, self._next())
        if early.spoiled:
            series.stale.merge(early.spoiled)
            series.spoil(early.spoiled.high)
        if series.stale:
            self._reread_soon(series)

    def _miss(self, series: Series, early: _Early) -> None:
        """Have read again what was published while a read failed."""
        series.stale.tail = True
        for _, part in early.parts:
            series.stale.add(part.t)

    # What is held

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence

    def _drop(self, key: Key) -> None:
        market, resolution = key
        self._series.pop(key, None)
        markets = self._wanted.get(resolution, set())
        markets.discard(market)
        if not markets:
            self._wanted.pop(resolution, None)

    def _is_forgotten(self, key: Key, series: Series) -> bool:
        """Return whether whoever has asked for a series has got it by now."""
        return key not in self._tasks and self._clock.elapsed() - series.asked_s > GRACE_S

    def _let_go(self, key: Key) -> None:
        """Drop a series that was asked for once: who comes again soon has it kept."""
        self._drop(key)
        if len(self._once) >= MOST_ONCE:
            self._once.clear()
        self._once[key] = 1

    def _weigh_soon(self) -> None:
        self._until_weighed -= 1
        if self._until_weighed <= 0:
            self._until_weighed = WEIGH_EVERY
            self._weigh()

    def _weigh(self) -> None:
        """Let go of the series that were not asked for the longest, while they take too much."""
        long_ago = self._clock.elapsed() - IDLE_S
        for series in self._series.values():
            if series.asked_s < long_ago:
                series.asks = 0
        held = sum(series.nbytes for series in self._series.values())
        recent = list(dict.fromkeys(resolution for _, resolution in reversed(self._series)))
        crowding = set(recent[MOST_RESOLUTIONS:])
        idle = [
            key
            for key, series in self._series.items()
            if not series.listeners and key not in self._tasks
        ]
        for key in idle:
            if held <= self._most_bytes and key[1] not in crowding:
                continue
            held -= self._series[key].nbytes
            self._drop(key)
            self.figures.evicted += 1
        self.figures.bytes, self.figures.series = held, len(self._series)


def _is_usual(resolution: Resolution) -> bool:
    """Return whether charts offer bars of this length."""
    if resolution.is_intraday:
        return DAY_S % resolution.seconds == 0
    return resolution.count <= MOST_DAYS or YEAR_MONTHS % resolution.count == 0


def _of_markets(trades: Trades, wanted: Iterable[int]) -> Trades:
    is_wanted = np.isin(trades.market, np.fromiter(wanted, dtype=np.int32))
    return trades if is_wanted.all() else trades.take(is_wanted)
