"""What Bybit can be asked: instruments, the most recent trades, candles."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from chandlery.core.clock import Clock
from chandlery.core.columns import US
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution, Unit
from chandlery.sources.bybit.parse import VENUE, taker
from chandlery.sources.bybit.venue import Category, lot_of, market_of
from chandlery.sources.live.answers import answered, rows
from chandlery.sources.live.asking import Ask, Request
from chandlery.sources.live.reading import Id, Millis, Number, known_id, price_scale
from chandlery.sources.live.recent import recent_page
from chandlery.sources.live.rest import BarPage, GoneError, Listed, RestError, TradePage
from chandlery.sources.live.venue import BarEvent, TradeEvent

REQUESTS_A_SECOND = 50.0
"""An address may ask 600 times in five seconds."""

MOST_TRADES = {"spot": 60, "linear": 1_000, "inverse": 1_000}
MOST_CANDLES = 1_000
_MINUTES = (1, 3, 5, 15, 30, 60, 120, 240, 360, 720)
_LETTERS = {Unit.DAY: "D", Unit.WEEK: "W", Unit.MONTH: "M"}
_MOST_PAGES = 50


class _Trade(msgspec.Struct, rename="camel"):
    exec_id: str
    price: Number
    size: Number
    side: str
    time: Millis
    seq: Id = 0


class _PriceFilter(msgspec.Struct, rename="camel"):
    tick_size: str = ""


class _Instrument(msgspec.Struct, rename="camel"):
    symbol: str
    base_coin: str = ""
    quote_coin: str = ""
    status: str = "Trading"
    price_filter: _PriceFilter = msgspec.field(default_factory=_PriceFilter)


class _Result(msgspec.Struct, rename="camel"):
    list: msgspec.Raw = msgspec.Raw(b"[]")
    next_page_cursor: str = ""


class _Answer(msgspec.Struct, rename="camel"):
    ret_code: int
    ret_msg: str = ""
    result: _Result = msgspec.field(default_factory=_Result)


_ANSWER = msgspec.json.Decoder(_Answer)
_TRADES = msgspec.json.Decoder(list[_Trade], strict=False)
_INSTRUMENTS = msgspec.json.Decoder(list[_Instrument])
_CANDLES = msgspec.json.Decoder(
    list[tuple[Millis, Number, Number, Number, Number, Number, Number]], strict=False
)


class BybitRest:
    """See `Rest`. Only the last trades can be asked for: 60 on spot, 1,000 on contracts."""

    def __init__(self, ask: Ask, clock: Clock, category: Category = "spot") -> None:
        """Take who asks, the time, which tells open candles from closed ones, and the category."""
        self._ask = ask
        self._clock = clock
        self._category: Category = category

    async def listed(self, symbols: Sequence[str]) -> Listed:
        """See `Rest.listed`."""
        wanted = {each.symbol: each for each in await self._instruments() if each.symbol in symbols}
        halted = [each.symbol for each in wanted.values() if each.status != "Trading"]
        markets = {symbol: self._market(each) for symbol, each in wanted.items()}
        return Listed(markets, tuple(halted))

    async def trades_after(self, symbol: str, after_id: int) -> TradePage:
        """See `Rest.trades_after`: ids have no order, so there is no answer."""
        message = f"Bybit's trades of {symbol} cannot be asked for by id"
        raise GoneError(message, hint="ask for them by time")

    async def trades_between(self, symbol: str, start_us: int, end_us: int) -> TradePage:
        """See `Rest.trades_between`."""
        most = MOST_TRADES[self._category]
        found = await self._result("recent-trade", {"symbol": symbol, "limit": str(most)})
        trades = [self._event(symbol, row) for row in rows(_TRADES, found.list, VENUE)]
        return recent_page(trades, start_us, end_us, most)

    async def bars(self, symbol: str, resolution: Resolution, start: int, end: int) -> BarPage:
        """See `Rest.bars`."""
        until = min(end, start + MOST_CANDLES * resolution.seconds)
        query = {
            "symbol": symbol,
            "interval": interval_of(resolution),
            "start": str(start * 1000),
            "end": str(until * 1000 - 1),
            "limit": str(MOST_CANDLES),
        }
        found = await self._result("kline", query)
        closed = self._clock.now_us() // US - resolution.seconds
        bars = [
            self._bar(symbol, resolution, row)
            for row in sorted(rows(_CANDLES, found.list, VENUE))
            if start <= row[0] // 1000 < until and row[0] // 1000 <= closed
        ]
        return BarPage(bars, is_last=until >= end)

    async def close(self) -> None:
        """See `Rest.close`."""
        await self._ask.close()

    async def _instruments(self) -> list[_Instrument]:
        found: list[_Instrument] = []
        cursor = ""
        for _ in range(_MOST_PAGES):
            # Spot comes at once and knows no pages.
            pages = {} if self._category == "spot" else {"limit": "1000"}
            query = pages | ({"cursor": cursor} if cursor else {})
            result = await self._result("instruments-info", query)
            found += rows(_INSTRUMENTS, result.list, VENUE)
            cursor = result.next_page_cursor
            if not cursor:
                break
        return found

    async def _result(self, what: str, query: dict[str, str]) -> _Result:
        query = {"category": self._category, **query}
        body = await self._ask(Request(f"/v5/market/{what}", query))
        answer = answered(_ANSWER, body, VENUE)
        if answer.ret_code == 0:
            return answer.result
        message = f"Bybit answered {answer.ret_code}: {answer.ret_msg}"
        if answer.ret_code == _BAD_REQUEST:
            raise GoneError(message, hint="look at the symbol's name and its category")
        raise RestError(message)

    def _event(self, symbol: str, row: _Trade) -> TradeEvent:
        return TradeEvent(
            symbol=symbol,
            time_us=row.time * 1000,
            price=row.price,
            size=lot_of(self._category).base(row.size, row.price),
            side=taker(row.side),
            id=known_id(row.exec_id),
            sequence=row.seq,
        )

    def _market(self, each: _Instrument) -> Market:
        return Market.of(
            market_of(self._category, each.symbol),
            base=each.base_coin,
            quote=each.quote_coin,
            price_scale=price_scale(each.price_filter.tick_size),
        )

    def _bar(self, symbol: str, resolution: Resolution, row: tuple[float, ...]) -> BarEvent:
        start, o, h, low, c, volume, turnover = row
        # Of an inverse contract the volume is in dollars, and the turnover in the coin.
        v, q = (turnover, volume) if self._category == "inverse" else (volume, turnover)
        return BarEvent(
            symbol=symbol,
            resolution=resolution,
            t=int(start) // 1000,
            o=o,
            h=h,
            l=low,
            c=c,
            v=v,
            q=q,
            n=0,
            bv=float("nan"),
            is_closed=True,
        )


_BAD_REQUEST = 10001


def interval_of(resolution: Resolution) -> str:
    """Return what Bybit calls a resolution."""
    minutes, seconds = divmod(resolution.seconds, 60)
    if resolution.unit is Unit.SECOND and seconds == 0 and minutes in _MINUTES:
        return str(minutes)
    if resolution.count == 1 and resolution.unit in _LETTERS:
        return _LETTERS[resolution.unit]
    message = f"Bybit has no candles of {resolution}"
    raise GoneError(message, hint="ask for 1m, 5m, 15m, 1h, 4h or 1d")
