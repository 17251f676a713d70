from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest

from chandlery.core.candles import Candles
from chandlery.formats.arrow import MissingExtraError, candles_arrow, candles_parquet
from tests.engine.builders import START, candles

ABOUT = {"symbol": "A:B"}


def some() -> Candles:
    bars = candles([START, START + 60], price=1e-18)
    return replace(bars, q=np.array([np.nan, 0.0]))


def test_an_arrow_stream_holds_numbers_exactly_and_null_for_the_unknown() -> None:
    ipc = pytest.importorskip("pyarrow.ipc")
    table = ipc.open_stream(candles_arrow(some(), ABOUT)).read_all()
    assert table.column_names == ["t", "o", "h", "l", "c", "v", "q", "n", "bv"]
    assert table["t"].to_pylist() == [START, START + 60]
    assert table["o"].to_pylist() == [1e-18, 1e-18]
    assert table["q"].to_pylist() == [None, 0.0]
    assert table.schema.metadata == {b"symbol": b"A:B"}


def test_a_parquet_file_holds_the_same() -> None:
    ipc, parquet = pytest.importorskip("pyarrow.ipc"), pytest.importorskip("pyarrow.parquet")
    streamed = ipc.open_stream(candles_arrow(some(), ABOUT)).read_all()
    assert parquet.read_table(BytesIO(candles_parquet(some(), ABOUT))).equals(streamed)


def test_no_bars_are_a_table_without_rows() -> None:
    ipc = pytest.importorskip("pyarrow.ipc")
    table = ipc.open_stream(candles_arrow(Candles.empty(), {})).read_all()
    assert (table.num_rows, table.num_columns) == (0, 9)
    assert str(table.schema.field("t").type) == "int64"


def test_what_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(MissingExtraError) as caught:
        candles_parquet(some(), ABOUT)
    assert "pip install chandlery[arrow]" in caught.value.hint
