"""Taking what has been committed into the hot series, and finding what must be read again."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import TypeVar

import numpy as np

from chandlery.core.candles import Candles
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.engine.edge import Partials
from chandlery.engine.live.forming import Part, parts_of
from chandlery.engine.live.held import Held, Key
from chandlery.engine.live.loading import Loading
from chandlery.engine.live.reading import FAR
from chandlery.engine.live.series import Series, Stale
from chandlery.engine.recorder import Recorded
from chandlery.engine.registry import Registry
from chandlery.stores.store import Ranges

Rows = TypeVar("Rows", Trades, Partials)

SECOND = Resolution.parse("1s")
"""Every bar is made of whole seconds: a commit's trades are folded into them once."""
FEW = 500
"""So few rows are looked for faster one by one than as an array."""


class Applying:
    """Applies commits, in their order. Belongs to the event loop."""

    def __init__(self, held: Held, loading: Loading, registry: Registry) -> None:
        self._held = held
        self._loading = loading
        self._registry = registry

    def apply(self, recorded: Recorded) -> None:
        """Take in what has been committed."""
        if recorded.is_after_doubt:
            self.forget()
        for given in recorded.bars:
            self._spoil(given.resolution, given.candles)
        if len(recorded.counted):
            try:
                changed = self._changed_by(recorded)
            except Exception:
                # Some series have it and others do not.
                self.forget()
                raise
            self._held.tell(changed)
        self._reread(_spans(recorded.again))
        self._held.weigh()

    def forget(self, market: int | None = None) -> None:
        """Have everything read again, of a market or of all: nobody knows what is still right."""
        self._held.upheavals += 1
        for (number, _), series in self._held.series.items():
            if market not in (None, number):
                continue
            series.stale = Stale(-FAR, FAR, tail=True)
            self._loading.reread_soon(series)

    def refresh(self, market: int, start: int, end: int) -> None:
        """Have what touches [start, end) seconds read again: trades went, or bars were made."""
        self._reread({market: (start, end)})

    def _reread(self, spans: Mapping[int, tuple[int, int]]) -> None:
        """Have what touches a span of each market read again, in one walk over what is held."""
        if not spans:
            return
        self._held.upheavals += 1
        for (number, resolution), series in self._held.series.items():
            if number in spans:
                start, end = spans[number]
                calendar = self._registry.calendars.of(number)
                low, high = calendar.floor(resolution, np.array([start, end - 1])).tolist()
                series.spoil(high)
                series.stale.low = min(series.stale.low, low)
                series.stale.high = max(series.stale.high, end)
                self._loading.reread_soon(series)

    def _changed_by(self, recorded: Recorded) -> dict[Series, None]:
        """Fold trades into the series of their markets; return those that changed."""
        grid, wanted = self._registry.calendars, list(self._held.wanted.items())
        trades = _of_markets(recorded.counted, set[int]().union(*(own for _, own in wanted)))
        seconds = Partials.of_trades(trades, SECOND, grid)
        changed: dict[Series, None] = {}
        for resolution, markets in wanted:
            own = _of_markets(seconds, markets)
            for part in parts_of(own.coarser(resolution, grid)) if len(own) else ():
                series = self._take((part.market, resolution), part, recorded.number)
                if series is not None:
                    changed[series] = None
        return changed

    def _take(self, key: Key, part: Part, number: int) -> Series | None:
        """Hand to a series what a commit brought for one of its bars; return it if it changed."""
        early = self._loading.early.get(key)
        if early is not None:
            early.parts.append((number, part))
            return None
        series = self._held.series.get(key)
        if series is None:
            return None
        if self._held.is_forgotten(key, series):
            self._held.let_go(key)
            return None
        is_changed = series.take(part, number, self._held.next_sequence())
        if series.stale:
            self._loading.reread_soon(series)
        return series if is_changed else None

    def _spoil(self, resolution: Resolution, bars: Candles) -> None:
        """Have bars read again that are, or are made of, bars as given."""
        grid = self._registry.calendars
        moments = grid.open(resolution, bars.market, bars.t)
        for own, markets in self._held.wanted.items():
            if own < resolution or not len(bars):
                continue
            times = grid.floor(own, bars.market, moments)
            for market, t in set(zip(bars.market.tolist(), times.tolist(), strict=True)):
                if market in markets:
                    self._spoil_one((market, own), t)

    def _spoil_one(self, key: Key, t: int) -> None:
        series = self._held.series.get(key)
        if series is not None:
            series.spoil(t)
            self._loading.reread_soon(series)
        elif (early := self._loading.early.get(key)) is not None:
            early.spoiled.add(t)


def _of_markets(rows: Rows, wanted: Set[int]) -> Rows:
    # A commit mostly has few rows, but that of an import has a hundred thousand, and gone through
    # one by one they would hold up everybody.
    if len(rows) < max(FEW, len(wanted)):
        found = map(wanted.__contains__, rows.market.tolist())
        is_wanted = np.fromiter(found, np.bool_, len(rows))
    else:
        is_wanted = np.isin(rows.market, np.fromiter(wanted, np.int32, len(wanted)))
    return rows if is_wanted.all() else rows.take(is_wanted)


def _spans(ranges: Ranges) -> dict[int, tuple[int, int]]:
    """Return the span of each market's ranges: what is held is its newest bars, and few."""
    found: dict[int, tuple[int, int]] = {}
    rows = zip(ranges.market.tolist(), ranges.start.tolist(), ranges.end.tolist(), strict=True)
    for market, start, end in rows:
        low, high = found.get(market, (start, end))
        found[market] = (min(low, start), max(high, end))
    return found
