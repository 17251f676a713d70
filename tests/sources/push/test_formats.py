"""Every format holds the same trades, and each bad row is named by its place."""

from __future__ import annotations

import io
import json
from contextlib import suppress

import numpy as np
import pyarrow  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.core.columns import US
from chandlery.core.trades import BUY, SELL
from chandlery.sources.push import (
    Asked,
    BodyError,
    Fault,
    Parsed,
    read_arrow,
    read_csv,
    read_json,
    read_lines,
)
from tests.engine.builders import START
from tests.sources.push.bodies import ASKED, FORMATS, ROWS, Row, arrow, csv, lines, stream


def json_of(text: str, asked: Asked = ASKED) -> Parsed:
    return read_json(text.encode(), "json", asked)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_the_same(name: str) -> None:
    write, read = FORMATS[name]
    parsed = read(write(ROWS))
    rows = parsed.rows
    assert parsed.rejected == {}
    assert [parsed.symbols[code] for code in rows.symbol] == ["A:B", "A:B", "C:D"]
    assert rows.index.tolist() == [0, 1, 2]
    assert rows.time.tolist() == [START * US, START * US + 1000, START * US]
    assert rows.price.tolist() == [1.5, 1.25, 1e-18]
    assert rows.size.tolist() == [2.0, 0.5, 3.0]
    assert rows.side.tolist() == [BUY, SELL, BUY]
    assert rows.id.tolist() == [1, 2, 3]
    assert rows.is_named.all()
    assert rows.is_ordered.all()


BAD: list[tuple[Row, str]] = [
    ({"price": "abc"}, "price: expected a positive number, found 'abc'"),
    ({"price": 0}, "price: expected a positive number"),
    ({"size": -1}, "size: expected a positive number"),
    ({"size": "nan"}, "size: expected a positive number"),
    ({"size": "1_0"}, "size: expected a positive number"),
    ({"time": "yesterday"}, "time: expected seconds, ms, us or ns since 1970"),
    ({"time": "17e04067380"}, "time: expected seconds, ms, us or ns since 1970"),
    ({"time": "-1e-4067380e"}, "time: expected seconds, ms, us or ns since 1970"),
    ({"side": "up"}, "side: expected buy or sell, found 'up'"),
    ({"sequence": "x"}, "sequence: expected a whole number, found 'x'"),
    ({"symbol": ""}, "symbol: expected one"),
]


@pytest.mark.parametrize("change", BAD, ids=str)
@pytest.mark.parametrize("name", ["array", "lines", "csv"])
def test_a_bad_row_is_named_and_its_neighbours_are_kept(name: str, change: tuple[Row, str]) -> None:
    write, read = FORMATS[name]
    parsed = read(write([ROWS[0], ROWS[1] | change[0], ROWS[2]]))
    assert parsed.rows.index.tolist() == [0, 2]
    assert list(parsed.rejected) == [1]
    assert parsed.rejected[1].startswith(change[1])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('{"time":1704067200,"size":1,"symbol":"A"}', "missing required field `price`"),
        ('{"time":1704067200,"size":1,"price":1,"sid":"buy"}', "unknown field `sid`"),
        ('{"time":1704067200,"size":1,"price":true}', "`$.price`"),
        ('{"time":1704067200,"size":1,"price":[[1]]}', "`$.price`"),
        ('{"time":1704067200,"size":1,"price":1,"id":1.5}', "`$.id`"),
        ('{"time":1704067200,"size":1,"price":1e400}', "out of range"),
        ('{"time":' + "9" * 5000 + ',"size":1,"price":1}', "out of range"),
        ('{"time":1704067200,"size":1', "truncated"),
        ("[1,2]", "Expected `object`"),
        ("null", "Expected `object`"),
        ("nonsense", "malformed"),
        ('{"a":' * 2_000 + "1" + "}" * 2_000, "unknown field `a`"),
    ],
)
def test_what_is_no_row_of_json_is_named(row: str, reason: str) -> None:
    good = json.dumps(ROWS[0])
    parsed = read_json(f"{good}\n\n{row}\r\n{good}".encode(), "lines", ASKED)
    assert parsed.rows.index.tolist() == [0, 2]
    assert list(parsed.rejected) == [1]
    assert reason in parsed.rejected[1]


