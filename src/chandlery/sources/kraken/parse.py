"""Kraken's version 2 websocket messages as events. Pure.

The side is the taker's, `trade_id` counts up per book. The websocket gives a trade's time to the
microsecond and REST as a float of seconds, which do not always agree in the last digit: a trade is
known by time and id, so both are cut to the millisecond, and `trade_id` gives the order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from chandlery.core.moments import micros
from chandlery.core.trades import BUY, SELL, UNKNOWN
from chandlery.sources.live.reading import Id, Moment, Number, decoded
from chandlery.sources.live.venue import Acknowledged, Event, Pong, Rejected, TradeEvent

VENUE = "Kraken"

TAKER = {"buy": BUY, "sell": SELL, "b": BUY, "s": SELL}
_MS = 1000
_ALREADY = "Already subscribed"
_NO_SUCH = "Currency pair not supported"


class Trade(msgspec.Struct):
    """One trade of the `trade` channel."""

    symbol: str
    side: str
    price: Number
    qty: Number
    trade_id: Id
    timestamp: Moment


class _Envelope(msgspec.Struct):
    channel: str = ""
    method: str = ""
    success: bool = True
    error: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"[]")


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_TRADES = msgspec.json.Decoder(list[Trade], strict=False)


def read(frame: str | bytes) -> Iterator[Event]:
    """Yield what a frame says; nothing for one of a kind that is not known."""
    envelope = decoded(_ENVELOPE, frame, VENUE)
    reader = _READERS.get(envelope.channel or envelope.method)
    if reader is not None:
        yield from reader(envelope)


def cut(time_us: int) -> int:
    """Return a time cut to the millisecond: see the module's text."""
    return time_us - time_us % _MS


def _trades(envelope: Any) -> Iterator[Event]:
    for trade in decoded(_TRADES, envelope.data, VENUE):
        yield TradeEvent(
            symbol=trade.symbol,
            time_us=cut(micros(trade.timestamp)),
            price=trade.price,
            size=trade.qty,
            side=TAKER.get(trade.side, UNKNOWN),
            id=trade.trade_id,
            sequence=trade.trade_id,
        )


def _answer(envelope: Any) -> Iterator[Event]:
    if envelope.success or (envelope.error or "").startswith(_ALREADY):
        yield Acknowledged()
    else:
        reason = envelope.error or "no reason given"
        yield Rejected(reason, is_fatal=reason.startswith(_NO_SUCH))


def _pong(_envelope: Any) -> Iterator[Event]:
    yield Pong()


_READERS: dict[str, Callable[[Any], Iterator[Event]]] = {
    "trade": _trades,
    "subscribe": _answer,
    "pong": _pong,
}
