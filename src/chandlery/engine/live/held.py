"""What is held: the hot series, bounded by bytes and resolutions, least recently asked for out.

How much memory a series takes is looked at when it was read, and of all others a few at a time, so
that no look costs more with more of them.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import structlog

from chandlery.core.clock import Clock
from chandlery.core.resolution import Resolution
from chandlery.engine.ingest import BusyError
from chandlery.engine.live.series import Series

Key: TypeAlias = tuple[int, Resolution]

MOST_HELD = 10_000
"""Bars of one series: windows that reach further back are read from the store."""
MOST_GROWN = 2 * MOST_HELD
"""A series that has grown beyond this is cut to `MOST_HELD`."""
WEIGHED_AT_ONCE = 4
"""Series that are weighed again with each load and commit."""
LET_GO_EVERY = 64
"""Loads and commits between two tries to let go, when all that is held is in use."""
LET_GO_TO = 15 / 16
MOST_RESOLUTIONS = 64
"""Each resolution costs every commit a fold. Beyond this those not asked for longest go."""
DAY_S, MOST_DAYS, YEAR_MONTHS = 86_400, 7, 12
IDLE_S = 60.0
"""A series nobody asks for so long is no longer kept current."""
GRACE_S = 1.0
"""How long a series is kept current for who asked for it once."""
OFTEN = 2
"""Who comes back is worth keeping a series for."""
MOST_ONCE = 50_000

_log = structlog.get_logger()


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


class Held:
    """Series by market and resolution. Belongs to the event loop."""

    def __init__(self, clock: Clock, most_bytes: int) -> None:
        self._clock = clock
        self._most_bytes = most_bytes
        self.series: OrderedDict[Key, Series] = OrderedDict()
        self.wanted: dict[Resolution, set[int]] = {}
        """The markets of each resolution that are held, or being read."""
        self.tasks: dict[Key, asyncio.Task[None]] = {}
        """Reads that are under way, one a series: what is being read is not let go."""
        self.upheavals = 0
        """How often bars changed in a way that no commit tells."""
        # Grows with every change, and begins beyond where an earlier process can have ended.
        self._sequence = clock.now_us()
        self._weights: dict[Key, int] = {}
        self._to_weigh: Iterator[Key] = iter(())
        self._until_let_go = 0
        self._once: dict[Key, int] = {}
        """Series that were let go after they had been asked for once."""
        self.figures = LiveFigures()

    def next_sequence(self) -> int:
        """Return the number of a change that is about to be made."""
        self._sequence += 1
        return self._sequence

    def want(self, key: Key) -> None:
        """Have commits of a market told to a series that is about to be read."""
        market, resolution = key
        self.wanted.setdefault(resolution, set()).add(market)

    def begin(self, key: Key) -> Series:
        """Return a series, which is new if it was not held."""
        series = self.series.get(key)
        if series is None:
            series = self.series[key] = Series(*key)
        series.asked_s = self._clock.elapsed()
        series.asks += self._once.pop(key, 0)
        return series

    def note_asked(self, key: Key, series: Series) -> None:
        """Say that somebody has asked for a series."""
        self.series.move_to_end(key)
        now = self._clock.elapsed()
        series.asks = 1 if now - series.asked_s > IDLE_S else series.asks + 1
        series.asked_s = now

    def note_left(self, series: Series) -> None:
        """Say that a follower has left, who may have been cut off: it counts as one who asked."""
        series.asked_s = self._clock.elapsed()
        series.asks = max(series.asks, OFTEN)

    def is_forgotten(self, key: Key, series: Series) -> bool:
        """Return whether nobody needs to have a series kept current."""
        if series.listeners or key in self.tasks:
            return False
        idle = self._clock.elapsed() - series.asked_s
        return idle > (IDLE_S if series.asks >= OFTEN else GRACE_S)

    def let_go(self, key: Key) -> None:
        """Drop a series that was asked for once: who comes again soon has it kept."""
        self.drop(key)
        if len(self._once) >= MOST_ONCE:
            self._once.clear()
        self._once[key] = 1

    def drop(self, key: Key) -> None:
        """Hold a series no longer."""
        market, resolution = key
        self.series.pop(key, None)
        self.figures.bytes -= self._weights.pop(key, 0)
        self.figures.series = len(self.series)
        markets = self.wanted.get(resolution, set())
        markets.discard(market)
        if not markets:
            self.wanted.pop(resolution, None)

    def tell(self, changed: Iterable[Series]) -> None:
        """Call those who watch series that have changed."""
        for series in changed:
            if series.body.count > MOST_GROWN:
                series.cut(MOST_HELD)
            for listener in tuple(series.listeners):
                try:
                    listener(series)
                except Exception:  # noqa: BLE001 - the others must hear of it all the same
                    _log.exception("a listener failed")

    def refuse_crowd(self, key: Key) -> None:
        """Refuse to keep what would be too much: a series that is followed is not let go of."""
        watched = {own for own, series in self.series.items() if series.listeners}
        if key in watched:
            return
        if self._is_too_big():
            self._weigh_all()
            self._let_go_of_idle()
        if self._is_too_big():
            message = "too many series are followed already"
            raise BusyError(message, hint="ask again later, or over HTTP: /api/v1/candles")
        _, resolution = key
        unusual = {own for _, own in watched if not _is_usual(own)}
        if not _is_usual(resolution) and len(unusual | {resolution}) > MOST_RESOLUTIONS:
            message = f"{MOST_RESOLUTIONS} unusual intervals are followed already"
            raise BusyError(message, hint="take one that divides a day, such as 1m or 1h")

    def weigh(self, read: Key | None = None) -> None:
        """Look at the memory of a series that was read, and of a few others; let go of idle ones.

        Called after every load and commit.
        """
        if read is not None:
            self._weigh_one(read)
        for _ in range(WEIGHED_AT_ONCE):
            key = next(self._to_weigh, None)
            if key is None:
                self._to_weigh = iter(list(self.series))
                break
            self._weigh_one(key)
        self._until_let_go -= 1
        is_crowded = self._is_too_big() or len(self.wanted) > MOST_RESOLUTIONS
        if is_crowded and (read is not None or self._until_let_go <= 0):
            self._until_let_go = LET_GO_EVERY
            self._let_go_of_idle()

    def _is_too_big(self) -> bool:
        return self.figures.bytes > self._most_bytes

    def _weigh_all(self) -> None:
        for key in self.series:
            self._weigh_one(key)

    def _weigh_one(self, key: Key) -> None:
        series = self.series.get(key)
        if series is None:
            return
        weight = series.nbytes
        self.figures.bytes += weight - self._weights.get(key, 0)
        self._weights[key] = weight
        self.figures.series = len(self.series)

    def _let_go_of_idle(self) -> None:
        """Let go of the series that were not asked for the longest, while they take too much."""
        crowding: set[Resolution] = set()
        if len(self.wanted) > MOST_RESOLUTIONS:
            recent = dict.fromkeys(resolution for _, resolution in reversed(self.series))
            crowding = set(list(recent)[MOST_RESOLUTIONS:])
        # A little more than must be, or each load would have to let go again.
        enough = self._most_bytes * LET_GO_TO if self._is_too_big() else self._most_bytes
        for key, series in list(self.series.items()):
            if self.figures.bytes <= enough and not crowding:
                return
            is_idle = not series.listeners and key not in self.tasks
            if is_idle and (self.figures.bytes > enough or key[1] in crowding):
                self.drop(key)
                self.figures.evicted += 1


def _is_usual(resolution: Resolution) -> bool:
    """Return whether charts offer bars of this length."""
    if resolution.is_intraday:
        return DAY_S % resolution.seconds == 0
    return resolution.count <= MOST_DAYS or YEAR_MONTHS % resolution.count == 0
