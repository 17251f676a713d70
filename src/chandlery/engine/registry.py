"""The markets of a store, in memory: numbers, calendars, and how far their data reaches."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from chandlery.core.calendar import Calendar, Calendars
from chandlery.core.columns import US, Int32s, Int64s
from chandlery.core.errors import UnknownMarketError
from chandlery.core.market import Market
from chandlery.core.precision import price_scale_of, volume_precision_of
from chandlery.core.search import SearchIndex
from chandlery.core.trades import Trades
from chandlery.stores import Ranges, Store

NEVER = 1 << 62


class Registry:
    """Knows every market of a store. Any thread may ask and add at any time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._markets = store.markets()
        self._numbers = {market.key: number for number, market in self._markets.items()}
        self._calendars = self._make_calendars()
        self._index: SearchIndex | None = None
        self._first = np.full(len(self._markets), NEVER, dtype=np.int64)
        self._last = np.full(len(self._markets), -1, dtype=np.int64)
        self._newest_us = np.full(len(self._markets), -1, dtype=np.int64)
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
        """Return the markets that fit a text best."""
        with self._lock:
            if self._index is None:
                self._index = SearchIndex([self._markets[n] for n in sorted(self._markets)])
            return self._index.search(text, limit)

    def add(self, markets: Sequence[Market]) -> list[int]:
        """Return the numbers of the markets; those not known yet are written to the store."""
        with self._lock:
            if any(market.key not in self._numbers for market in markets):
                numbers = self._store.add_markets(markets)
                for number, market in zip(numbers, markets, strict=True):
                    if self._markets.setdefault(number, market) is market:
                        self._numbers[market.key] = number
                self._renew()
            return [self._numbers[market.key] for market in markets]

    def add_symbol(self, symbol: str) -> int:
        """Return the number of a symbol, which becomes a market if it is none yet."""
        known = self._numbers.get(symbol.strip().upper())
        return known if known is not None else self.add([Market.of(symbol)])[0]

    def update(self, market: Market) -> None:
        """Replace what is known of a market."""
        with self._lock:
            self._store.update_market(market)
            self._markets[self._numbers[market.key]] = market
            self._renew()

    def _renew(self) -> None:
        self._calendars = self._make_calendars()
        self._index = None
        more = len(self._markets) - len(self._first)
        self._first = np.append(self._first, np.full(more, NEVER, dtype=np.int64))
        self._last = np.append(self._last, np.full(more, -1, dtype=np.int64))
        self._newest_us = np.append(self._newest_us, np.full(more, -1, dtype=np.int64))
        self._reference = np.append(self._reference, np.zeros(more))

    def _make_calendars(self) -> Calendars:
        plain = Calendar()
        own = {number: market.calendar for number, market in self._markets.items()}
        return Calendars(
            {number: calendar for number, calendar in own.items() if calendar != plain}
        )

    def reach(self, market: int) -> tuple[int, int]:
        """Return [first, last) in seconds between which all of a market's data lies."""
        first, last = int(self._first[market]), int(self._last[market])
        return (first, last) if first <= last else (0, 0)

    def newest_us(self, market: Int32s) -> Int64s:
        """Return, for each market given, a moment in microseconds that no stored trade is after."""
        return self._newest_us[market]

    def extend(self, ranges: Ranges) -> None:
        """Take note of how far data reaches: ranges in seconds."""
        with self._lock:
            np.minimum.at(self._first, ranges.market, ranges.start)
            np.maximum.at(self._last, ranges.market, ranges.end)
            np.maximum.at(self._newest_us, ranges.market, ranges.end * US)

    def observe(self, trades: Trades) -> None:
        """Take note of trades that have been stored: how far they reach, and their prices.

        Price scales are derived anew where prices are new or have moved tenfold.
        """
        seconds = trades.time // US
        with self._lock:
            np.minimum.at(self._first, trades.market, seconds)
            np.maximum.at(self._last, trades.market, seconds + 1)
            np.maximum.at(self._newest_us, trades.market, trades.time)
        known = self._reference[trades.market]
        moved = np.flatnonzero((trades.price >= known * 10) | (trades.price * 10 <= known))
        for number in np.unique(trades.market[moved]).tolist():
            own = trades.take(trades.market == number)
            self._reference[number] = own.price[-1]
            market = self._rescaled(number, own)
            if market != self._markets[number]:
                self.update(market)

    def _rescaled(self, number: int, trades: Trades) -> Market:
        """Return the market with a scale that shows the old prices and the new."""
        market = self._markets[number]
        return replace(
            market,
            price_scale=max(market.price_scale, price_scale_of(trades.price)),
            volume_precision=max(market.volume_precision, volume_precision_of(trades.size)),
        )
