"""Files of text, whatever they hold, as parsed rows."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import orjson

from chandlery.core.errors import InputError
from chandlery.core.resolution import Resolution
from chandlery.sources.files.blocks import blocks
from chandlery.sources.files.parse import binance, objects
from chandlery.sources.files.parse.convert import Converter
from chandlery.sources.files.parse.delimited import Delimited
from chandlery.sources.files.parse.frame import Frame, Parsed
from chandlery.sources.files.parse.layout import Layout
from chandlery.sources.files.parse.markets import Markets
from chandlery.sources.files.parse.objects import Events, Objects
from chandlery.sources.files.parse.options import FileOptions
from chandlery.sources.files.parse.times import TimeReader
from chandlery.sources.files.streams import PARQUET, Member
from chandlery.sources.files.table import Table

_SAMPLE = 1 << 16
_MOST_ARRAY_BYTES = 64 << 20
"""A JSON array is decoded whole: about ten times its size in memory."""
_ARRAY_ROWS = 50_000
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def table(member: Member, options: FileOptions, number_of: Callable[[str], int]) -> Table:
    """Tell what a plain file holds and return its rows, to be read as they are taken."""
    stream = blocks(member.pieces)
    first = next(stream, b"")
    market, interval = binance.named(PurePosixPath(member.name).name)
    options = options.with_defaults(market, interval)
    _refuse_binary(first)
    sample = first[: first.rfind(b"\n", 0, _SAMPLE) + 1] or first
    start = sample.lstrip()[:1]
    whole = itertools.chain((first,), stream)
    if start == b"[" and not _is_lines_of_arrays(sample):
        return _array(member.name, whole, options, number_of)
    if start in (b"[", b"{") or _is_stamped(sample):
        return _json_lines(member.name, (sample, whole), options, number_of)
    if not any(line and not line.startswith(b"#") for line in _lines(sample)):
        message = "the file holds no rows"
        raise InputError(message, hint="a file of trades or bars was expected")
    split = Delimited.of_sample(sample, options)
    converter = _converter(member.name, split.layout, options, number_of)
    return Table(
        split.layout, _interval(split.layout, options), _converted(whole, split.frame, converter)
    )


def _converter(
    name: str,
    layout: Layout,
    options: FileOptions,
    number_of: Callable[[str], int],
    prefix: str = "",
) -> Converter:
    is_bars = layout.kind == "bars"
    times = TimeReader(options.time_unit, by_row=layout.is_time_by_row, is_bars=is_bars)
    return Converter(name, layout, times, Markets(number_of, options.market, prefix))


def _converted(
    whole: Iterator[bytes], frame: Callable[[bytes, int], Frame], converter: Converter
) -> Iterator[Parsed]:
    line = 1
    for block in whole:
        yield converter.convert(frame(block, line))
        line += block.count(b"\n")


def _json_lines(
    name: str,
    source: tuple[bytes, Iterator[bytes]],
    options: FileOptions,
    number_of: Callable[[str], int],
) -> Table:
    sample, whole = source
    is_stamped = _is_stamped(sample)
    values, _, broken = _decoded(sample, 1, is_stamped=is_stamped)
    if not values:
        message = f"expected a JSON object or array on each line, found {broken[0].found}"
        raise InputError(message, hint="such as {...} lines, or one array [{...}, ...]")
    form = objects.of_sample(values, options)
    prefix = f"{binance.VENUE}:" if isinstance(form, Events) else ""
    converter = _converter(name, form.layout, options, number_of, prefix)

    def frame(block: bytes, line: int) -> Frame:
        values, numbers, broken = _decoded(block, line, is_stamped=is_stamped)
        made = form.frame(values, numbers)
        made.broken.extend(broken)
        made.broken.sort(key=lambda row: row.line)
        return made

    return Table(form.layout, _interval(form.layout, options), _converted(whole, frame, converter))


def _array(
    name: str, whole: Iterator[bytes], options: FileOptions, number_of: Callable[[str], int]
) -> Table:
    """Read one JSON array; the number of a row is its place in the array."""
    data = bytearray()
    for block in whole:
        data += block
        if len(data) > _MOST_ARRAY_BYTES:
            message = f"a JSON array of more than {_MOST_ARRAY_BYTES >> 20} MiB is not read whole"
            raise InputError(message, hint="write one row a line: jq -c '.[]' in.json > out.jsonl")
    try:
        values = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        message = f"the JSON array cannot be read: {error}"
        raise InputError(message, hint="is the file complete?") from error
    if not values:
        message = "the file holds no rows"
        raise InputError(message)
    form = objects.of_sample(values, options)
    prefix = f"{binance.VENUE}:" if isinstance(form, Events) else ""
    converter = _converter(name, form.layout, options, number_of, prefix)
    return Table(
        form.layout, _interval(form.layout, options), _array_parts(values, form, converter)
    )


def _array_parts(values: list[Any], form: Objects, converter: Converter) -> Iterator[Parsed]:
    for start in range(0, len(values), _ARRAY_ROWS):
        rows = values[start : start + _ARRAY_ROWS]
        yield converter.convert(form.frame(rows, range(start + 1, start + 1 + len(rows))))


def _decoded(
    block: bytes, first_line: int, *, is_stamped: bool
) -> tuple[list[Any], list[int], Any]:
    lines, numbers = [], []
    for number, line in enumerate(block[:-1].split(b"\n"), first_line):
        if not line or line.isspace():
            continue
        # A recorder writes the time of receipt before each message.
        lines.append(line[line.find(b"{") :] if is_stamped and b"{" in line else line)
        numbers.append(number)
    return objects.decode(lines, numbers)


def _interval(layout: Layout, options: FileOptions) -> Resolution | None:
    return options.interval if layout.kind == "bars" else None


def _lines(sample: bytes) -> list[bytes]:
    return [line.strip() for line in sample.split(b"\n")]


def _is_stamped(sample: bytes) -> bool:
    first = next(filter(None, _lines(sample)), b"")
    stamp, space, rest = first.partition(b" ")
    return bool(space) and stamp.isdigit() and rest.startswith(b"{")


def _is_lines_of_arrays(sample: bytes) -> bool:
    """Return whether the first line is one whole array of plain values."""
    first = next(filter(None, _lines(sample)), b"")
    try:
        value = orjson.loads(first)
    except orjson.JSONDecodeError:
        return False
    return (
        isinstance(value, list)
        and bool(value)
        and not any(isinstance(item, list | dict) for item in value)
    )


def _refuse_binary(first: bytes) -> None:
    if not first.strip():
        message = "the file is empty"
        raise InputError(message, hint="a file of trades or bars was expected")
    if first.startswith(PARQUET):
        message = "a Parquet file is read from disk only, not from standard input or an archive"
        raise InputError(message, hint="unpack it, and name the file")
    if first.startswith(_UTF_16):
        message = "the text is UTF-16, and UTF-8 was expected"
        raise InputError(message, hint="convert it: iconv -f UTF-16 -t UTF-8")
    head = np.frombuffer(first[:_SAMPLE], dtype=np.uint8)
    odd = np.count_nonzero((head < 32) & (head != 9) & (head != 10) & (head != 13))
    if 0 in head or 20 * int(odd) > len(head):
        message = "the file is binary, of no kind that is known"
        raise InputError(message, hint="expected CSV, JSON or Parquet, plain or in gz, zst or zip")
