"""From what a client sends to a message, or to the reason why it is none. Pure."""

from __future__ import annotations

import re

import msgspec
from msgspec import Raw

from chandlery.api.websocket.limits import Code
from chandlery.api.websocket.messages import NO_ID, OPS, OTHERS, SUBSCRIPTIONS, Head, Message
from chandlery.api.websocket.topics import CHANNELS

HINT = "docs/websocket.md lists every message with an example"

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_head = msgspec.json.Decoder(Head)
_decoders: dict[type[Message], msgspec.json.Decoder[Message]] = {
    kind: msgspec.json.Decoder(kind) for kind in (*SUBSCRIPTIONS.values(), *OTHERS.values())
}


class RefusedError(Exception):
    """A message cannot be taken; says why."""

    def __init__(self, code: Code, message: str, hint: str = "", id_: Raw = NO_ID) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.id = id_


def decoded(text: str, depth: int) -> Message:
    """Return a message."""
    if _depth(text) > depth:
        message = f"JSON nested at most {depth} deep expected"
        raise RefusedError(Code.TOO_DEEP, message, HINT)
    head = _head_of(text)
    kind = _kind(head)
    try:
        return _decoders[kind].decode(text)
    except msgspec.DecodeError as error:
        raise RefusedError(Code.INVALID_MESSAGE, str(error), HINT, head.id) from None


def _head_of(text: str) -> Head:
    try:
        return _head.decode(text)
    except msgspec.ValidationError as error:
        raise RefusedError(Code.INVALID_MESSAGE, str(error), HINT) from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise RefusedError(Code.NOT_JSON, f"JSON expected: {error}", HINT) from None


def _kind(head: Head) -> type[Message]:
    if head.op != "subscribe":
        kind = OTHERS.get(head.op)
        if kind is None:
            message = f"one of {', '.join(OPS)} expected as op, found {shown(head.op)}"
            raise RefusedError(Code.UNKNOWN_OP, message, HINT, head.id)
        if head.op != "unsubscribe":
            return kind
    subscription = SUBSCRIPTIONS.get(head.channel)
    if subscription is None:
        message = f"one of {', '.join(CHANNELS)} expected as channel, found {shown(head.channel)}"
        raise RefusedError(Code.UNKNOWN_CHANNEL, message, HINT, head.id)
    return subscription if head.op == "subscribe" else OTHERS[head.op]


def shown(text: str | None) -> str:
    """Return what somebody sent, for a message: not too much of it."""
    text = text or ""
    return repr(text if len(text) <= 40 else f"{text[:37]}...")


def _depth(text: str) -> int:
    """Return how deep arrays and objects lie in one another."""
    if text.count("[") + text.count("{") <= 1:
        return 1
    deepest = depth = 0
    for character in _STRING.sub("", text):
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest
