"""Reading what a venue's REST interface answers: what cannot be read may be right later. Pure."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from chandlery.core.errors import InputError
from chandlery.sources.live.reading import decoded
from chandlery.sources.live.rest import RestError

T = TypeVar("T")


def answered(decoder: msgspec.json.Decoder[T], body: bytes | msgspec.Raw, venue: str) -> T:
    """Return what a decoder makes of an answer; RestError says what is wrong with it."""
    try:
        return decoded(decoder, body, venue)
    except InputError as error:
        raise RestError(error.message, hint=error.hint) from error


def rows(decoder: msgspec.json.Decoder[list[T]], body: bytes | msgspec.Raw, venue: str) -> list[T]:
    """Return the list in an answer; see `answered`."""
    return answered(decoder, body, venue)
