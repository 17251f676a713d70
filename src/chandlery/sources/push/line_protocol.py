"""Trades in the line protocol of InfluxDB, as Telegraf and its clients send them.

`measurement[,tag=value...] field=value[,field=value...] [time]`. The market is the tag `symbol` or
`market`, or else the measurement; tags and fields that are no part of a trade are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from chandlery.sources.push.builder import Asked, Builder
from chandlery.sources.push.errors import BodyError, Fault
from chandlery.sources.push.faults import shown
from chandlery.sources.push.json_texts import LONGEST_LINE, pieces
from chandlery.sources.push.line_layout import Layout, each
from chandlery.sources.push.parsed import Parsed, Raw

PRECISIONS = {
    "ns": 1,
    "n": 1,
    "us": 1_000,
    "u": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
"""Nanoseconds of each unit of time."""
_SIZES = ("size", "amount", "volume", "qty")
_INTEGER = re.compile(r"-?\d{1,19}")
_WHOLE = re.compile(r"(-?\d{1,20})[iu]")
_ESCAPED = re.compile(r"\\([,= \\\"])")
_COMMA, _SPACE, _EQUALS = (re.compile(rf"(?<!\\){sign}") for sign in (",", " ", "="))
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')

_SIMPLE = re.compile(r'[^"]*(?:"[^" ,=]*"[^"]*)*')
"""Texts, if any, that could be mistaken for nothing else."""

Row = tuple[Any, ...]


class _LineError(ValueError):
    """A line that is none; the message says why."""


def read_lines(body: bytes, precision: str, now_us: int, asked: Asked) -> Parsed:
    """Return the trades of a body; a line without a time is of now.

    The place of a row is the number of its line, from 0, blank lines and comments too.
    """
    builder, first, count = Builder(asked), 0, 0
    clock = _Clock(PRECISIONS[precision], now_us)
    for piece in pieces(body):
        text = piece.decode(errors="surrogateescape").removesuffix("\n")
        lines = text.split("\n")
        raw = _at_once(text, lines, first, clock)
        if raw is None:
            raw, rows = _one_by_one(lines, first, clock, builder)
        else:
            rows = len(raw)
        count += rows
        builder.limit(count)
        builder.add(raw)
        first += len(lines)
    if not count:
        raise BodyError(Fault.EMPTY_BODY, "lines expected, found none", hint=_EXAMPLE)
    return builder.done()


def _at_once(text: str, lines: list[str], first: int, clock: _Clock) -> Raw | None:
    """Return rows that all have the layout of the first one; None if they have not."""
    if max(map(len, lines)) > LONGEST_LINE:
        return None
    layout = Layout.of(lines[0].rstrip("\r"))
    columns = None if layout is None else layout.columns(text, len(lines))
    if columns is None:
        return None
    nothing = [None] * len(lines)
    return Raw(
        index=list(range(first, first + len(lines))),
        symbol=list(columns["symbol"]),
        time=clock.read_all(columns["time"]),
        price=list(map(_number, columns["price"])),
        size=list(map(_number, columns["size"])),
        side=each(columns["side"], _value) if "side" in columns else nothing,
        id=list(map(_value, columns["id"])) if "id" in columns else nothing,
        sequence=list(map(_value, columns["sequence"])) if "sequence" in columns else nothing,
    )


def _one_by_one(lines: list[str], first: int, clock: _Clock, builder: Builder) -> tuple[Raw, int]:
    """Return the good rows, and how many there are with the bad ones."""
    index: list[int] = []
    rows: list[Row] = []
    count = 0
    for place, line in enumerate(lines, first):
        text = line.strip(" \t\r")
        if not text or text[0] == "#":
            continue
        count += 1
        try:
            rows.append(_row(text, clock))
            index.append(place)
        except _LineError as error:
            builder.reject(place, str(error))
    columns: list[list[Any]] = [[row[place] for row in rows] for place in range(7)]
    return Raw(index, *columns), count


_EXAMPLE = "such as trades,symbol=A:B price=1.5,size=2 1735689600000000000"


class _Clock:
    """Reads times of one precision as microseconds."""

    __slots__ = ("_length", "_now_us")

    def __init__(self, length: int, now_us: int) -> None:
        self._length = length
        self._now_us = now_us

    def read_all(self, texts: Sequence[str]) -> list[int]:
        """Return the microseconds of whole numbers, or now if there are none."""
        if not texts[0]:
            return [self._now_us] * len(texts)
        length = self._length
        return [int(text) * length // 1_000 for text in texts]

    def read(self, text: str) -> int:
        """Return the microseconds of a time."""
        if not text:
            return self._now_us
        if not text.isascii() or _INTEGER.fullmatch(text) is None:
            message = f"time: expected a whole number, found {shown(text)}"
            raise _LineError(message)
        return int(text) * self._length // 1_000


def _row(line: str, clock: _Clock) -> Row:
    """Return symbol, time, price, size, side, id and sequence of a line."""
    if len(line) > LONGEST_LINE:
        message = f"expected a line of at most {LONGEST_LINE:,} characters, found {len(line):,}"
        raise _LineError(message)
    if "\\" in line or ('"' in line and _SIMPLE.fullmatch(line) is None):
        head, fields, time = _parts(line)
        measurement, *tags = _COMMA.split(head)
        measurement = _plain(measurement)
        pairs, known = _pairs(_fields(fields)), _pairs(tags, is_tag=True)
    else:
        head, fields, time = _plain_parts(line)
        measurement, *tags = head.split(",")
        pairs = _plain_pairs(fields.split(","))
        known = _plain_pairs(tags)
    return _trade(measurement, known, pairs, clock.read(time))


def _plain_parts(line: str) -> tuple[str, str, str]:
    parts = line.split()
    if not 2 <= len(parts) <= 3:
        message = f"expected measurement, fields and time, found {len(parts)} parts"
        raise _LineError(message)
    return parts[0], parts[1], parts[2] if len(parts) == 3 else ""


def _plain_pairs(parts: list[str]) -> dict[str, str]:
    try:
        return dict([part.split("=") for part in parts])
    except ValueError:
        message = "expected name=value, separated by commas"
        raise _LineError(message) from None


def _trade(measurement: str, tags: dict[str, str], fields: dict[str, str], time: int) -> Row:
    price = fields.get("price")
    size = next((fields[name] for name in _SIZES if name in fields), None)
    if price is None or size is None:
        missing = "price" if price is None else "size (or amount, volume, qty)"
        message = f"the field {missing} expected, found none"
        raise _LineError(message)
    symbol = tags.get("symbol") or tags.get("market") or measurement
    side, identity = (fields.get(name) or tags.get(name) for name in ("side", "id"))
    return (
        symbol,
        time,
        _number(price),
        _number(size),
        _value(side),
        _value(identity),
        _value(fields.get("sequence")),
    )


def _number(text: str) -> float | int | str | None:
    """Return a number; what is none is told with the other columns."""
    try:
        return float(text)
    except ValueError:
        return _value(text)


def _value(text: str | None) -> str | int | None:
    """Return what a value says: a whole number, or the text of a string, a tag or a number."""
    if text is None:
        return None
    if text[-1:] == "i" and len(text) < 20 and text[:-1].isascii() and text[:-1].isdigit():
        return int(text[:-1])
    whole = _WHOLE.fullmatch(text)
    if whole is not None:
        return int(whole[1])
    quoted = _QUOTED.fullmatch(text)
    return text if quoted is None else re.sub(r"\\([\"\\])", r"\1", quoted[1])


# Lines with quotes or escapes


def _parts(line: str) -> tuple[str, str, str]:
    head = _SPACE.split(line, maxsplit=1)
    if len(head) < 2:
        message = "expected measurement, fields and time, found 1 part"
        raise _LineError(message)
    rest = head[1].lstrip()
    end = _end_of_fields(rest)
    return head[0], rest[:end], rest[end:].strip()


def _end_of_fields(text: str) -> int:
    """Return where the first space lies that is in no text and not escaped."""
    hidden = _hidden(text)
    if '"' in hidden.replace('\\"', ""):
        message = "a text that does not end"
        raise _LineError(message)
    end = _SPACE.search(hidden)
    return len(text) if end is None else end.start()


def _hidden(text: str) -> str:
    """Return a line of the same length, its texts made unrecognisable."""
    return _QUOTED.sub(lambda found: "_" * len(found[0]), text)


def _fields(text: str) -> Iterable[str]:
    """Return the fields of a set: commas within texts part none."""
    hidden = _hidden(text)
    start = 0
    for comma in _COMMA.finditer(hidden):
        yield text[start : comma.start()]
        start = comma.end()
    yield text[start:]


def _pairs(parts: Iterable[str], *, is_tag: bool = False) -> dict[str, str]:
    pairs = {}
    for part in parts:
        pair = _EQUALS.split(part, maxsplit=1)
        if len(pair) != 2:
            message = f"expected name=value, found {shown(part)}"
            raise _LineError(message)
        pairs[_plain(pair[0])] = _plain(pair[1]) if is_tag else pair[1]
    return pairs


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
