"""Trades as JSON: typed at once, or row by row where one is bad."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias, TypeVar

import msgspec

from chandlery.sources.push.builder import Asked, Builder
from chandlery.sources.push.json_texts import Form, texts_of
from chandlery.sources.push.parsed import Parsed, Raw

Number: TypeAlias = int | float | str
Value = TypeVar("Value")
LONGEST_REASON = 200


class Trade(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A row: numbers may be texts, so that decimals come through exactly."""

    time: Number
    price: Number
    size: Number
    symbol: str = ""
    side: str | int | None = None
    id: int | str | None = None
    sequence: int | str | None = None


_many = msgspec.json.Decoder(list[Trade])
_one = msgspec.json.Decoder(Trade)


def read_json(body: bytes, form: Form, asked: Asked) -> Parsed:
    """Return the trades of a body."""
    builder = Builder(asked)
    for index, rows in decoded(body, form, builder, (_many, _one)):
        builder.add(raw_of(index, rows))
    return builder.done()


def raw_of(index: list[int], rows: Sequence[Trade]) -> Raw:
    """Return rows as columns."""
    return Raw(
        index=index,
        symbol=[row.symbol for row in rows],
        time=[row.time for row in rows],
        price=[row.price for row in rows],
        size=[row.size for row in rows],
        side=[row.side for row in rows],
        id=[row.id for row in rows],
        sequence=[row.sequence for row in rows],
    )


def decoded(
    body: bytes,
    form: Form,
    builder: Builder,
    decoders: tuple[msgspec.json.Decoder[list[Value]], msgspec.json.Decoder[Value]],
) -> Iterator[tuple[list[int], list[Value]]]:
    """Yield good rows with their places in the body; the others are rejected."""
    many, one = decoders
    first = 0
    for texts in texts_of(body, form, builder):
        rows = _at_once(texts, many)
        if rows is not None:
            yield list(range(first, first + len(rows))), rows
        else:
            yield _one_by_one(texts, first, builder, one)
        first += len(texts)


def _at_once(texts: list[bytes], many: msgspec.json.Decoder[list[Value]]) -> list[Value] | None:
    """Return all rows of a piece; None if one is bad."""
    if not all(text[:1] == b"{" and text[-1:] == b"}" for text in texts):
        return None
    try:
        # With line ends between, no text can run on into the next one.
        rows = many.decode(b"[" + b",\n".join(texts) + b"]")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return rows if len(rows) == len(texts) else None


def _one_by_one(
    texts: list[bytes], first: int, builder: Builder, one: msgspec.json.Decoder[Value]
) -> tuple[list[int], list[Value]]:
    index, rows = [], []
    for place, text in enumerate(texts, first):
        try:
            rows.append(one.decode(text))
            index.append(place)
        except RecursionError:
            builder.reject(place, "nested too deep")
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            builder.reject(place, str(error)[:LONGEST_REASON])
    return index, rows
