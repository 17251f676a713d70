"""What Coinbase Exchange can be asked: products, trades by id, candles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from chandlery.core.clock import Clock
from chandlery.core.columns import US
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.sources.coinbase.parse import VENUE, Trade, trade_event
from chandlery.sources.live.answers import rows
from chandlery.sources.live.asking import Ask, Request
from chandlery.sources.live.reading import Number, price_scale
from chandlery.sources.live.rest import BarPage, GoneError, Listed, TradePage
from chandlery.sources.live.venue import BarEvent

REQUESTS_A_SECOND = 5.0
"""Half of what an address may."""

MOST_TRADES = 1_000
MOST_CANDLES = 300
GRANULARITIES = (60, 300, 900, 3_600, 21_600, 86_400)


class _Product(msgspec.Struct):
    id: str
    base_currency: str = ""
    quote_currency: str = ""
    quote_increment: str = ""
    status: str = "online"
    trading_disabled: bool = False


class _Candle(NamedTuple):
    t: int
    low: Number
    high: Number
    open: Number
    close: Number
    volume: Number


_PRODUCTS = msgspec.json.Decoder(list[_Product])
_TRADES = msgspec.json.Decoder(list[Trade], strict=False)
_CANDLES = msgspec.json.Decoder(list[_Candle])


class CoinbaseRest:
    """See `Rest`. Every trade since a product's first can be asked for by its id."""

    def __init__(self, ask: Ask, clock: Clock) -> None:
        """Take who asks, and the time, which tells open candles from closed ones."""
        self._ask = ask
        self._clock = clock
        self._marks: dict[str, tuple[int, int]] = {}
        """Where the last page of a symbol by time ended: the time, and the first id of then."""

    async def listed(self, symbols: Sequence[str]) -> Listed:
        """See `Rest.listed`."""
        products = rows(_PRODUCTS, await self._ask(Request("/products")), VENUE)
        wanted = {each.id: each for each in products if each.id in set(symbols)}
        halted = [
            each.id for each in wanted.values() if each.trading_disabled or each.status != "online"
        ]
        return Listed({symbol: _market(each) for symbol, each in wanted.items()}, tuple(halted))

    async def trades_after(self, symbol: str, after_id: int) -> TradePage:
        """See `Rest.trades_after`: a page goes down from the id it is asked for."""
        last = after_id + MOST_TRADES
        trades = [each for each in await self._below(symbol, last + 1) if each.trade_id > after_id]
        return TradePage(
            [trade_event(each, symbol) for each in trades],
            is_last=not trades or trades[-1].trade_id < last,
        )

    async def trades_between(self, symbol: str, start_us: int, end_us: int) -> TradePage:
        """See `Rest.trades_between`: the first id is found by halving."""
        at_us, first = self._marks.get(symbol, (-1, 0))
        if not at_us <= start_us <= at_us + 1:
            first = await self._first_id(symbol, start_us)
        page = await self.trades_after(symbol, first - 1)
        if page.trades:
            last_us = page.trades[-1].time_us
            mark = next(trade.sequence for trade in page.trades if trade.time_us == last_us)
            self._marks[symbol] = (last_us, mark)
        inside = [trade for trade in page.trades if start_us <= trade.time_us < end_us]
        return TradePage(inside, is_last=page.is_last or len(inside) < len(page.trades))

    async def bars(self, symbol: str, resolution: Resolution, start: int, end: int) -> BarPage:
        """See `Rest.bars`."""
        step = resolution.seconds
        if step not in GRANULARITIES:
            message = f"Coinbase has no candles of {resolution}"
            raise GoneError(message, hint="ask for 1m, 5m, 15m, 1h, 6h or 1d")
        until = min(end, start + MOST_CANDLES * step)
        query = {"granularity": str(step), "start": str(start), "end": str(until - 1)}
        body = await self._ask(Request(f"/products/{symbol}/candles", query))
        closed = self._clock.now_us() // US - step
        found = sorted(rows(_CANDLES, body, VENUE))
        bars = [
            _bar(symbol, resolution, row)
            for row in found
            if start <= row.t < until and row.t <= closed
        ]
        return BarPage(bars, is_last=until >= end)

    async def close(self) -> None:
        """See `Rest.close`."""
        await self._ask.close()

    async def _below(
        self, symbol: str, trade_id: int | None, most: int = MOST_TRADES
    ) -> list[Trade]:
        """Return the newest trades below an id, in ascending order."""
        query = {"limit": str(most)} | ({} if trade_id is None else {"after": str(trade_id)})
        body = await self._ask(Request(f"/products/{symbol}/trades", query))
        return sorted(rows(_TRADES, body, VENUE), key=lambda trade: trade.trade_id)

    async def _first_id(self, symbol: str, start_us: int) -> int:
        """Return the id of the first trade at a moment or later."""
        newest = await self._below(symbol, None, 1)
        low, high = 1, newest[-1].trade_id + 1 if newest else 1
        while low < high:
            middle = (low + high) // 2
            found = await self._below(symbol, middle + 1, 1)
            if found and trade_event(found[-1], symbol).time_us >= start_us:
                high = min(middle, found[-1].trade_id)
            else:
                low = middle + 1
        return low


def _market(product: _Product) -> Market:
    return Market.of(
        f"COINBASE:{product.id}",
        base=product.base_currency,
        quote=product.quote_currency,
        price_scale=price_scale(product.quote_increment),
    )


def _bar(symbol: str, resolution: Resolution, row: _Candle) -> BarEvent:
    return BarEvent(
        symbol=symbol,
        resolution=resolution,
        t=row.t,
        o=row.open,
        h=row.high,
        l=row.low,
        c=row.close,
        v=row.volume,
        q=float("nan"),
        n=0,
        bv=float("nan"),
        is_closed=True,
    )
