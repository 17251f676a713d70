"""What the parsers of venues share: strict numbers and times, and one error for what is bad. Pure.

Numbers may come as JSON numbers or as text. One that is out of range, or no number, is an error; a
price that is not positive is not: the store refuses it with a reason.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeVar

import msgspec

from chandlery.core.errors import InputError

Number = float
Id = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
Millis = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]
"""Small enough that its microseconds fit 64 bits."""
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time of RFC 3339, to the microsecond."""

T = TypeVar("T")

_LEAP, _BEFORE_IT = b"T23:59:60", b"T23:59:59"
_LARGEST_ID = (1 << 63) - 1
_MOST_DIGITS = 19


def decoded(decoder: msgspec.json.Decoder[T], text: str | bytes | msgspec.Raw, venue: str) -> T:
    """Return what a decoder makes of a venue's text; InputError says what is wrong with it.

    The decoder knows no leap second: it is read as the second before, see `micros_of_iso`.
    """
    try:
        return _tried(decoder, text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        message = f"a message of {venue} cannot be read: {error}"
        raise InputError(message, hint="a newer chandlery may know this format") from error


def _tried(decoder: msgspec.json.Decoder[T], text: str | bytes | msgspec.Raw) -> T:
    try:
        return decoder.decode(text)
    except msgspec.ValidationError:
        raw = text.encode() if isinstance(text, str) else bytes(text)
        if _LEAP not in raw:
            raise
        return decoder.decode(raw.replace(_LEAP, _BEFORE_IT))


def known_id(text: str) -> int | str:
    """Return an id given as text as a number, if it is one that fits; else as it is."""
    if len(text) <= _MOST_DIGITS and text.isascii() and text.isdigit():
        number = int(text)
        return number if number <= _LARGEST_ID else text
    return text


def price_scale(tick: str) -> int:
    """Return the power of ten that makes a tick size whole, at most 1e16; 0 if it is none."""
    digits, _, exponent = tick.strip().lower().partition("e")
    whole, _, fraction = digits.partition(".")
    shift = exponent.lstrip("+-")
    if not (whole + fraction).isdigit() or (exponent and not shift.isdigit()):
        return 0
    if not (whole + fraction).strip("0"):
        return 0
    decimals = len(fraction.rstrip("0")) if not exponent else len(fraction)
    if exponent:
        decimals -= -int(shift) if exponent.startswith("-") else int(shift)
    return int(10 ** min(max(decimals, 0), 16))
