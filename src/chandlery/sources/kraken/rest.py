"""What Kraken can be asked: pairs, trades by time, the last 720 candles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import msgspec

from chandlery.core.clock import Clock
from chandlery.core.columns import US
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.core.trades import UNKNOWN
from chandlery.sources.kraken.parse import TAKER, VENUE, cut
from chandlery.sources.live.answers import answered
from chandlery.sources.live.asking import Ask, Request
from chandlery.sources.live.reading import Id, Number, price_scale
from chandlery.sources.live.recent import PartlyGoneError
from chandlery.sources.live.rest import BarPage, GoneError, Listed, RestError, TradePage
from chandlery.sources.live.venue import BarEvent, TradeEvent

REQUESTS_A_SECOND = 0.9

MOST_TRADES = 1_000
MOST_CANDLES = 720
MOST_STEPS = 40
"""Pages that are looked through for an id, at most."""
INTERVALS = {60: 1, 300: 5, 900: 15, 1_800: 30, 3_600: 60, 14_400: 240, 86_400: 1_440}

_NAMES = {"BTC": "XBT", "DOGE": "XDG"}
"""What REST calls coins that the websocket calls by the usual name."""
_USUAL = {old: usual for usual, old in _NAMES.items()}

T = TypeVar("T")


class _Row(NamedTuple):
    price: Number
    size: Number
    time_s: float
    side: str
    kind: str
    misc: str
    trade_id: Id


class _Ohlc(NamedTuple):
    t: int
    o: Number
    h: Number
    l: Number  # noqa: E741 - the column's name everywhere
    c: Number
    vwap: Number
    v: Number
    n: int


class _Pair(msgspec.Struct):
    wsname: str = ""
    tick_size: str = ""
    pair_decimals: int = 0
    status: str = "online"


class _Answer(msgspec.Struct):
    error: list[str] = []
    result: dict[str, msgspec.Raw] = {}


_ANSWER = msgspec.json.Decoder(_Answer)
_ROWS = msgspec.json.Decoder(list[_Row], strict=False)
_OHLC = msgspec.json.Decoder(list[_Ohlc], strict=False)
_PAIR = msgspec.json.Decoder(_Pair)


class KrakenRest:
    """See `Rest`. Trades are asked for by time; to follow an id, its time is looked for first."""

    def __init__(self, ask: Ask, clock: Clock) -> None:
        """Take who asks, and the time, which tells open candles from closed ones."""
        self._ask = ask
        self._clock = clock
        self._times: dict[str, tuple[int, int]] = {}
        """The newest trade that was given of each symbol: id and time."""

    async def listed(self, symbols: Sequence[str]) -> Listed:
        """See `Rest.listed`."""
        found = await self._result("/0/public/AssetPairs", {})
        pairs = [answered(_PAIR, raw, VENUE) for raw in found.values()]
        wanted = {usual(each.wsname): each for each in pairs if usual(each.wsname) in set(symbols)}
        halted = [symbol for symbol, each in wanted.items() if each.status != "online"]
        return Listed(
            {symbol: _market(symbol, each) for symbol, each in wanted.items()}, (*halted,)
        )

    async def trades_after(self, symbol: str, after_id: int) -> TradePage:
        """See `Rest.trades_after`."""
        known = self._times.get(symbol)
        if known is not None and known[0] == after_id:
            page = await self._page(symbol, known[1])
        else:
            page = await self._page_with(symbol, after_id + 1)
        trades = [trade for trade in page if _id(trade) > after_id]
        if trades:
            self._times[symbol] = (_id(trades[-1]), trades[-1].time_us)
        return TradePage(trades, is_last=len(page) < MOST_TRADES)

    async def trades_between(self, symbol: str, start_us: int, end_us: int) -> TradePage:
        """See `Rest.trades_between`."""
        page = await self._page(symbol, start_us)
        trades = [trade for trade in page if start_us <= trade.time_us < end_us]
        is_last = len(page) < MOST_TRADES or page[-1].time_us >= end_us
        return TradePage(trades, is_last=is_last)

    async def bars(self, symbol: str, resolution: Resolution, start: int, end: int) -> BarPage:
        """See `Rest.bars`: older ones than the last 720 are gone."""
        minutes = INTERVALS.get(resolution.seconds)
        if minutes is None:
            message = f"Kraken has no candles of {resolution}"
            raise GoneError(message, hint="ask for 1m, 5m, 15m, 30m, 1h, 4h or 1d")
        query = {"pair": pair_of(symbol), "interval": str(minutes), "since": str(start - 1)}
        found = await self._result("/0/public/OHLC", query)
        closed = self._clock.now_us() // US - resolution.seconds
        given = sorted(_only(found, _OHLC))
        if len(given) >= MOST_CANDLES and start < given[0].t < end:
            message = f"Kraken gives the last {MOST_CANDLES} candles of {resolution}"
            raise PartlyGoneError(message, given[0].t * US, hint="fetch trades, they are all there")
        bars = [
            _bar(symbol, resolution, row)
            for row in given
            if start <= row.t < end and row.t <= closed
        ]
        return BarPage(bars)

    async def close(self) -> None:
        """See `Rest.close`."""
        await self._ask.close()

    async def _page_with(self, symbol: str, trade_id: int) -> list[TradeEvent]:
        """Return a page that begins at an id or before it, and ends at it or after."""
        page = await self._page(symbol, None)
        for _ in range(MOST_STEPS):
            if not page or _id(page[0]) <= trade_id <= _id(page[-1]):
                return page
            if _id(page[-1]) < trade_id:
                if len(page) < MOST_TRADES:
                    return page
                page = await self._page(symbol, page[-1].time_us)
            else:
                page = await self._page(symbol, _guess_us(page, trade_id))
        message = f"trade {trade_id} of {symbol} was not found at Kraken"
        raise RestError(message)

    async def _page(self, symbol: str, since_us: int | None) -> list[TradeEvent]:
        """Return the first trades from a moment on; None: the newest."""
        query = {"pair": pair_of(symbol), "count": str(MOST_TRADES)}
        if since_us is not None:
            query["since"] = str(max(0, since_us * 1000 - 1))
        found = await self._result("/0/public/Trades", query)
        found_rows = _only({key: raw for key, raw in found.items() if key != "last"}, _ROWS)
        return sorted((_event(symbol, row) for row in found_rows), key=_id)

    async def _result(self, path: str, query: dict[str, str]) -> dict[str, msgspec.Raw]:
        answer = answered(_ANSWER, await self._ask(Request(path, query)), VENUE)
        if answer.error:
            reason = ", ".join(answer.error)
            if "Unknown asset pair" in reason:
                raise GoneError(reason, hint="write pairs such as BTC/USD")
            raise RestError(reason)
        return answer.result


def pair_of(symbol: str) -> str:
    """Return what REST calls a pair: `XBTUSD` for `BTC/USD`."""
    return "".join(_NAMES.get(coin, coin) for coin in symbol.split("/"))


def usual(wsname: str) -> str:
    """Return what version 2 of the websocket calls a pair: `BTC/USD` for `XBT/USD`."""
    return "/".join(_USUAL.get(coin, coin) for coin in wsname.split("/"))


def _only(found: dict[str, msgspec.Raw], decoder: msgspec.json.Decoder[list[T]]) -> list[T]:
    """Return the one list of an answer, whose key is a name of the pair that varies."""
    lists = [raw for key, raw in found.items() if key != "last"]
    return answered(decoder, lists[0], VENUE) if lists else []


def _guess_us(page: list[TradeEvent], trade_id: int) -> int:
    """Return a moment at which an id before a page may have been given, rather too early."""
    first, last = page[0], page[-1]
    apart_us = max(1, (last.time_us - first.time_us) // max(1, len(page) - 1))
    back_us = (_id(first) - trade_id + MOST_TRADES // 2) * apart_us
    return max(0, first.time_us - max(back_us, US))


def _event(symbol: str, row: _Row) -> TradeEvent:
    return TradeEvent(
        symbol=symbol,
        time_us=cut(int(row.time_s * US)),
        price=row.price,
        size=row.size,
        side=TAKER.get(row.side, UNKNOWN),
        id=row.trade_id,
        sequence=row.trade_id,
    )


def _id(trade: TradeEvent) -> int:
    return trade.sequence


def _market(symbol: str, pair: _Pair) -> Market:
    base, _, quote = symbol.partition("/")
    tick = pair.tick_size or f"1e-{pair.pair_decimals}"
    return Market.of(f"KRAKEN:{symbol}", base=base, quote=quote, price_scale=price_scale(tick))


def _bar(symbol: str, resolution: Resolution, row: _Ohlc) -> BarEvent:
    return BarEvent(
        symbol=symbol,
        resolution=resolution,
        t=row.t,
        o=row.o,
        h=row.h,
        l=row.l,
        c=row.c,
        v=row.v,
        q=row.v * row.vwap,
        n=row.n,
        bv=float("nan"),
        is_closed=True,
    )
