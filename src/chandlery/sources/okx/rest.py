"""What OKX can be asked: instruments, three months of trades by id, candles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from chandlery.core.columns import US
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution, Unit
from chandlery.sources.live.answers import answered, rows
from chandlery.sources.live.asking import Ask, Request
from chandlery.sources.live.lot import Lot
from chandlery.sources.live.reading import price_scale
from chandlery.sources.live.rest import BarPage, GoneError, Listed, RestError, TradePage
from chandlery.sources.live.venue import BarEvent
from chandlery.sources.okx.parse import VENUE, Trade, trade_event

REQUESTS_A_SECOND = 8.0
"""History may be asked for 20 times in two seconds."""

MOST = 100
_SPOT, _SWAP, _FUTURES = "SPOT", "SWAP", "FUTURES"
_NO_SUCH = ("51000", "51001")


class _Instrument(msgspec.Struct, rename="camel"):
    inst_id: str
    inst_type: str = _SPOT
    base_ccy: str = ""
    quote_ccy: str = ""
    tick_sz: str = ""
    state: str = "live"
    ct_type: str = ""
    ct_val: str = ""
    ct_mult: str = ""


class _Answer(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"[]")
    code: str = "0"
    msg: str = ""


_ANSWER = msgspec.json.Decoder(_Answer)
_INSTRUMENTS = msgspec.json.Decoder(list[_Instrument])
_TRADES = msgspec.json.Decoder(list[Trade], strict=False)
_CANDLES = msgspec.json.Decoder(list[list[float]], strict=False)


class OkxRest:
    """See `Rest`. It enters into `lots` what a contract is worth, for the venue to read."""

    def __init__(self, ask: Ask, lots: dict[str, Lot]) -> None:
        """Take who asks, and the table that the venue reads sizes by."""
        self._ask = ask
        self._lots = lots

    async def listed(self, symbols: Sequence[str]) -> Listed:
        """See `Rest.listed`."""
        markets: dict[str, Market] = {}
        halted: list[str] = []
        for kind in dict.fromkeys(kind_of(symbol) for symbol in symbols):
            data = await self._data("/api/v5/public/instruments", {"instType": kind})
            for each in rows(_INSTRUMENTS, data, VENUE):
                if each.inst_id in symbols:
                    markets[each.inst_id] = _market(each)
                    self._lots[each.inst_id] = _lot(each)
                    if each.state != "live":
                        halted.append(each.inst_id)
        return Listed(markets, tuple(halted))

    async def trades_after(self, symbol: str, after_id: int) -> TradePage:
        """See `Rest.trades_after`: a page goes down from the id it is asked for."""
        last = after_id + MOST
        query = {"type": "1", "after": str(last + 1)}
        trades = [each for each in await self._trades(symbol, query) if each.trade_id > after_id]
        return TradePage(
            [trade_event(each, self._lots) for each in trades],
            is_last=not trades or trades[-1].trade_id < last,
        )

    async def trades_between(self, symbol: str, start_us: int, end_us: int) -> TradePage:
        """See `Rest.trades_between`: the trade before the start says where to begin."""
        # Rounded up: trades are stamped with milliseconds.
        query = {"type": "2", "after": str(-(-start_us // 1000))}
        before = await self._trades(symbol, query)
        if not before:
            message = f"OKX has no trades of {symbol} from before that time"
            raise GoneError(message, hint="it keeps three months")
        page = await self.trades_after(symbol, before[-1].trade_id)
        trades = [*page.trades]
        # A page is short: go on until it reaches beyond the second that it begins in.
        while not page.is_last and trades[-1].time_us // US <= start_us // US:
            page = await self.trades_after(symbol, trades[-1].sequence)
            trades += page.trades
        inside = [trade for trade in trades if start_us <= trade.time_us < end_us]
        return TradePage(inside, is_last=page.is_last or len(inside) < len(trades))

    async def bars(self, symbol: str, resolution: Resolution, start: int, end: int) -> BarPage:
        """See `Rest.bars`."""
        until = min(end, start + MOST * resolution.seconds)
        query = {
            "instId": symbol,
            "bar": bar_of(resolution),
            "before": str(start * 1000 - 1),
            "after": str(until * 1000),
            "limit": str(MOST),
        }
        data = await self._data("/api/v5/market/history-candles", query)
        found = [row for row in rows(_CANDLES, data, VENUE) if len(row) >= _COLUMNS]
        is_spot = kind_of(symbol) == _SPOT
        bars = [
            _bar(symbol, resolution, row, is_spot=is_spot)
            for row in sorted(found)
            if row[8] == 1 and start * 1000 <= row[0] < until * 1000
        ]
        return BarPage(bars, is_last=until >= end)

    async def close(self) -> None:
        """See `Rest.close`."""
        await self._ask.close()

    async def _trades(self, symbol: str, query: dict[str, str]) -> list[Trade]:
        query = {"instId": symbol, "limit": str(MOST), **query}
        data = await self._data("/api/v5/market/history-trades", query)
        return sorted(rows(_TRADES, data, VENUE), key=lambda trade: trade.trade_id)

    async def _data(self, path: str, query: dict[str, str]) -> msgspec.Raw:
        answer = answered(_ANSWER, await self._ask(Request(path, query)), VENUE)
        if answer.code == "0":
            return answer.data
        message = f"OKX answered {answer.code}: {answer.msg}"
        if answer.code in _NO_SUCH:
            raise GoneError(message, hint="look at the instrument's name")
        raise RestError(message)


_COLUMNS = 9
_LETTERS = {Unit.DAY: "D", Unit.WEEK: "W", Unit.MONTH: "M"}
_BARS = ("1m", "3m", "5m", "15m", "30m", "1H", "2H", "4H", "6Hutc", "12Hutc", "1Dutc", "2Dutc",
         "3Dutc", "1Wutc", "1Mutc", "3Mutc", "1s")  # fmt: skip


def kind_of(symbol: str) -> str:
    """Return the kind of an instrument as its name tells it."""
    if symbol.count("-") == 1:
        return _SPOT
    return _SWAP if symbol.endswith(f"-{_SWAP}") else _FUTURES


def bar_of(resolution: Resolution) -> str:
    """Return what OKX calls a resolution: from 6 hours on bars begin in UTC only with `utc`."""
    if resolution.unit is Unit.SECOND:
        text = str(resolution)
        bar = text.replace("h", "H") + ("utc" if text in ("6h", "12h") else "")
    else:
        bar = f"{resolution.count}{_LETTERS[resolution.unit]}utc"
    if bar in _BARS:
        return bar
    message = f"OKX has no candles of {resolution}"
    raise GoneError(message, hint="ask for 1m, 5m, 15m, 1h, 4h or 1d")


def _market(each: _Instrument) -> Market:
    base, quote = [*each.inst_id.split("-"), ""][:2]
    return Market.of(
        f"OKX:{each.inst_id}",
        base=each.base_ccy or base,
        quote=each.quote_ccy or quote,
        price_scale=price_scale(each.tick_sz),
    )


def _lot(each: _Instrument) -> Lot:
    if each.inst_type == _SPOT:
        return Lot()
    try:
        value = float(each.ct_val or "1") * float(each.ct_mult or "1")
    except ValueError as error:
        message = f"OKX's size of a contract of {each.inst_id} is {each.ct_val!r}"
        raise RestError(message) from error
    return Lot(value, is_inverse=each.ct_type == "inverse")


def _bar(symbol: str, resolution: Resolution, row: list[float], *, is_spot: bool) -> BarEvent:
    figures: dict[str, Any] = dict(zip("ohlc", row[1:5], strict=True))
    return BarEvent(
        symbol=symbol,
        resolution=resolution,
        t=int(row[0]) // 1000,
        v=row[5] if is_spot else row[6],
        q=row[7],
        n=0,
        bv=float("nan"),
        is_closed=True,
        **figures,
    )
