"""The messages: what a client may say, strictly, and how ours are encoded. Pure.

Numbers of bars come from `formats`, so that a bar has the same text here as in an answer over
HTTP. Everything else is small and made by msgspec.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Raw

from chandlery.api.websocket.limits import Code

VERSION = 1
"""Of the protocol. It grows when a client of the old one would misunderstand the new one."""

NO_ID = Raw(b"null")


class Head(msgspec.Struct):
    """What is looked at first, so that a wrong message is told what is wrong with it."""

    op: str
    channel: str = ""
    id: Raw = NO_ID


class Message(msgspec.Struct, forbid_unknown_fields=True):
    """What a client says. `id` is any JSON, and comes back in the answer."""

    id: Raw = NO_ID


class Candled(Message, kw_only=True):
    """Subscribe to a series of bars, from a sequence on, or from a snapshot of the newest."""

    op: Literal["subscribe"]
    channel: Literal["candles"]
    symbol: str
    interval: str
    bars: int | None = None
    since: int | None = None


class Followed(Message, kw_only=True):
    """Subscribe to the trades, the ticker or the gaps of a market."""

    op: Literal["subscribe"]
    channel: Literal["trades", "ticker", "gaps"]
    symbol: str


class Watched(Message, kw_only=True):
    """Subscribe to the state of the server, or to that of the feed of a market."""

    op: Literal["subscribe"]
    channel: Literal["status"]
    symbol: str | None = None


class Left(Message, kw_only=True):
    """Unsubscribe."""

    op: Literal["unsubscribe"]
    channel: Literal["candles", "trades", "ticker", "gaps", "status"]
    symbol: str | None = None
    interval: str | None = None


class Pinged(Message, kw_only=True):
    """Ask for a pong."""

    op: Literal["ping"]


class Answered(Message, kw_only=True):
    """Answer a heartbeat, or give one."""

    op: Literal["heartbeat", "pong"]


class Identified(Message, kw_only=True):
    """Say who one is."""

    op: Literal["auth"]
    token: str


class Published(Message, kw_only=True):
    """Hand in trades, which are looked at one by one."""

    op: Literal["publish"]
    trades: Raw
    symbol: str = ""


SUBSCRIPTIONS: Mapping[str, type[Candled | Followed | Watched]] = {
    "candles": Candled,
    "trades": Followed,
    "ticker": Followed,
    "gaps": Followed,
    "status": Watched,
}
OTHERS: Mapping[str, type[Left | Published | Pinged | Answered | Identified]] = {
    "unsubscribe": Left,
    "publish": Published,
    "ping": Pinged,
    "heartbeat": Answered,
    "pong": Answered,
    "auth": Identified,
}
OPS = ("subscribe", *OTHERS)

Types = Literal[
    "hello",
    "authenticated",
    "subscribed",
    "unsubscribed",
    "published",
    "snapshot",
    "update",
    "correction",
    "resync",
    "trades",
    "ticker",
    "gaps",
    "status",
    "heartbeat",
    "pong",
    "error",
]
"""Every type of message that the server sends. Each is in docs/websocket.md."""

_encode = msgspec.json.Encoder().encode


def encoded(kind: Types, fields: Mapping[str, Any]) -> bytes:
    """Return a message of the server."""
    return _encode({"type": kind, **fields})


def error(code: Code, message: str, hint: str = "", id_: Raw = NO_ID) -> bytes:
    """Return an error message."""
    return encoded("error", {"code": code, "message": message, "hint": hint, "id": id_})


def name_of(channel: str, symbol: str = "", interval: str = "") -> bytes:
    """Return the part of a message that says what it is about."""
    parts = {"channel": channel, "symbol": symbol, "interval": interval}
    return _encode({key: text for key, text in parts.items() if text})[1:-1]


def named(kind: Types, name: bytes) -> bytes:
    """Return a message that says only what it is about."""
    return b'{"type":"%s",%s}' % (kind.encode(), name)


def replied(kind: Types, name: bytes, id_: Raw) -> bytes:
    """Return the answer to a message with an id."""
    return b'{"type":"%s",%s,"id":%s}' % (kind.encode(), name, bytes(id_))


def bars_message(kind: Types, name: bytes, sequence: int, bars: bytes, *, closed: bool) -> bytes:
    """Return a message with bars, given as a JSON array, the last of which is closed or not."""
    end = b"true" if closed else b"false"
    fields = (kind.encode(), name, sequence, end, bars)
    return b'{"type":"%s",%s,"sequence":%d,"closed":%s,"bars":%s}' % fields


def trades_message(name: bytes, skipped: int, rows: Iterable[bytes]) -> bytes:
    """Return a message with trades."""
    return b'{"type":"trades",%s,"skipped":%d,"trades":[%s]}' % (name, skipped, b",".join(rows))


def ticker_message(name: bytes, ticker: bytes) -> bytes:
    """Return a message with a market's ticker, given as a JSON object."""
    return b'{"type":"ticker",%s,"ticker":%s}' % (name, ticker)