def test_lines_that_only_together_are_json_are_bad_each() -> None:
    parsed = read_json(b'{"time":1704067200,"price":1\n"size":1}\n{},{}', "lines", ASKED)
    assert sorted(parsed.rejected) == [0, 1, 2]


def test_bytes_that_are_no_utf_8_spoil_only_their_row() -> None:
    good = lines(ROWS[:1])
    parsed = read_json(good + b'{"symbol":"\xff"}\n' + good, "lines", ASKED)
    assert parsed.rows.index.tolist() == [0, 2]
    rest = csv(ROWS).replace(b"C:D", b"\xff")
    parsed = read_csv(rest.replace(b",3\n", b",\xff\n"), ASKED)
    assert len(parsed.rows) == 3
    assert parsed.symbols[1] == "\udcff"


def test_one_object_may_be_spread_over_lines() -> None:
    assert len(json_of(json.dumps(ROWS[0], indent=2)).rows) == 1
    assert len(json_of(json.dumps(ROWS, indent=2)).rows) == 3
    assert len(json_of("[]").rows) == 0


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("[" * 100_000, Fault.TOO_DEEP),
        ('{"a":' * 100_000, Fault.TOO_DEEP),
        ('[{"time":1', Fault.BAD_BODY),
        ("[1,2] trailing", Fault.BAD_BODY),
        ('"text"', Fault.BAD_BODY),
        ("17", Fault.BAD_BODY),
    ],
)
def test_a_body_that_is_no_json_is_refused(body: str, fault: Fault) -> None:
    with pytest.raises(BodyError) as refused:
        json_of(body)
    assert refused.value.fault is fault
    assert refused.value.hint


@pytest.mark.parametrize("name", FORMATS)
def test_more_rows_than_allowed_are_refused(name: str) -> None:
    write, _ = FORMATS[name]
    asked = Asked(most_rows=2)
    body = write(ROWS)
    reads = {
        "array": lambda: read_json(body, "json", asked),
        "lines": lambda: read_json(body, "lines", asked),
        "csv": lambda: read_csv(body, asked),
        "arrow": lambda: read_arrow(body, asked),
        "influx": lambda: read_lines(body, "ns", 0, asked),
    }
    with pytest.raises(BodyError, match="at most 2 rows") as refused:
        reads[name]()
    assert refused.value.fault is Fault.TOO_MANY_ROWS


def test_an_array_of_digits_is_refused_before_anything_is_made_of_it() -> None:
    with pytest.raises(BodyError) as refused:
        read_json(b"[" + b"0," * 100 + b"0]", "json", Asked(most_rows=10))
    assert refused.value.fault is Fault.TOO_MANY_ROWS


def test_a_symbol_of_the_request_is_that_of_rows_without_one() -> None:
    rows = [{key: value for key, value in row.items() if key != "symbol"} for row in ROWS]
    asked = Asked(symbol="X:Y")
    for parsed in (
        read_json(lines(rows), "lines", asked),
        read_csv(csv(rows), asked),
        read_arrow(arrow(rows), asked),
    ):
        assert parsed.symbols == ("X:Y",)
        assert len(parsed.rows) == 3


# Times


@pytest.mark.parametrize(
    "time",
    [
        START,
        START * 1_000,
        START * US,
        START * 1_000_000_000,
        str(START),
        f"{START}.000",
        float(START),
        "2024-01-01",
        "2024-01-01T00:00:00Z",
        "2024-01-01T01:00:00.000000+01:00",
        "2024-01-01 00:00:00",
    ],
)
def test_times_are_told_from_their_form_and_magnitude(time: float | str) -> None:
    row = {"symbol": "A", "time": time, "price": 1, "size": 1}
    mixed = json_of(json.dumps([row, row | {"time": START}]))
    assert mixed.rows.time.tolist() == [START * US] * 2


def test_fractions_are_kept_to_the_microsecond() -> None:
    for time in (f"{START}.123456", f"{START * 1000 + 123}.456"):
        row = {"symbol": "A", "time": time, "price": 1, "size": 1}
        assert json_of(json.dumps(row)).rows.time.tolist() == [START * US + 123_456]
    text = f'{{"symbol":"A","time":{START}.123456,"price":1,"size":1}}'
    assert json_of(text).rows.time.tolist() == [START * US + 123_456]


