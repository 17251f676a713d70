"""Opaque cursors: where an answer ended, tied to the question it answered. Pure."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

import msgspec

from chandlery.api.parameters import Parameter, ParameterError, pairs_of
from chandlery.core.columns import US
from chandlery.core.moments import LATEST_S

T = TypeVar("T")

MOST_CHARACTERS = 256
DIGEST_BYTES = 6

# A cursor may be made up: what it holds must not lead anywhere a parameter could not.
Row = Annotated[int, msgspec.Meta(ge=0, le=1 << 31)]
Seconds = Annotated[int, msgspec.Meta(ge=-LATEST_S, le=LATEST_S)]
Microseconds = Annotated[int, msgspec.Meta(ge=0, le=LATEST_S * US)]
Signed = Annotated[int, msgspec.Meta(ge=-(1 << 63), le=(1 << 63) - 1)]


class Cursor:
    """A cursor as it came, to be opened by the endpoint that made it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def open(self, question: object, kind: type[T]) -> T:
        """Return what was put into it, if it belongs to the question."""
        packed = self._unpacked()
        if packed[:DIGEST_BYTES] != _digest(question):
            message = "a cursor of this very question expected, found one of another"
            hint = "change nothing but the cursor and the limit from page to page"
            raise ParameterError(message, hint=hint)
        try:
            return msgspec.msgpack.decode(packed[DIGEST_BYTES:], type=kind)
        except msgspec.MsgspecError:
            raise _broken() from None

    def _unpacked(self) -> bytes:
        text = self._text
        try:
            packed = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        except ValueError:
            raise _broken() from None
        if len(packed) <= DIGEST_BYTES:
            raise _broken()
        return packed


def cursor_of(question: object, place: Any) -> str:
    """Return a cursor for a place in the answer to a question."""
    packed = _digest(question) + msgspec.msgpack.encode(place)
    return urlsafe_b64encode(packed).decode().rstrip("=")


def next_headers(path: str, query: bytes, cursor: str | None) -> dict[str, str]:
    """Return the headers that tell where the next page is, if there is one."""
    if cursor is None:
        return {}
    pairs = [(name, text) for name, text in pairs_of(query) if name != "cursor"]
    url = f"{path}?{urlencode([*pairs, ('cursor', cursor)])}"
    return {"Link": f'<{url}>; rel="next"', "Chandlery-Cursor": cursor}


def parameter() -> Parameter[Cursor | None]:
    """Return the parameter that carries a cursor."""
    return Parameter(
        name="cursor",
        help="Where to go on: the `Chandlery-Cursor` of an earlier answer to the same question.",
        read=_read,
        schema={"type": "string", "minLength": 1, "maxLength": MOST_CHARACTERS},
        example="",
    )


HEADERS = {
    "Link": 'The next page: `<url>; rel="next"`. Missing on the last one.',
    "Chandlery-Cursor": "The cursor of the next page. Missing on the last one.",
}


def _read(text: str) -> Cursor:
    if len(text) > MOST_CHARACTERS:
        raise _broken()
    return Cursor(text)


def _digest(question: object) -> bytes:
    return blake2b(repr(question).encode(), digest_size=DIGEST_BYTES).digest()


def _broken() -> ParameterError:
    message = "the cursor of an earlier answer expected, found something else"
    return ParameterError(message, hint="leave it out to begin with the first page")
