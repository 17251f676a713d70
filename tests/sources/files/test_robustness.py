from __future__ import annotations

import gzip
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chandlery.core.errors import InputError
from tests.sources.files.reading import START_S, read_text

TABLE = (
    "time,price,size,side,id,symbol\n"
    + "".join(f'{START_S + n}.5,{n + 1},"0.{n + 1}",buy,x{n},A\n' for n in range(8))
).encode()
OBJECTS = "".join(
    json.dumps({"time": f"2024-01-01T00:00:0{n}Z", "price": n + 1, "size": 1, "m": True}) + "\n"
    for n in range(8)
).encode()
BARS = b"".join(b"%d,2,3,1,2,5\n" % (START_S + 60 * n) for n in range(8))

_BYTES = st.sampled_from([bytes([code]) for code in range(256)] + [b'"', b",", b"\n", b"-", b"e9"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


def read_or_refuse(data: bytes, **given: Any) -> None:
    with TemporaryDirectory() as folder:
        try:
            whole = read_text(Path(folder), data, **given)
        except InputError as error:
            assert error.message  # noqa: PT017 - either outcome is right
            return
    assert sum(chunk.rows for chunk in whole.chunks) > 0


@settings(max_examples=150)
@given(
    st.sampled_from([TABLE, OBJECTS, BARS, gzip.compress(TABLE, mtime=0)]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), _BYTES), max_size=6),
)
def test_damage_anywhere_is_a_bad_row_or_an_error_of_ours(
    data: bytes, edits: list[tuple[float, int, bytes]]
) -> None:
    for place, length, piece in edits:
        at = int(place * len(data))
        data = data[:at] + piece + data[at + length :]
    read_or_refuse(data)
    read_or_refuse(data, interval="1m")


@settings(max_examples=150)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"time": st.just(START_S) | _VALUES, "price": _VALUES, "size": st.just(1) | _VALUES},
            optional={"id": _VALUES, "side": _VALUES, "m": _VALUES, "symbol": _VALUES},
        ),
        min_size=1,
        max_size=6,
    )
)
def test_json_values_of_any_kind_are_a_bad_row_or_an_error_of_ours(
    values: list[dict[str, Any]],
) -> None:
    data = "\n".join(json.dumps(value) for value in values).encode()
    read_or_refuse(data)
    read_or_refuse(data, market=None)
