from __future__ import annotations

from pathlib import Path

import pytest

from chandlery.core.trades import BUY, SELL
from tests.sources.files.reading import START_S, read_text

MS, US = START_S * 1000, START_S * 1_000_000
EXPECTED = [(US, 100.5, 2.0, SELL, 7), (US + 5, 101.0, 0.25, BUY, 8)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("trades", f"7,100.5,2,201,{MS},True,True\n8,101,0.25,25.25,{US + 5},False,True\n"),
        ("aggTrades", f"7,100.5,2,70,71,{MS},True,True\n8,101,0.25,72,72,{US + 5},False,True\n"),
        ("aggTrades", f"7,100.5,2,70,71,{MS},true\n8,101,0.25,72,72,{US + 5},false\n"),
        ("trades", f"7,100.5,2,201,{MS},true\n8,101,0.25,25.25,{US + 5},false\n"),
    ],
    ids=["spot trades", "spot aggregated", "futures aggregated", "futures trades"],
)
def test_archives_of_trades_in_milliseconds_and_then_microseconds(
    tmp_path: Path, name: str, text: str
) -> None:
    whole = read_text(tmp_path, text, f"BTCUSDT-{name}-2024-12.csv", market=None)
    assert whole.rows == EXPECTED
    assert list(whole.symbols) == ["BINANCE:BTCUSDT"]
    assert whole.bad_count == 0


def test_archives_of_futures_have_a_header(tmp_path: Path) -> None:
    text = f"id,price,qty,quote_qty,time,is_buyer_maker\n7,100.5,2,201,{MS},true\n"
    assert read_text(tmp_path, text, "ETHUSDT-trades-2024-01-01.csv").rows == EXPECTED[:1]


def test_archives_of_klines_name_their_market_and_interval(tmp_path: Path) -> None:
    text = (
        f"{MS},1,3,0.5,2,10,{MS + 59_999},20,5,4,8,0\n"
        f"{US + 60_000_000},1,3,0.5,2,10,{US + 119_999_999},20,5,4,8,0\n"
    )
    whole = read_text(tmp_path, text, "BTCUSDT-1m-2024-12.csv", market=None)
    assert whole.interval == "1m"
    assert list(whole.symbols) == ["BINANCE:BTCUSDT"]
    assert whole.candles.t.tolist() == [START_S, START_S + 60]
    assert whole.candles.n.tolist() == [5, 5]


def test_names_of_months_are_intervals_too(tmp_path: Path) -> None:
    row = f"{MS},1,3,0.5,2,10,{MS + 59_999},20,5,4,8,0\n"
    assert read_text(tmp_path, row, "BTCUSDT-1mo-2024-01.csv").interval == "1M"


def test_what_the_user_says_wins_over_the_name(tmp_path: Path) -> None:
    row = f"{MS},1,3,0.5,2,10,{MS + 59_999},20,5,4,8,0\n"
    whole = read_text(tmp_path, row, "BTCUSDT-1m-2024-12.csv", market="MINE", interval="1h")
    assert (list(whole.symbols), whole.interval) == (["MINE"], "1h")
