"""Binance's frames and answers as events. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from chandlery.core.errors import InputError, UnknownResolutionError
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.core.trades import BUY, SELL
from chandlery.sources.live.venue import (
    Acknowledged,
    BarEvent,
    Event,
    Reconnect,
    Rejected,
    TradeEvent,
)

MS = 1_000
MICROSECONDS_FROM = 100_000_000_000_000
"""Times from here on are in microseconds: as milliseconds they lie beyond the year 5000."""


class _Kline(msgspec.Struct):
    t: int
    i: str
    o: float
    h: float
    l: float  # noqa: E741 - the exchange's name
    c: float
    v: float
    q: float
    n: int
    V: float
    x: bool


class _Named(msgspec.Struct):
    e: str = ""


class _Frame(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"")
    e: str = ""
    result: Any = msgspec.UNSET
    error: Any = None
    code: int | None = None
    msg: str = ""


class _Trade(msgspec.Struct):
    e: str
    s: str
    t: int
    p: str
    q: str
    T: int
    m: bool
    X: str = "MARKET"


class _AggTrade(msgspec.Struct):
    e: str
    s: str
    a: int
    p: str
    q: str
    T: int
    m: bool


class _Bar(msgspec.Struct):
    e: str
    s: str
    k: _Kline


class _RestAgg(msgspec.Struct):
    a: int
    p: str
    q: str
    f: int
    T: int
    m: bool


class _RestTrade(msgspec.Struct):
    id: int
    price: str
    qty: str
    time: int
    isBuyerMaker: bool  # noqa: N815 - the exchange's name


class _Filter(msgspec.Struct):
    filterType: str = ""  # noqa: N815 - the exchange's name
    tickSize: str = ""  # noqa: N815 - the exchange's name
    stepSize: str = ""  # noqa: N815 - the exchange's name


class _Symbol(msgspec.Struct):
    symbol: str
    status: str = ""
    baseAsset: str = ""  # noqa: N815 - the exchange's name
    quoteAsset: str = ""  # noqa: N815 - the exchange's name
    filters: list[_Filter] = []


class _RateLimit(msgspec.Struct):
    rateLimitType: str = ""  # noqa: N815 - the exchange's name
    interval: str = ""
    intervalNum: int = 1  # noqa: N815 - the exchange's name
    limit: int = 0


class _Info(msgspec.Struct):
    symbols: list[_Symbol] = []
    rateLimits: list[_RateLimit] = []  # noqa: N815 - the exchange's name


_FRAME = msgspec.json.Decoder(_Frame)
_NAMED = msgspec.json.Decoder(_Named)
_TRADE = msgspec.json.Decoder(_Trade)
_AGG = msgspec.json.Decoder(_AggTrade)
_BAR = msgspec.json.Decoder(_Bar, strict=False)
_AGGS = msgspec.json.Decoder(list[_RestAgg])
_TRADES = msgspec.json.Decoder(list[_RestTrade])
_KLINES = msgspec.json.Decoder(list[list[int | str | float]])
_INFO = msgspec.json.Decoder(_Info)


def read(frame: str | bytes) -> Iterator[Event]:
    """Yield what a frame of a raw or combined stream says."""
    try:
        found = _FRAME.decode(frame)
        if found.data:
            yield from _event(found.data)
        elif found.e:
            yield from _event(frame)
        else:
            yield from _control(found)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        message = f"a frame of Binance expected: {error}"
        raise InputError(message) from error


def _event(data: Any) -> Iterator[Event]:
    kind = _NAMED.decode(data).e
    if kind == "trade":
        trade = _TRADE.decode(data)
        if trade.X == "MARKET":
            yield _trade_event(trade.s, trade.t, trade)
    elif kind == "aggTrade":
        agg = _AGG.decode(data)
        yield _trade_event(agg.s, agg.a, agg)
    elif kind == "kline":
        bar = _BAR.decode(data)
        yield _bar_event(bar.s, bar.k)
    elif kind == "serverShutdown":
        yield Reconnect("the venue says that it shuts down")


def _control(found: _Frame) -> Iterator[Event]:
    if found.error is not None or found.code is not None:
        yield Rejected(found.msg or str(found.error))
    elif found.result is not msgspec.UNSET:
        yield Acknowledged()


def micros(time: int) -> int:
    """Return a time in microseconds, whichever of the two units it came in."""
    return time if time >= MICROSECONDS_FROM else time * MS


def _trade_event(symbol: str, number: int, trade: Any) -> TradeEvent:
    return TradeEvent(
        symbol,
        micros(trade.T),
        float(trade.p),
        float(trade.q),
        SELL if trade.m else BUY,
        number,
        number,
    )


def _bar_event(symbol: str, bar: _Kline) -> BarEvent:
    try:
        resolution = Resolution.parse(bar.i)
    except UnknownResolutionError as error:
        raise InputError(error.message) from error
    t = micros(bar.t) // 1_000_000
    return BarEvent(
        symbol, resolution, t, bar.o, bar.h, bar.l, bar.c, bar.v, bar.q, bar.n, bar.V, bar.x
    )


def agg_trades(body: bytes, symbol: str) -> tuple[list[TradeEvent], int | None]:
    """Return aggregated trades, and the id of the first single trade in them."""
    rows = _decoded(_AGGS, body)
    events = [_trade_event(symbol, row.a, row) for row in rows]
    return events, rows[0].f if rows else None


def trades(body: bytes, symbol: str) -> list[TradeEvent]:
    """Return single trades."""
    return [
        TradeEvent(
            symbol,
            micros(row.time),
            float(row.price),
            float(row.qty),
            SELL if row.isBuyerMaker else BUY,
            row.id,
            row.id,
        )
        for row in _decoded(_TRADES, body)
    ]


def klines(body: bytes, symbol: str, resolution: Resolution) -> list[BarEvent]:
    """Return bars; which of them are closed the caller knows by the clock."""
    try:
        return [_kline(row, symbol, resolution) for row in _decoded(_KLINES, body)]
    except (IndexError, ValueError, OverflowError) as error:
        message = f"klines of Binance expected: {error}"
        raise InputError(message) from error


def _kline(row: Sequence[Any], symbol: str, resolution: Resolution) -> BarEvent:
    o, h, low, c, v, q, bv = (float(row[column]) for column in (1, 2, 3, 4, 5, 7, 9))
    t = micros(int(row[0])) // 1_000_000
    return BarEvent(symbol, resolution, t, o, h, low, c, v, q, int(row[8]), bv, is_closed=True)


def info(body: bytes) -> tuple[list[_Symbol], int | None]:
    """Return the symbols, and the weight that may be asked in a minute."""
    found = _decoded(_INFO, body)
    limits = [
        limit.limit
        for limit in found.rateLimits
        if limit.rateLimitType == "REQUEST_WEIGHT"
        and (limit.interval, limit.intervalNum) == ("MINUTE", 1)
    ]
    return found.symbols, min(limits, default=None)


def market_of(symbol: _Symbol, name: str, *, is_contract: bool) -> Market:
    """Return what is known of a symbol as a market."""
    steps = {f.filterType: f.tickSize or f.stepSize for f in symbol.filters}
    kind = " perpetual" if is_contract else ""
    return Market.of(
        name,
        base=symbol.baseAsset,
        quote=symbol.quoteAsset,
        description=f"{symbol.baseAsset} / {symbol.quoteAsset}{kind}",
        price_scale=10 ** min(16, decimals_of(steps.get("PRICE_FILTER", ""))),
        volume_precision=min(8, decimals_of(steps.get("LOT_SIZE", ""))),
    )


def decimals_of(step: str) -> int:
    """Return how many decimals multiples of a step such as `0.01000000` have."""
    return len(step.rstrip("0").partition(".")[2]) if "." in step else 0


def is_trading(symbol: _Symbol) -> bool:
    """Return whether a symbol is traded now."""
    return symbol.status == "TRADING"


def events_between(events: Iterable[TradeEvent], start_us: int, end_us: int) -> list[TradeEvent]:
    """Return the trades of a time."""
    return [event for event in events if start_us <= event.time_us < end_us]


def _decoded(decoder: Any, body: bytes) -> Any:
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        message = f"an answer of Binance expected: {error}"
        raise InputError(message) from error
