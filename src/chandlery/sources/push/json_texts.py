"""The texts of the rows of a JSON body, one object, an array or lines, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

import msgspec

from chandlery.sources.push.builder import Builder
from chandlery.sources.push.errors import BodyError, Fault

Form: TypeAlias = Literal["json", "lines"]

PIECE_BYTES = 128 * 1024
"""Decoded at a time: nothing else runs meanwhile."""
PIECE_ROWS = 1_000
LONGEST_LINE = 65_536
"""Of text that is taken apart by patterns, which nothing else can interrupt."""
_COMMAS_OF_A_ROW = 8

_raws = msgspec.json.Decoder(list[msgspec.Raw])
_raw = msgspec.json.Decoder(msgspec.Raw)


def texts_of(body: bytes, form: Form, builder: Builder) -> Iterator[list[bytes]]:
    """Yield the texts of rows, in order; of lines those that are not blank."""
    start = body[:64].lstrip()[:1]
    if form == "json" and start == b"[":
        yield from _of_array(body, builder)
    elif form == "json" and start == b"{" and _is_one(body):
        yield [body.strip()]
    elif form == "json" and start != b"{":
        message = "a JSON object, an array or JSON lines expected, found something else"
        raise BodyError(Fault.BAD_BODY, message, hint=_HINT)
    else:
        yield from _lines(body, builder)


_HINT = 'such as {"symbol":"A:B","time":1735689600000,"price":1.5,"size":2}, or an array of them'


def _of_array(body: bytes, builder: Builder) -> Iterator[list[bytes]]:
    # Before anything is made of it: an array of digits would take much memory.
    builder.limit(body.count(b",") // _COMMAS_OF_A_ROW)
    try:
        raws = _raws.decode(body)
    except RecursionError:
        raise too_deep() from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"the JSON array cannot be read: {error}"
        raise BodyError(Fault.BAD_BODY, message, hint="is it complete?") from None
    builder.limit(len(raws))
    for first in range(0, len(raws), PIECE_ROWS):
        yield [bytes(raw) for raw in raws[first : first + PIECE_ROWS]]


def _is_one(body: bytes) -> bool:
    try:
        _raw.decode(body)
    except RecursionError:
        raise too_deep() from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def _lines(body: bytes, builder: Builder) -> Iterator[list[bytes]]:
    count = 0
    for piece in pieces(body):
        lines = [line for line in map(bytes.strip, piece.split(b"\n")) if line]
        count += len(lines)
        builder.limit(count)
        yield lines


def pieces(body: bytes) -> Iterator[bytes]:
    """Yield a text in pieces of whole lines."""
    start = 0
    while start < len(body):
        end = body.find(b"\n", start + PIECE_BYTES)
        end = len(body) if end < 0 else end + 1
        yield body[start:end]
        start = end


def too_deep() -> BodyError:
    """Return the error of a body that is nested beyond all measure."""
    return BodyError(Fault.TOO_DEEP, "the JSON is nested too deep", hint="rows are flat objects")
