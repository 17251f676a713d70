"""Trades as CSV with a header. A row is a line: a quoted field may hold commas, but no line end."""

from __future__ import annotations

import csv
from difflib import get_close_matches
from typing import Any

from chandlery.sources.push.builder import Asked, Builder
from chandlery.sources.push.errors import BodyError, Fault
from chandlery.sources.push.faults import shown
from chandlery.sources.push.json_texts import LONGEST_LINE, pieces
from chandlery.sources.push.parsed import Parsed, Raw

FIELDS = ("symbol", "time", "price", "size", "side", "id", "sequence")
NEEDED = ("time", "price", "size")
_HINT = "begin with a line such as symbol,time,price,size,side,id"
_BOM = b"\xef\xbb\xbf"


def read_csv(body: bytes, asked: Asked) -> Parsed:
    """Return the trades of a body."""
    header, _, rest = body.removeprefix(_BOM).lstrip().partition(b"\n")
    names, delimiter = _header(header[:LONGEST_LINE])
    builder, count = Builder(asked), 0
    for piece in pieces(rest):
        lines = [
            line for line in piece.decode(errors="surrogateescape").split("\n") if line.strip()
        ]
        builder.limit(count + len(lines))
        builder.add(_raw(lines, count, (names, delimiter), builder))
        count += len(lines)
    return builder.done()


def _header(line: bytes) -> tuple[list[str], str]:
    text = line.decode(errors="replace").strip()
    delimiter = max(",;\t|", key=text.count)
    names = [name.strip().strip('"').lower() for name in text.split(delimiter)]
    check_names(names, _HINT)
    return names, delimiter


def check_names(names: list[str], hint: str) -> None:
    """Raise unless the columns are ours, each once, and those that must be there are."""
    missing = [name for name in NEEDED if name not in names]
    if missing:
        message = f"the columns {', '.join(NEEDED)} expected, found {shown(', '.join(names))}"
        raise BodyError(Fault.BAD_BODY, message, hint=hint)
    for name in names:
        if name not in FIELDS:
            near = get_close_matches(name, FIELDS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(FIELDS)}"
            raise BodyError(Fault.BAD_BODY, f"unknown column {shown(name)}", hint=hint)
    if len(set(names)) < len(names):
        message = "a column that is there twice"
        raise BodyError(Fault.BAD_BODY, message, hint="name each column once")


def _raw(lines: list[str], first: int, layout: tuple[list[str], str], builder: Builder) -> Raw:
    names, delimiter = layout
    index: list[int] = []
    rows: list[list[Any]] = []
    for place, line in enumerate(lines, first):
        row = _split(line[:LONGEST_LINE].rstrip("\r"), delimiter)
        if len(row) == len(names):
            index.append(place)
            rows.append(row)
        else:
            builder.reject(place, f"expected {len(names)} fields, found {len(row)}")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
    return Raw(index, *(_column(columns, name, len(rows)) for name in FIELDS))


def _column(columns: dict[str, Any], name: str, rows: int) -> list[Any]:
    values = columns.get(name)
    if values is None:
        return [None] * rows
    return [value.strip() or None for value in values]


def _split(line: str, delimiter: str) -> list[str]:
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []
