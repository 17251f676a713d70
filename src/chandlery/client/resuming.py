"""What a stream must remember to go on where it was. Pure: it never sees a connection."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from chandlery.client.errors import (
    BY_CODE,
    BadRequestError,
    ClientError,
    ProtocolError,
    UnavailableError,
)
from chandlery.client.events import KINDS, BarEvent, Event, Lost, Message, Resync
from chandlery.client.feeds import CandleFeed, Feed, subscription
from chandlery.client.options import Options
from chandlery.client.retry import Attempts

PASSING = frozenset(
    ("busy", "draining", "heartbeat_missed", "internal_error", "too_fast", "too_slow")
)
"""Codes of errors after which a new connection may do."""

_decoders = {name: msgspec.json.Decoder(kind) for name, kind in KINDS.items()}


class _Head(msgspec.Struct):
    type: str


class _Subscribed(msgspec.Struct):
    id: Any = None
    symbol: str = ""
    interval: str = ""


class _Told(msgspec.Struct):
    code: str
    message: str
    hint: str = ""


class Resuming:
    """Takes messages, and says what to ask for on the next connection."""

    def __init__(self, feeds: Iterable[Feed], options: Options) -> None:
        self._feeds = tuple(feeds)
        self._attempts = Attempts(options.reconnect)
        # Messages name a series as the server does, whichever way it was asked for.
        self._names: dict[tuple[str, str], list[int]] = {}
        self._since: dict[int, int] = {
            number: feed.since
            for number, feed in enumerate(self._feeds)
            if isinstance(feed, CandleFeed) and feed.since is not None
        }

    def subscriptions(self) -> list[str]:
        """Return what to say on a new connection."""
        return [
            msgspec.json.encode(subscription(feed, number, self._since.get(number))).decode()
            for number, feed in enumerate(self._feeds)
        ]

    def take(self, text: bytes) -> Event | None:
        """Return the event that a message is, or None; raise what it says has gone wrong."""
        try:
            return self._taken(text)
        except msgspec.MsgspecError as error:
            message = f"a message of a Chandlery server expected, found something else: {error}"
            raise ProtocolError(message) from error

    def lost(self, error: ClientError) -> Lost:
        """Return what to say of a connection that is to be made again; raise if it is not."""
        if not error.retryable:
            raise error
        self._attempts.failures += 1
        return Lost(error.message, self._attempts.next_s(error))

    def _taken(self, text: bytes) -> Event | None:
        kind = msgspec.json.decode(text, type=_Head).type
        if kind == "subscribed":
            self._name(msgspec.json.decode(text, type=_Subscribed))
        elif kind == "error":
            raise _error(msgspec.json.decode(text, type=_Told))
        elif kind in _decoders:
            event: Message = _decoders[kind].decode(text)
            self._note(event)
            return event
        return None

    def _name(self, answer: _Subscribed) -> None:
        numbers = self._names.setdefault((answer.symbol, answer.interval), [])
        if isinstance(answer.id, int) and answer.id not in numbers:
            numbers.append(answer.id)

    def _note(self, event: Message) -> None:
        """Remember how far a series has come."""
        self._attempts.failures = 0
        if isinstance(event, BarEvent):
            for number in self._names.get((event.symbol, event.interval), ()):
                self._since[number] = event.sequence
        elif isinstance(event, Resync):
            for number in self._names.get((event.symbol, event.interval), ()):
                self._since.pop(number, None)


def _error(told: _Told) -> ClientError:
    kind: type[ClientError] = BY_CODE.get(told.code, BadRequestError)
    if told.code in PASSING:
        kind = UnavailableError
    return kind(told.message, hint=told.hint, code=told.code)
