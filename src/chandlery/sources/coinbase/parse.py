"""Coinbase's market data as events: the Exchange feed (`match`) and Advanced Trade. Pure.

Both give the side of the maker's order, so the taker's is the other one. Trade ids count up by one
per product, which is how a hole is known: the feed promises nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from chandlery.core.moments import micros
from chandlery.core.trades import BUY, SELL, UNKNOWN
from chandlery.sources.live.reading import Id, Moment, Number, decoded
from chandlery.sources.live.venue import Acknowledged, Event, Rejected, TradeEvent

VENUE = "Coinbase"

_NO_SUCH = "not a valid product"
_TAKER = {"buy": SELL, "sell": BUY}


class Trade(msgspec.Struct):
    """A match: of a feed, or (without `product_id`) of the REST list of a product's trades."""

    trade_id: Id
    side: str
    size: Number
    price: Number
    time: Moment
    product_id: str = ""


class _Event(msgspec.Struct):
    trades: list[Trade] = []


class _Envelope(msgspec.Struct):
    type: str = ""
    channel: str = ""


class _Batch(msgspec.Struct):
    events: list[_Event]


class _Error(msgspec.Struct):
    message: str = ""
    reason: str = ""


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_TRADE = msgspec.json.Decoder(Trade, strict=False)
_BATCH = msgspec.json.Decoder(_Batch, strict=False)
_ERROR = msgspec.json.Decoder(_Error)


def read(frame: str | bytes) -> Iterator[Event]:
    """Yield what a frame says; nothing for one of a kind that is not known."""
    envelope = decoded(_ENVELOPE, frame, VENUE)
    reader = _READERS.get(envelope.type or envelope.channel)
    if reader is not None:
        yield from reader(frame)


def trade_event(trade: Trade, symbol: str) -> TradeEvent:
    """Return a match as an event."""
    return TradeEvent(
        symbol=symbol,
        time_us=micros(trade.time),
        price=trade.price,
        size=trade.size,
        side=_TAKER.get(trade.side.lower(), UNKNOWN),
        id=trade.trade_id,
        sequence=trade.trade_id,
    )


def _match(frame: str | bytes) -> Iterator[Event]:
    trade = decoded(_TRADE, frame, VENUE)
    yield trade_event(trade, trade.product_id)


def _market_trades(frame: str | bytes) -> Iterator[Event]:
    for event in decoded(_BATCH, frame, VENUE).events:
        # Newest first, unlike every other feed.
        for trade in sorted(event.trades, key=lambda trade: trade.trade_id):
            yield trade_event(trade, trade.product_id)


def _subscriptions(_frame: str | bytes) -> Iterator[Event]:
    yield Acknowledged()


def _error(frame: str | bytes) -> Iterator[Event]:
    error = decoded(_ERROR, frame, VENUE)
    reason = ": ".join(part for part in (error.message, error.reason) if part)
    yield Rejected(reason or "no reason given", is_fatal=_NO_SUCH in reason)


_READERS: dict[str, Callable[[str | bytes], Iterator[Event]]] = {
    "match": _match,
    "last_match": _match,
    "market_trades": _market_trades,
    "subscriptions": _subscriptions,
    "error": _error,
}
