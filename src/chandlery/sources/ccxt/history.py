"""Bars of the past from an exchange of ccxt."""

from __future__ import annotations

from collections.abc import Sequence

from chandlery.core.clock import Clock
from chandlery.core.columns import US
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution, Unit
from chandlery.sources.ccxt.exchange import Opened
from chandlery.sources.ccxt.parse import Ohlcv, ohlcvs
from chandlery.sources.live.recent import PartlyGoneError
from chandlery.sources.live.rest import BarPage, GoneError, Listed, RestError, TradePage
from chandlery.sources.live.venue import BarEvent

_ENOUGH = 2
"""Bars that tell whether an answer begins where it was asked to."""
_ONLY_BARS = "of the past only bars can be asked for by ccxt"
_ASK_BARS = "ask for bars: --kind bars"
_LETTERS = {Unit.DAY: "d", Unit.WEEK: "w", Unit.MONTH: "M"}


class CcxtHistory:
    """See `Rest`. Only bars can be asked for: few exchanges give older trades from a moment on."""

    def __init__(self, opened: Opened, clock: Clock) -> None:
        """Take an open exchange, and the time, which tells open bars from closed ones."""
        self._opened = opened
        self._clock = clock

    async def listed(self, symbols: Sequence[str]) -> Listed:
        """See `Rest.listed`."""
        try:
            known = await self._opened.exchange.load_markets()
        except self._opened.retried as error:
            raise RestError(str(error) or type(error).__name__) from error
        name = self._opened.exchange.id
        return Listed({symbol: market_of(name, symbol) for symbol in symbols if symbol in known})

    async def trades_after(self, symbol: str, after_id: int) -> TradePage:
        """See `Rest.trades_after`."""
        raise GoneError(_ONLY_BARS, hint=_ASK_BARS)

    async def trades_between(self, symbol: str, start_us: int, end_us: int) -> TradePage:
        """See `Rest.trades_between`."""
        raise GoneError(_ONLY_BARS, hint=_ASK_BARS)

    async def close(self) -> None:
        """See `Rest.close`."""
        await self._opened.exchange.close()

    async def bars(self, symbol: str, resolution: Resolution, start: int, end: int) -> BarPage:
        """See `Rest.bars`. Volume is in what the exchange counts it in, the base as a rule."""
        exchange = self._opened.exchange
        if not exchange.has.get("fetchOHLCV"):
            message = f"{exchange.id} gives no bars"
            raise GoneError(message, hint="its trades make them")
        try:
            rows = await self._rows(symbol, resolution, start)
            if rows and start < rows[0].t < end and not await self._heeds(symbol, resolution, rows):
                message = f"{exchange.id} gives only its newest bars of {resolution}"
                raise PartlyGoneError(message, rows[0].t * US, hint="its trades make them from now")
        except self._opened.final as error:
            raise GoneError(str(error), hint="look at the symbol and the resolution") from error
        except self._opened.retried as error:
            raise RestError(str(error) or type(error).__name__) from error
        closed = self._clock.now_us() // US - resolution.seconds
        inside = [row for row in rows if start <= row.t < end]
        bars = [_bar(symbol, resolution, row) for row in inside if row.t <= closed]
        is_last = len(bars) < len(inside) or not inside or inside[-1].t + resolution.seconds >= end
        return BarPage(bars, is_last=is_last)

    async def _rows(self, symbol: str, resolution: Resolution, since: int) -> list[Ohlcv]:
        timeframe = timeframe_of(resolution)
        exchange = self._opened.exchange
        return ohlcvs(await exchange.fetch_ohlcv(symbol, timeframe, since * 1000))

    async def _heeds(self, symbol: str, resolution: Resolution, rows: list[Ohlcv]) -> bool:
        """Return whether the exchange gives bars from where it is asked to."""
        if len(rows) < _ENOUGH:
            return True
        later = await self._rows(symbol, resolution, rows[-1].t)
        return not later or later[0].t > rows[0].t


def market_of(exchange: str, symbol: str) -> Market:
    """Return the market of a symbol of an exchange: `KUCOIN:BTC/USDT`."""
    base, quote = symbol.partition(":")[0].partition("/")[::2]
    return Market.of(f"{exchange.upper()}:{symbol}", base=base, quote=quote)


def timeframe_of(resolution: Resolution) -> str:
    """Return what ccxt calls a resolution."""
    letter = _LETTERS.get(resolution.unit)
    return str(resolution) if letter is None else f"{resolution.count}{letter}"


def _bar(symbol: str, resolution: Resolution, row: Ohlcv) -> BarEvent:
    return BarEvent(
        symbol=symbol,
        resolution=resolution,
        t=row.t,
        o=row.o,
        h=row.h,
        l=row.l,
        c=row.c,
        v=row.v,
        q=float("nan"),
        n=0,
        bv=float("nan"),
        is_closed=True,
    )
