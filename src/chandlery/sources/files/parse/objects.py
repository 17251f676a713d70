"""JSON values as columns: objects with our names, arrays in our order, recorded stream events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import orjson

from chandlery.core.errors import InputError
from chandlery.sources.files.parse import binance
from chandlery.sources.files.parse import layout as layouts
from chandlery.sources.files.parse.faults import shown
from chandlery.sources.files.parse.frame import Broken, Frame
from chandlery.sources.files.parse.layout import Layout
from chandlery.sources.files.parse.options import FileOptions

_SAMPLE_VALUES = 50


class Objects(Protocol):
    """Reads the JSON values of one file, which are all of one form."""

    layout: Layout

    def frame(self, values: Sequence[Any], lines: Sequence[int]) -> Frame:
        """Return the rows that the values are; `lines` holds the number of each."""
        ...


class Keyed:
    """Objects with one key for each column."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    def frame(self, values: Sequence[Any], lines: Sequence[int]) -> Frame:
        """See `Objects.frame`."""
        rows, numbers, broken = _of_kind(dict, "an object", values, lines)
        keys = {field: self.layout.names[column] for field, column in self.layout.fields.items()}
        columns = {field: [row.get(key) for row in rows] for field, key in keys.items()}
        return Frame(numbers, columns, broken)


class Listed:
    """Arrays with one value for each column."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    def frame(self, values: Sequence[Any], lines: Sequence[int]) -> Frame:
        """See `Objects.frame`."""
        width = self.layout.width
        rows, numbers, broken = _of_kind(list, "an array", values, lines)
        if any(len(row) != width for row in rows):
            broken += [
                Broken(int(number), "", str(len(row)), f"expected {width} values")
                for row, number in zip(rows, numbers, strict=True)
                if len(row) != width
            ]
            keep = [len(row) == width for row in rows]
            rows, numbers = [row for row in rows if len(row) == width], numbers[np.array(keep)]
        fields = self.layout.fields.items()
        columns = {field: [row[column] for row in rows] for field, column in fields}
        return Frame(numbers, columns, broken)


class Events:
    """Messages of a recorded stream; those that are no trades are passed over.

    A stream may carry trades and aggregated trades, which are the same trades twice: the kind
    that comes first is taken.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._event: str | None = None

    def frame(self, values: Sequence[Any], lines: Sequence[int]) -> Frame:
        """See `Objects.frame`."""
        rows: list[dict[str, Any]] = []
        numbers: list[int] = []
        for value, number in zip(values, lines, strict=True):
            event = binance.event_of(value)
            if event is not None and self._is_ours(event):
                rows.append(event)
                numbers.append(number)
        keys = {field: self.layout.names[column] for field, column in self.layout.fields.items()}
        keys["id"] = binance.TRADE_EVENTS[self._event or "trade"]
        columns = {field: [row.get(key) for row in rows] for field, key in keys.items()}
        return Frame(np.array(numbers, dtype=np.int64), columns)

    def _is_ours(self, event: dict[str, Any]) -> bool:
        kind = event.get("e")
        if kind not in binance.TRADE_EVENTS:
            return False
        if self._event is None:
            self._event = kind
        return kind == self._event and binance.is_market_trade(event)


def of_sample(sample: Sequence[Any], options: FileOptions) -> Objects:
    """Tell the form of a file's values, and the columns, from the first of them."""
    sample = sample[:_SAMPLE_VALUES]
    if any(binance.is_stream(value) for value in sample):
        return _events(options)
    objects = [value for value in sample if isinstance(value, dict) and value]
    arrays = [value for value in sample if isinstance(value, list) and value]
    if objects:
        keys = dict.fromkeys(key for value in objects for key in value)
        return Keyed(layouts.of_names(list(keys), options))
    if arrays:
        rows = [[_text(value) for value in row] for row in arrays]
        return Listed(layouts.of_rows(rows, options))
    message = "expected JSON objects or arrays, one a row"
    raise InputError(message, hint='such as {"time": 1570752000, "price": 1.5, "size": 2}')


def decode(lines: list[bytes], numbers: list[int]) -> tuple[list[Any], list[int], list[Broken]]:
    """Return the values of lines of JSON with their numbers, and the lines that hold none."""
    try:
        values = orjson.loads(b"[" + b",".join(lines) + b"]")
        if len(values) == len(lines):
            return values, numbers, []
    except orjson.JSONDecodeError:
        pass
    values, kept, broken = [], [], []
    for line, number in zip(lines, numbers, strict=True):
        try:
            values.append(orjson.loads(line))
            kept.append(number)
        except orjson.JSONDecodeError:
            broken.append(Broken(number, "", shown(line), "expected a JSON object or array"))
    return values, kept, broken


def _events(options: FileOptions) -> Events:
    if options.interval is not None:
        message = "a recorded stream holds trades, but an interval was given"
        raise InputError(message, hint="leave the interval out")
    fields = dict(zip(binance.EVENT_KEYS, range(len(binance.EVENT_KEYS)), strict=True))
    names = tuple(binance.EVENT_KEYS.values())
    return Events(Layout("trades", fields | {"id": len(names)}, (*names, "id"), len(names)))


def _of_kind(
    kind: type, expected: str, values: Sequence[Any], lines: Sequence[int]
) -> tuple[list[Any], Any, list[Broken]]:
    numbers = np.asarray(lines, dtype=np.int64)
    if set(map(type, values)) <= {kind}:
        return list(values), numbers, []
    keep = np.array([type(value) is kind for value in values], dtype=np.bool_)
    broken = [
        Broken(int(number), "", shown(value), f"expected {expected}")
        for value, number in zip(values, numbers, strict=True)
        if type(value) is not kind
    ]
    return [value for value in values if type(value) is kind], numbers[keep], broken


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
