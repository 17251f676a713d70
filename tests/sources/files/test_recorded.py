"""Recordings of real exchanges; they are not part of the project."""

from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np
import pytest

from tests.sources.files.reading import read_path, recording, written

pytestmark = pytest.mark.recorded


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("btcusdt_trade_20240808", 9757),
        ("btcusdt_trade_20240809", 10_147),
        ("usdm_btcusdt_trade_20240808", 21_313),
    ],
)
def test_streams_of_trades(name: str, count: int) -> None:
    whole = read_path(recording(f"binance/streams/{name}.jsonl.gz"), market=None)
    assert (len(whole.trades), whole.bad_count) == (count, 0)
    assert list(whole.symbols) == ["BINANCE:BTCUSDT"]
    if name.startswith("btcusdt"):
        assert np.all(np.diff(whole.trades.id) == 1)


def test_the_trades_among_other_messages() -> None:
    whole = read_path(recording("binance/streams/btcusdt_mixed_20240809_head.jsonl.gz"))
    assert (len(whole.trades), whole.bad_count) == (1021, 0)


@pytest.mark.parametrize(
    ("folder", "interval"),
    [("15m/2024-12-30", "15m"), ("1d/2024-01-01", "1d"), ("3d/2020-01-01", "3d"),
     ("1w/2020-01-01", "1w"), ("1M/2010-01-01", "1M")],
)  # fmt: skip
def test_klines_as_the_exchange_sent_them(tmp_path: Path, folder: str, interval: str) -> None:
    with tarfile.open(recording("binance/klines/BTCUSDT.tar.xz")) as archive:
        member = archive.extractfile(f"BTCUSDT/{folder}.json")
        assert member is not None
        whole = read_path(written(tmp_path, member.read(), "klines.json"))
    assert (whole.interval, whole.bad_count) == (interval, 0)
    assert len(whole.candles) > 50
    assert np.all(whole.candles.bv <= whole.candles.v)


def test_daily_bars_of_an_index_without_volume() -> None:
    whole = read_path(recording("vix-daily.csv"), market="VIX", interval="1d")
    assert whole.candles.t[0] == 631_238_400
    assert len(whole.candles) + whole.bad_count > 9000
    assert not whole.candles.v.any()
    # The table itself holds bars whose high is below their close, or low above.
    assert whole.bad_count < 50
    assert {bad.column for bad in whole.bad} <= {"HIGH", "LOW"}
