from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from chandlery.core.errors import InputError
from chandlery.core.trades import BUY, SELL
from tests.sources.files.reading import START_S, read_text

US = START_S * 1_000_000
ROWS = [(US, 100.5, 2.0, BUY, 7), (US + 1_000_000, 101.0, 0.25, SELL, 8)]
OBJECTS: list[dict[str, Any]] = [
    {"time": START_S, "price": 100.5, "size": "2", "side": "buy", "id": 7},
    {"time": START_S + 1, "price": "101", "size": 0.25, "side": "Sell", "id": "8"},
]
REST: list[dict[str, Any]] = [
    {"id": 7, "price": "100.5", "qty": "2", "quoteQty": "201", "time": START_S * 1000,
     "isBuyerMaker": False},
    {"id": 8, "price": "101", "qty": "0.25", "quoteQty": "25.25", "time": START_S * 1000 + 1000,
     "isBuyerMaker": True},
]  # fmt: skip
ARRAYS = [[START_S, 100.5, 2, "buy", 7], [START_S + 1, 101, 0.25, "sell", 8]]


def event(number: int, **more: Any) -> dict[str, Any]:
    time, price, size, side, identity = ROWS[number]
    data = {"e": "trade", "E": 1, "s": "BTCUSDT", "t": identity, "p": str(price), "q": str(size)}
    return {"stream": "s", "data": {**data, "T": time // 1000, "m": side == SELL, **more}}


def lines(values: list[Any]) -> str:
    return "\n".join(json.dumps(value) for value in values) + "\n"


FORMS = ("lines", "array", "indented", "stamped")
VALUES: dict[str, list[Any]] = {
    "objects": OBJECTS,
    "rest": REST,
    "arrays": ARRAYS,
    "events": [event(0), event(1)],
}


@pytest.mark.parametrize(
    ("name", "form"),
    [pair for pair in itertools.product(VALUES, FORMS) if pair != ("arrays", "stamped")],
)
def test_the_forms_of_json_give_the_same_trades(tmp_path: Path, name: str, form: str) -> None:
    values = VALUES[name]
    text = {
        "lines": lines(values),
        "array": json.dumps(values),
        "indented": json.dumps(values, indent=2),
        "stamped": lines(values).replace("{", "1723161254087896568 {", 1),
    }[form]
    whole = read_text(tmp_path, text, "trades.json")
    assert whole.rows == ROWS
    assert whole.bad_count == 0


def test_messages_that_are_no_trades_are_passed_over(tmp_path: Path) -> None:
    book = {"stream": "s", "data": {"u": 1, "b": "2"}}
    others = [event(0, e="aggTrade", a=3), event(1, e="kline"), event(1, X="NA")]
    values = [{"result": None, "id": 1}, event(0), book, *others, event(1)]
    whole = read_text(tmp_path, lines(values), market=None)
    assert whole.rows == ROWS
    assert whole.bad_count == 0
    assert list(whole.symbols) == ["BINANCE:BTCUSDT"]


def test_aggregated_trades_have_ids_of_their_own(tmp_path: Path) -> None:
    whole = read_text(tmp_path, lines([event(0, e="aggTrade", a=31, f=7, l=9)]))
    assert whole.trades.id.tolist() == [31]


def test_bad_lines_are_named(tmp_path: Path) -> None:
    text = lines(OBJECTS[:1]) + '{"time": 1\n\n[1]\n' + lines([{**OBJECTS[1], "price": None}])
    whole = read_text(tmp_path, text + lines([{**OBJECTS[1], "price": True}]))
    assert len(whole.trades) == 1
    assert [(bad.line, bad.column, bad.found) for bad in whole.bad] == [
        (2, "", "'{\"time\": 1'"),
        (4, "", "[1]"),
        (5, "price", "null"),
        (6, "price", "True"),
    ]


def test_arrays_of_another_length_are_bad_rows(tmp_path: Path) -> None:
    whole = read_text(tmp_path, json.dumps([*ARRAYS, [1, 2]]))
    assert whole.rows == ROWS
    assert str(whole.bad[0]).endswith(":3: expected 5 values, found 2")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "holds no rows"),
        ("[[1, 2], [3", "cannot be read"),
        ('{\n "a": 1\n}', "expected JSON objects|on each line"),
        ('{"a": 1}\n', "no column for time"),
        ("[1, 2, 3]", "no column for"),
        (lines([{"stream": "s", "data": {"e": "depthUpdate"}}]), "holds no rows"),
    ],
)
def test_json_that_holds_no_table_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_text(tmp_path, text)


def test_klines_as_the_exchange_sends_them(tmp_path: Path) -> None:
    klines = [
        [START_S * 1000 + n * 60_000, "1", "3", "0.5", "2", "10", 0, "20", 5, "4", "8", "0"]
        for n in range(3)
    ]
    for row in klines:
        row[6] = int(str(row[0])) + 59_999
    whole = read_text(tmp_path, json.dumps(klines))
    assert whole.interval == "1m"
    bars = whole.candles
    assert bars.t.tolist() == [START_S, START_S + 60, START_S + 120]
    assert [bars.o[0], bars.h[0], bars.l[0], bars.c[0]] == [1, 3, 0.5, 2]
    assert [bars.v[0], bars.q[0], bars.n[0], bars.bv[0], bars.given[0]] == [10, 20, 5, 4, True]
