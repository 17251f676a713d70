"""Hyperliquid's websocket messages as values. Pure.

A trade's `tid` is unique but says nothing about order, and all fills of a block carry the same
millisecond; so trades of one instant are ordered by `tid`, which is the same however they come.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from chandlery.core.resolution import Resolution
from chandlery.core.trades import BUY, SELL, UNKNOWN
from chandlery.sources.live.reading import Id, Millis, Number, decoded
from chandlery.sources.live.venue import Acknowledged, BarEvent, Pong, Rejected, TradeEvent

VENUE = "Hyperliquid"
GREETING = b"Websocket connection established."
"""The one message that is no JSON: it may come first."""

INTERVALS = ("1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "8h", "12h", "1d", "3d", "1w", "1M")

_TAKER = {"B": BUY, "A": SELL}
_ALREADY = "Already "
_INVALID = "Invalid subscription"


class Trade(msgspec.Struct):
    """One fill: the websocket and `recentTrades` give the same objects."""

    coin: str
    side: str
    px: Number
    sz: Number
    time: Millis
    tid: Id


class Candle(msgspec.Struct):
    """A bar: prices as text, `t` its start in milliseconds, `n` its trades."""

    t: Millis
    closed_ms: Millis = msgspec.field(name="T")
    s: str
    i: str
    o: Number
    h: Number
    l: Number  # noqa: E741 - the venue's name
    c: Number
    v: Number
    n: Id = 0


class _Envelope(msgspec.Struct):
    channel: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")


class _Subscription(msgspec.Struct):
    type: str = ""
    coin: str = ""
    interval: str = ""


class Subscribed(msgspec.Struct):
    """The answer to a subscription."""

    subscription: _Subscription = msgspec.field(default_factory=_Subscription)


Message: TypeAlias = list[Trade] | list[Candle] | Subscribed | Acknowledged | Pong | Rejected

_ENVELOPE = msgspec.json.Decoder(_Envelope)
_SUBSCRIBED = msgspec.json.Decoder(Subscribed)
_TRADES = msgspec.json.Decoder(list[Trade], strict=False)
_CANDLES = msgspec.json.Decoder(Candle | list[Candle], strict=False)
_ERROR = msgspec.json.Decoder(str)


def message(frame: str | bytes) -> Message | None:
    """Return what a frame says; None for one of a kind that is not known."""
    text = frame if isinstance(frame, bytes) else frame.encode(errors="replace")
    if text.strip() == GREETING:
        return None
    envelope = decoded(_ENVELOPE, text, VENUE)
    reader = _READERS.get(envelope.channel)
    return None if reader is None else reader(envelope.data)


def trade_event(trade: Trade) -> TradeEvent:
    """Return a fill as an event."""
    return TradeEvent(
        symbol=trade.coin,
        time_us=trade.time * 1000,
        price=trade.px,
        size=trade.sz,
        side=_TAKER.get(trade.side, UNKNOWN),
        id=trade.tid,
        sequence=0,
    )


def bar_event(candle: Candle, *, is_closed: bool) -> BarEvent:
    """Return a candle as an event; the venue gives no quote volume and no taker volume."""
    return BarEvent(
        symbol=candle.s,
        resolution=Resolution.parse(candle.i),
        t=candle.t // 1000,
        o=candle.o,
        h=candle.h,
        l=candle.l,
        c=candle.c,
        v=candle.v,
        q=float("nan"),
        n=candle.n,
        bv=float("nan"),
        is_closed=is_closed,
    )


def _trades(data: msgspec.Raw) -> list[Trade]:
    return decoded(_TRADES, data, VENUE)


def _candles(data: msgspec.Raw) -> list[Candle]:
    found = decoded(_CANDLES, data, VENUE)
    candles = found if isinstance(found, list) else [found]
    return [candle for candle in candles if candle.i in INTERVALS]


def _subscribed(data: msgspec.Raw) -> Subscribed:
    return decoded(_SUBSCRIBED, data, VENUE)


def _error(data: msgspec.Raw) -> Acknowledged | Rejected:
    reason = decoded(_ERROR, data, VENUE)
    return (
        Acknowledged(reason)
        if reason.startswith(_ALREADY)
        else Rejected(reason, is_fatal=reason.startswith(_INVALID))
    )


def _pong(_data: msgspec.Raw) -> Pong:
    return Pong()


_READERS: dict[str, Callable[[msgspec.Raw], Message]] = {
    "trades": _trades,
    "candle": _candles,
    "subscriptionResponse": _subscribed,
    "pong": _pong,
    "error": _error,
}