def test_a_leap_second_is_the_second_before_it_once_more() -> None:
    row = {"symbol": "A", "time": "2016-12-31T23:59:60.5Z", "price": 1, "size": 1}
    assert json_of(json.dumps(row)).rows.time.tolist() == [1_483_228_799_500_000]


@given(st.sampled_from(["s", "ms", "us", "ns"]), st.integers(1_230_768_001, 4_000_000_000))
def test_a_unit_that_is_said_is_taken(unit: str, second: int) -> None:
    scale = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    text = f'{{"symbol":"A","time":{second * scale},"price":1,"size":1}}'
    assert json_of(text, Asked(unit=unit)).rows.time.tolist() == [second * US]
    assert json_of(text).rows.time.tolist() == [second * US]


@pytest.mark.parametrize(
    "time", [1 << 62, -(1 << 63), 1 << 200, "1e30", "9" * 60, "NaN", "inf", ""]
)
def test_times_beyond_all_measure_are_named(time: int | str) -> None:
    row = {"symbol": "A", "time": time, "price": 1, "size": 1}
    parsed = json_of(json.dumps(row), Asked(unit="s"))
    if len(parsed.rows):
        assert abs(parsed.rows.time[0]) < 1 << 62
    else:
        assert list(parsed.rejected) == [0]


# Ids


def test_ids_are_numbers_or_texts() -> None:
    ids = [7, "7", "-7", "0x5f:1", "9" * 30, None, 1 << 70]
    rows = [ROWS[0] | {"id": one} for one in ids]
    parsed = json_of(json.dumps(rows[:-1])).rows
    assert parsed.id[:3].tolist() == [7, 7, -7]
    assert parsed.is_named.tolist() == [True] * 5 + [False]
    assert parsed.is_ordered.tolist() == [True, True, True, False, False, False]
    assert parsed.id[3] < 0
    assert parsed.id[4] < 0
    assert len(set(parsed.id.tolist())) == 5


@pytest.mark.parametrize("value", ["", "x" * 300])
def test_what_is_no_id_is_named(value: str) -> None:
    parsed = json_of(json.dumps([ROWS[0], ROWS[1] | {"id": value}]))
    assert parsed.rejected[1].startswith("id: expected a number or a text")


# CSV


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_may_have_quotes_blank_lines_a_mark_and_other_delimiters(delimiter: str) -> None:
    text = '\ufeffTime,"price",size,symbol\r\n\r\n1704067200,"1.5",2,"A,B"\r\n1704067201,1,1,C\r\n'
    text = text.replace("A,B", "A:B").replace(",", delimiter)
    parsed = read_csv(text.encode(), ASKED)
    assert parsed.symbols == ("A:B", "C")
    assert parsed.rows.index.tolist() == [0, 1]


@pytest.mark.parametrize("row", ["1,2", "1,2,3,4,5", '1,"2,3', "1"])
def test_a_row_of_another_width_is_named(row: str) -> None:
    parsed = read_csv(f"symbol,time,price,size\n{row}\nA,1704067200,1,1".encode(), ASKED)
    assert parsed.rows.index.tolist() == [1]
    assert parsed.rejected[0].startswith("expected 4 fields")


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("1704067200,1.5,2", "columns time, price, size expected"),
        ("time,price,size,sid", "unknown column 'sid'"),
        ("time,price,size,price", "there twice"),
        ("\x00\x01\x02", "columns time, price, size expected"),
    ],
)
def test_a_header_that_is_none_is_refused(header: str, told: str) -> None:
    with pytest.raises(BodyError, match=told) as refused:
        read_csv(f"{header}\n1,2,3".encode(), ASKED)
    assert refused.value.hint


# Arrow


def test_arrow_of_any_fitting_type_is_taken() -> None:
    table = pyarrow.table(
        {
            "symbol": pyarrow.array(["A", "B", "A"]).dictionary_encode(),
            "time": pyarrow.array([START * US] * 3, pyarrow.timestamp("us", "UTC")),
            "price": pyarrow.array(["1.5", "2", "3"]).cast(pyarrow.decimal128(10, 2)),
            "size": pyarrow.array([1, 2, 3], pyarrow.int32()),
            "side": pyarrow.array([1, -1, 0], pyarrow.int8()),
            "id": pyarrow.array(["x", "y", None]),
            "sequence": pyarrow.array([5, None, 7], pyarrow.int64()),
        }
    )
    parsed = read_arrow(stream(table), ASKED)
    rows = parsed.rows
    assert parsed.symbols == ("A", "B")
    assert rows.symbol.tolist() == [0, 1, 0]
    assert rows.time.tolist() == [START * US] * 3
    assert rows.price.tolist() == [1.5, 2, 3]
    assert rows.side.tolist() == [1, -1, 0]
    assert rows.is_named.tolist() == [True, True, False]
    assert rows.sequence.tolist() == [5, 0, 7]


