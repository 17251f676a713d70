"""OKX's version 5 websocket messages as events. Pure.

The side is the taker's. `trades-all` gives every trade; `trades` may join the fills of one order at
one price: `tradeId` is then the last of `count` ids. A swap's or future's size is in contracts,
which its `Lot` turns into base units.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from chandlery.core.errors import InputError
from chandlery.core.trades import BUY, SELL, UNKNOWN
from chandlery.sources.live.lot import SPOT, Lot
from chandlery.sources.live.reading import Id, Millis, Number, decoded
from chandlery.sources.live.venue import (
    Acknowledged,
    Event,
    Pong,
    Reconnect,
    Rejected,
    TradeEvent,
)

VENUE = "OKX"
CHANNELS = ("trades-all", "trades")

_TAKER = {"buy": BUY, "sell": SELL}
_PONG = b"pong"
_FINAL = ("60012", "60018")
"""A request that is wrong, a channel or instrument that does not exist."""


class Trade(msgspec.Struct):
    """One trade: the websocket and REST give the same objects."""

    inst_id: str = msgspec.field(name="instId")
    trade_id: Id = msgspec.field(name="tradeId")
    px: Number
    sz: Number
    side: str
    ts: Millis
    count: Id = 1


class _Arg(msgspec.Struct):
    channel: str = ""


class _Envelope(msgspec.Struct):
    event: str = ""
    arg: _Arg = msgspec.field(default_factory=_Arg)
    data: msgspec.Raw = msgspec.Raw(b"[]")
    code: str = ""
    msg: str = ""


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_TRADES = msgspec.json.Decoder(list[Trade], strict=False)

Lots = Mapping[str, Lot]


def read(frame: str | bytes, lots: Lots) -> Iterator[Event]:
    """Yield what a frame says; nothing for one of a kind that is not known."""
    text = frame if isinstance(frame, bytes) else frame.encode(errors="replace")
    if text == _PONG:
        yield Pong()
        return
    envelope = decoded(_ENVELOPE, text, VENUE)
    if envelope.event:
        yield from _EVENTS.get(envelope.event, _nothing)(envelope)
    elif envelope.arg.channel in CHANNELS:
        for trade in decoded(_TRADES, envelope.data, VENUE):
            yield trade_event(trade, lots)


def trade_event(trade: Trade, lots: Lots) -> TradeEvent:
    """Return a trade as an event, its size in base units."""
    return TradeEvent(
        symbol=trade.inst_id,
        time_us=trade.ts * 1000,
        price=trade.px,
        size=_lot(trade.inst_id, lots).base(trade.sz, trade.px),
        side=_TAKER.get(trade.side, UNKNOWN),
        id=trade.trade_id,
        sequence=trade.trade_id,
        previous_id=trade.trade_id - trade.count if trade.count > 1 else None,
    )


def _lot(inst_id: str, lots: Lots) -> Lot:
    known = lots.get(inst_id)
    if known is not None:
        return known
    if inst_id.count("-") == 1:
        return SPOT
    message = f"the size of a contract of {inst_id} is not known"
    raise InputError(message, hint="it comes with the list of instruments")


def _subscribed(_envelope: Any) -> Iterator[Event]:
    yield Acknowledged()


def _error(envelope: Any) -> Iterator[Event]:
    yield Rejected(f"{envelope.msg} ({envelope.code})".strip(), is_fatal=envelope.code in _FINAL)


def _notice(envelope: Any) -> Iterator[Event]:
    yield Reconnect(envelope.msg or "the venue says that it closes the connection")


def _nothing(_envelope: Any) -> Iterator[Event]:
    return iter(())


_EVENTS: dict[str, Callable[[Any], Iterator[Event]]] = {
    "subscribe": _subscribed,
    "error": _error,
    "notice": _notice,
}
