"""Bybit's version 5 websocket messages as events. Pure.

The side is the taker's. Ids are numbers on spot and UUIDs on contracts, and nothing in them tells
of a hole; `seq` gives the order, and trades of one `seq` are ordered by id. Sizes are in the base
coin, but an inverse contract's are in dollars.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from chandlery.core.trades import BUY, SELL, UNKNOWN
from chandlery.sources.live.lot import Lot
from chandlery.sources.live.reading import Id, Millis, Number, decoded, known_id
from chandlery.sources.live.venue import Acknowledged, Event, Pong, Rejected, TradeEvent

VENUE = "Bybit"
TOPIC = "publicTrade."

_TAKER = {"Buy": BUY, "Sell": SELL}
_ALREADY = "already subscribed"
_NO_SUCH = ("invalid symbol", "handler not found")


class _Trade(msgspec.Struct):
    time: Millis = msgspec.field(name="T")
    symbol: str = msgspec.field(name="s")
    side: str = msgspec.field(name="S")
    size: Number = msgspec.field(name="v")
    price: Number = msgspec.field(name="p")
    trade_id: str = msgspec.field(name="i")
    sequence: Id = msgspec.field(name="seq", default=0)


class _Envelope(msgspec.Struct):
    topic: str = ""
    op: str = ""
    success: bool | None = None
    ret_msg: str = ""
    data: msgspec.Raw = msgspec.Raw(b"[]")


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_TRADES = msgspec.json.Decoder(list[_Trade], strict=False)


def read(frame: str | bytes, lot: Lot) -> Iterator[Event]:
    """Yield what a frame says; nothing for one of a kind that is not known."""
    envelope = decoded(_ENVELOPE, frame, VENUE)
    if envelope.topic.startswith(TOPIC):
        for trade in decoded(_TRADES, envelope.data, VENUE):
            yield _event(trade, lot)
    elif envelope.op:
        yield from _answer(envelope)


def taker(side: str) -> int:
    """Return the side that Bybit writes as `Buy` or `Sell`."""
    return _TAKER.get(side, UNKNOWN)


def _event(trade: _Trade, lot: Lot) -> TradeEvent:
    return TradeEvent(
        symbol=trade.symbol,
        time_us=trade.time * 1000,
        price=trade.price,
        size=lot.base(trade.size, trade.price),
        side=taker(trade.side),
        id=known_id(trade.trade_id),
        sequence=trade.sequence,
    )


def _answer(envelope: Any) -> Iterator[Event]:
    if "pong" in (envelope.op, envelope.ret_msg):
        yield Pong()
    elif envelope.op == "subscribe":
        if envelope.success is not False or _ALREADY in envelope.ret_msg:
            yield Acknowledged()
        else:
            yield Rejected(
                envelope.ret_msg or "no reason given", is_fatal=_is_final(envelope.ret_msg)
            )


def _is_final(reason: str) -> bool:
    return any(text in reason.lower() for text in _NO_SUCH)
