"""Bodies of every format with the same trades, for tests of parsers and of what takes them."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pyarrow  # type: ignore[import-untyped]
import pyarrow.ipc  # type: ignore[import-untyped]

from chandlery.sources.push import Asked, Parsed, read_arrow, read_csv, read_json, read_lines
from tests.engine.builders import START

Row = dict[str, Any]
ROWS: list[Row] = [
    {"symbol": "A:B", "time": START * 1000, "price": 1.5, "size": 2.0, "side": "buy", "id": 1},
    {
        "symbol": "A:B",
        "time": START * 1000 + 1,
        "price": 1.25,
        "size": 0.5,
        "side": "sell",
        "id": 2,
    },
    {"symbol": "C:D", "time": START * 1000, "price": 1e-18, "size": 3.0, "side": "buy", "id": 3},
]
COLUMNS = ("symbol", "time", "price", "size", "side", "id", "sequence")
ASKED = Asked()


def lines(rows: Sequence[Row]) -> bytes:
    return b"\n".join(map(msgspec.json.encode, rows)) + b"\n"


def csv(rows: Sequence[Row]) -> bytes:
    names = [name for name in COLUMNS if any(name in row for row in rows)]
    texts = [
        ",".join("" if row.get(name) is None else str(row[name]) for name in names) for row in rows
    ]
    return "\n".join([",".join(names), *texts]).encode()


def arrow(rows: Sequence[Row], **options: Any) -> bytes:
    names = [name for name in COLUMNS if any(name in row for row in rows)]
    return stream(
        pyarrow.table({name: [row.get(name) for row in rows] for name in names}), **options
    )


def stream(table: Any, **options: Any) -> bytes:
    sink = io.BytesIO()
    with pyarrow.ipc.new_stream(sink, table.schema, **options) as writer:
        writer.write_table(table, max_chunksize=1_000)
    return sink.getvalue()


def line_protocol(rows: Sequence[Row]) -> bytes:
    made = [
        f"trades,symbol={row['symbol']} price={row['price']},size={row['size']},"
        f'side="{row["side"]}",id={row["id"]}i {row["time"] * 1_000_000}'
        for row in rows
    ]
    return "\n".join(made).encode()


FORMATS: dict[str, tuple[Callable[[Sequence[Row]], bytes], Callable[[bytes], Parsed]]] = {
    "array": (msgspec.json.encode, lambda body: read_json(body, "json", ASKED)),
    "lines": (lines, lambda body: read_json(body, "lines", ASKED)),
    "csv": (csv, lambda body: read_csv(body, ASKED)),
    "arrow": (arrow, lambda body: read_arrow(body, ASKED)),
    "influx": (line_protocol, lambda body: read_lines(body, "ns", 0, ASKED)),
}
