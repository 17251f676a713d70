"""CSV and JSON read back as the same numbers; the terminal's table is aligned."""

from __future__ import annotations

import csv
import io
import json
import math

import numpy as np
from hypothesis import given
from rich.console import Console

from chandlery.core.candles import Candles
from chandlery.core.trades import Trades
from chandlery.formats import candles_csv, candles_json, candles_table, columns_json, trades_csv
from chandlery.formats.csv import candles_header, candles_rows
from chandlery.formats.table import iso_time
from tests.formats.samples import SYMBOLS, candles, trades

NAMES = ["t", "o", "h", "l", "c", "v", "q", "n", "bv"]


def one_candle(**changes: float) -> Candles:
    columns = {"market": 1, "t": 1_700_000_040, "o": 64000.0, "h": 64000.5, "l": 1e-18, "c": 0.25}
    columns |= {"v": 0.3, "q": 19200.0, "n": 2, "bv": math.nan, "given": True} | changes
    return Candles.of(**{name: [value] for name, value in columns.items()})


def test_a_candle_as_csv() -> None:
    line = "1700000040,64000,64000.5,0.000000000000000001,0.25,0.3,19200,2,"
    assert candles_csv(one_candle()) == f"t,o,h,l,c,v,q,n,bv\n{line}\n"
    named = candles_csv(one_candle(), SYMBOLS)
    assert named == f"symbol,t,o,h,l,c,v,q,n,bv\nDEMO:BTC,{line}\n"


def test_trades_as_csv() -> None:
    found = trades_csv(
        Trades.of(
            market=[1, 2, 1],
            time=[1, 2, 1_700_000_000_000_001],
            price=[64000.0, 0.1, 1e-9],
            size=[1, 2.5, 3],
            side=[1, -1, 0],
            sequence=[0, 0, 0],
            id=[1, -5, 7],
        )
    )
    assert found.splitlines() == [
        "time,price,size,side,id",
        "1,64000,1,buy,1",
        "2,0.1,2.5,sell,-5",
        "1700000000000001,0.000000001,3,,7",
    ]


def test_no_rows_are_a_header_alone() -> None:
    assert candles_csv(Candles.empty(), SYMBOLS) == candles_header(SYMBOLS)
    assert candles_rows(Candles.empty()) == ""
    assert trades_csv(Trades.empty()) == "time,price,size,side,id\n"


@given(candles())
def test_candles_survive_csv(expected: Candles) -> None:
    rows = list(csv.DictReader(io.StringIO(candles_csv(expected, SYMBOLS))))
    assert [row.pop("symbol") for row in rows] == [SYMBOLS[n] for n in expected.market.tolist()]
    for name in NAMES:
        found = np.array([float(row[name] or "nan") for row in rows])
        np.testing.assert_array_equal(found, getattr(expected, name).astype(np.float64))


@given(trades())
def test_trades_survive_csv(expected: Trades) -> None:
    rows = list(csv.DictReader(io.StringIO(trades_csv(expected, SYMBOLS))))
    assert [row["symbol"] for row in rows] == [SYMBOLS[n] for n in expected.market.tolist()]
    assert [int(row["time"]) for row in rows] == expected.time.tolist()
    assert [float(row["price"]) for row in rows] == expected.price.tolist()
    assert [float(row["size"]) for row in rows] == expected.size.tolist()
    assert [int(row["id"]) for row in rows] == expected.id.tolist()
    sides = {"buy": 1, "sell": -1, "": 0}
    assert [sides[row["side"]] for row in rows] == expected.side.tolist()


@given(candles())
def test_candles_survive_json(expected: Candles) -> None:
    rows, columns = json.loads(candles_json(expected)), json.loads(columns_json(expected))
    assert list(columns) == NAMES
    assert all(list(row) == NAMES for row in rows)
    for name in NAMES:
        assert [row[name] for row in rows] == columns[name]
        found = np.array([math.nan if value is None else value for value in columns[name]])
        np.testing.assert_array_equal(found, getattr(expected, name).astype(np.float64))


def test_unknown_is_null() -> None:
    assert json.loads(candles_json(one_candle()))[0]["bv"] is None
    assert b'"l":1e-18' in candles_json(one_candle())


def printed(found: Candles, width: int = 240) -> list[str]:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(candles_table(found, SYMBOLS, title="BTC"))
    return console.export_text().splitlines()


def test_the_table_lines_up_and_shows_sensible_digits() -> None:
    two = Candles.concat((one_candle(l=63999.25), one_candle(o=9.5, v=1234567.891, l=9.0)))
    title, _, heading, _, first, second, _ = printed(two)
    assert title.strip() == "BTC"
    assert "time (UTC)" in heading
    assert "DEMO:BTC" in first
    assert "2023-11-14T22:14:00Z" in first
    assert "64000.00" in first
    assert first.index("64000.00") + 8 == second.index("9.50") + 4
    assert "1234570" in second
    assert "nan" not in first


def test_a_table_shows_the_smallest_and_no_prices() -> None:
    assert "0.000000000000000001" in "\n".join(printed(one_candle()))
    folded = "".join(printed(one_candle(), width=70)).replace(" ", "")
    assert "…" not in folded
    assert candles_table(Candles.empty()).row_count == 0
    assert iso_time(0) == "1970-01-01T00:00:00Z"