def test_bad_rows_of_arrow_are_named() -> None:
    table = pyarrow.table(
        {
            "symbol": ["A", None, "A", "A", "A"],
            "time": pyarrow.array([START, START, None, START, START]),
            "price": [1.0, 1.0, 1.0, None, float("nan")],
            "size": [1.0] * 5,
        }
    )
    parsed = read_arrow(stream(table), ASKED)
    assert parsed.rows.index.tolist() == [0]
    assert parsed.rejected == {
        1: "symbol: expected one, found null",
        2: "time: expected a value, found null",
        3: "price: expected a value, found null",
        4: "price: expected a positive number, found nan",
    }


@pytest.mark.parametrize("compression", ["zstd", "lz4"])
@pytest.mark.parametrize("is_dictionary", [False, True])
def test_arrow_that_is_compressed_within_is_refused_unread(
    compression: str, is_dictionary: bool
) -> None:
    options = pyarrow.ipc.IpcWriteOptions(compression=compression)
    table = pyarrow.table({"time": np.zeros(10_000_000), "price": [1.0] * 10_000_000})
    if is_dictionary:
        table = pyarrow.table({"symbol": pyarrow.array(["A"] * 3).dictionary_encode()})
    with pytest.raises(BodyError, match="without compression"):
        read_arrow(stream(table, options=options), ASKED)


def test_arrow_of_other_types_is_refused() -> None:
    for column in (
        pyarrow.nulls(3),
        pyarrow.array([[1]] * 3),
        pyarrow.array([b"x"] * 3),
        pyarrow.RunEndEncodedArray.from_arrays([3], [1.0]),
    ):
        table = pyarrow.table({"time": [1] * 3, "price": column, "size": [1.0] * 3})
        with pytest.raises(BodyError, match="price: numbers, texts or timestamps"):
            read_arrow(stream(table), ASKED)


@given(st.data())
def test_damaged_arrow_is_refused_or_read_but_never_worse(data: st.DataObject) -> None:
    body = bytearray(arrow(ROWS))
    for _ in range(data.draw(st.integers(1, 8))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(body)))
    with suppress(BodyError):
        read_arrow(bytes(body[:cut]), ASKED)


@given(st.binary(max_size=300))
def test_no_bytes_break_a_parser(body: bytes) -> None:
    for _, read in FORMATS.values():
        with suppress(BodyError):
            parsed = read(body)
            assert not set(parsed.rejected) & set(parsed.rows.index.tolist())


def test_a_large_dictionary_costs_each_batch_only_what_it_uses() -> None:
    names = pyarrow.array([f"S:{number}" for number in range(50_000)])
    indices = pyarrow.array([7, None, 49_999, 7], pyarrow.int32())
    symbols = pyarrow.DictionaryArray.from_arrays(indices, names)
    one = [1.0] * 4
    table = pyarrow.table({"symbol": symbols, "time": [START] * 4, "price": one, "size": one})
    parsed = read_arrow(stream(table), ASKED)
    assert parsed.symbols == ("S:7", "S:49999")
    assert parsed.rows.symbol.tolist() == [0, 1, 0]
    assert list(parsed.rejected) == [1]
    empty = pyarrow.DictionaryArray.from_arrays(
        pyarrow.array([None] * 4, pyarrow.int32()), pyarrow.array([], pyarrow.string())
    )
    table = pyarrow.table({"symbol": empty, "time": [START] * 4, "price": one, "size": one})
    assert len(read_arrow(stream(table), ASKED).rejected) == 4


def test_arrow_in_very_many_batches_is_refused() -> None:
    table = pyarrow.table({"time": [START], "price": [1.0], "size": [1.0]})
    sink = io.BytesIO()
    with pyarrow.ipc.new_stream(sink, table.schema) as writer:
        for _ in range(1_001):
            writer.write_table(table)
    with pytest.raises(BodyError, match="at most 1,000 batches"):
        read_arrow(sink.getvalue(), ASKED)
