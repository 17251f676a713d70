"""The markets of a store, in memory: numbers, calendars, and how far their data reaches."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from chandlery.core.calendar import Calendar, Calendars
from chandlery.core.candles import Candles
from chandlery.core.columns import US, Floats, Int32s, Int64s
from chandlery.core.errors import StoreError, UnknownMarketError
from chandlery.core.market import Market
from chandlery.core.precision import price_scale_of, volume_precision_of
from chandlery.core.search import GrowingIndex
from chandlery.core.trades import Trades
from chandlery.stores import Ranges, Store

MOST_SCALES_AT_ONCE = 25
"""Deriving one takes a quarter of a millisecond; the others' turn comes with their next trades."""
NEVER = 1 << 62
_PLAIN = Calendar()


class Registry:
    """Knows every market of a store. Any thread may ask and add at any time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.RLock()
        self._markets = store.markets()
        self._numbers = {market.key: number for number, market in self._markets.items()}
        self._special: dict[int, Calendar] = {}
        """The calendars that are not plain: few, so that no change of a market looks at all."""
        self._calendars = Calendars()
        self._learn_calendars(self._markets.items())
        self._new: list[int] = []
        self._indexing = threading.Lock()
        self._edition = 0
        """Grows when what is searched of a market changes."""
        self._indexed: tuple[int, int, GrowingIndex] = (0, 0, GrowingIndex(()))
        self._first = np.full(len(self._markets), NEVER, dtype=np.int64)
        self._last = np.full(len(self._markets), -1, dtype=np.int64)
        self._newest_us = np.full(len(self._markets), -1, dtype=np.int64)
        self._changes = np.zeros(len(self._markets), dtype=np.int64)
        self._reference = np.zeros(len(self._markets))

    def __len__(self) -> int:
        return len(self._markets)

    @property
    def calendars(self) -> Calendars:
        """When each market trades."""
        return self._calendars

    def markets(self) -> list[Market]:
        """Return every market, by number."""
        with self._lock:
            return [self._markets[number] for number in sorted(self._markets)]

    def market(self, number: int) -> Market:
        """Return the market of a number."""
        return self._markets[number]

    def known(self, symbol: str) -> int | None:
        """Return the number of a symbol, in any case, if it has one; costs one look-up."""
        return self._numbers.get(symbol.strip().upper())

    def number(self, symbol: str) -> int:
        """Return the number of a symbol, in any case."""
        number = self._numbers.get(symbol.strip().upper())
        if number is None:
            near = ", ".join(market.symbol for market in self.search(symbol, limit=3))
            message = f"no market '{symbol}' here"
            hint = f"did you mean {near}?" if near else "`chandlery markets` lists what is here"
            raise UnknownMarketError(message, hint=hint)
        return number

    def search(self, text: str, limit: int = 30) -> list[Market]:
        """Return the markets that fit a text best; hidden ones are left out."""
        return list(islice(self.matches(text), min(max(limit, 0), len(self))))

    def matches(self, text: str) -> Iterator[Market]:
        """Yield the markets that fit a text, best first; without one in the order of numbers."""
        if not text.strip():
            with self._lock:
                every = [self._markets[number] for number in sorted(self._markets)]
            return (market for market in every if not market.hidden)
        return map(self.market, self._searched().search(text))

    def _searched(self) -> GrowingIndex:
        """Return an index of all markets; making one holds up nobody but who searches."""
        with self._indexing:
            edition, count = self._edition, len(self._markets)
            if self._indexed[0] != edition:
                self._indexed = (edition, 0, GrowingIndex(()))
            _, since, index = self._indexed
            if since < count:
                more = index.with_more(self._shown(since, count)) if since else None
                index = more or GrowingIndex(self._shown(0, count))
                self._indexed = (edition, count, index)
            return index

    def _shown(self, first: int, end: int) -> list[tuple[int, Market]]:
        every = ((number, self._markets[number]) for number in range(first, end))
        return [(number, market) for number, market in every if not market.hidden]

    def add(self, markets: Sequence[Market]) -> list[int]:
        """Return the numbers of the markets, giving one to those that have none yet.

        What is new is written by `flush`, which every commit of trades calls first: a number is
        durable before anything is stored under it.
        """
        with self._lock:
            new = {market.key: market for market in markets if market.key not in self._numbers}
            first = len(self._markets)
            for number, market in enumerate(new.values(), first):
                self._markets[number] = market
                self._new.append(number)
            if new:
                self._learn_calendars(enumerate(new.values(), first))
                self._grow()
            # Last: whoever finds a number finds all that is known under it.
            self._numbers.update(zip(new, range(first, first + len(new)), strict=True))
            return [self._numbers[market.key] for market in markets]

    def add_symbol(self, symbol: str) -> int:
        """Return the number of a symbol, which becomes a market if it is none yet."""
        known = self._numbers.get(symbol.strip().upper())
        return known if known is not None else self.add([Market.of(symbol)])[0]

    def flush(self) -> None:
        """Write the markets that are new."""
        with self._lock:
            if self._new:
                self._store.add_markets([self._markets[number] for number in self._new])
                self._new.clear()

    def update(self, markets: Sequence[Market]) -> None:
        """Replace what is known of markets, but not what was set by hand."""
        if not markets:
            return
        with self._lock:
            known = [self.market(self._numbers[market.key]) for market in markets]
            self.replace([old.learned(new) for old, new in zip(known, markets, strict=True)])

    def change(self, number: int, change: Callable[[Market], Market]) -> None:
        """Replace a market by what it becomes; nobody else changes it in between."""
        with self._lock:
            self.replace([change(self.market(number))])

    def replace(self, markets: Sequence[Market]) -> None:
        """Replace markets."""
        with self._lock:
            self._store.update_markets(markets)
            for market in markets:
                number = self._numbers[market.key]
                self._edition += _searched_of(market) != _searched_of(self._markets[number])
                self._markets[number] = market
            self._learn_calendars((self._numbers[market.key], market) for market in markets)

    def _grow(self) -> None:
        """Make room for what is known of new markets."""
        more = len(self._markets) - len(self._first)
        self._first = np.append(self._first, np.full(more, NEVER, dtype=np.int64))
        self._last = np.append(self._last, np.full(more, -1, dtype=np.int64))
        self._newest_us = np.append(self._newest_us, np.full(more, -1, dtype=np.int64))
        self._changes = np.append(self._changes, np.zeros(more, dtype=np.int64))
        self._reference = np.append(self._reference, np.zeros(more))

    def _learn_calendars(self, markets: Iterable[tuple[int, Market]]) -> None:
        """Take note of when markets trade."""
        is_changed = False
        for number, market in markets:
            own = market.calendar
            if own == self._special.get(number, _PLAIN):
                continue
            is_changed = True
            if own == _PLAIN:
                del self._special[number]
            else:
                self._special[number] = own
        if is_changed:
            self._calendars = Calendars(self._special)

    def reach(self, market: int) -> tuple[int, int]:
        """Return [first, last) in seconds between which all of a market's data lies."""
        first, last = int(self._first[market]), int(self._last[market])
        return (first, last) if first <= last else (0, 0)

    def changes(self, market: int) -> int:
        """Return a number that grows whenever a market gets data."""
        return int(self._changes[market])

    def newest_us(self, market: Int32s) -> Int64s:
        """Return, for each market given, a moment in microseconds that no stored trade is after."""
        return self._newest_us[market]

    def extend(self, ranges: Ranges) -> None:
        """Take note of how far data reaches: ranges in seconds."""
        with self._lock:
            np.minimum.at(self._first, ranges.market, ranges.start)
            np.maximum.at(self._last, ranges.market, ranges.end)
            np.maximum.at(self._newest_us, ranges.market, ranges.end * US)
            self._changes[ranges.market] += 1

    def touch(self, market: int) -> None:
        """Take note that a market's data changed, reaching no further than before."""
        with self._lock:
            self._changes[market] += 1

    def observe(self, trades: Trades) -> None:
        """Take note of trades that have been stored: how far they reach, and their prices."""
        seconds = trades.time // US
        with self._lock:
            np.minimum.at(self._first, trades.market, seconds)
            np.maximum.at(self._last, trades.market, seconds + 1)
            np.maximum.at(self._newest_us, trades.market, trades.time)
            self._changes[trades.market] += 1
        self._derive_scales(trades.market, trades.price, trades.size)

    def observe_bars(self, candles: Candles) -> None:
        """Take note of bars as given: of some markets nothing else ever comes."""
        prices = np.concatenate((candles.o, candles.h, candles.l, candles.c))
        self._derive_scales(np.tile(candles.market, 4), prices, np.tile(candles.v, 4))

    def _derive_scales(self, market: Int32s, price: Floats, size: Floats) -> None:
        """Derive the scales of markets whose prices are new or have moved tenfold."""
        known = self._reference[market]
        moved = (price >= known * 10) | (price * 10 <= known)
        if not moved.any():
            return
        some = np.unique(market[moved])[:MOST_SCALES_AT_ONCE]
        rows = [np.flatnonzero(market == number) for number in some]
        derived = [
            self._rescaled(number, price[own], size[own])
            for number, own in zip(some.tolist(), rows, strict=True)
        ]
        old = [self._markets[number] for number in some.tolist()]
        try:
            self.update([new for new, was in zip(derived, old, strict=True) if new != was])
        except StoreError:
            # What came is durable: what it is shown with can wait for the next.
            return
        self._reference[some] = [price[own[-1]] for own in rows]

    def _rescaled(self, number: int, price: Floats, size: Floats) -> Market:
        """Return the market with a scale that shows the old prices and the new."""
        market = self._markets[number]
        return replace(
            market,
            price_scale=max(market.price_scale, price_scale_of(price)),
            volume_precision=max(market.volume_precision, volume_precision_of(size)),
        )


def _searched_of(market: Market) -> tuple[str, str, str, bool]:
    """Return what a search looks at, and may change."""
    return market.base, market.quote, market.description, market.hidden
