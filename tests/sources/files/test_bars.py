from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chandlery.core.errors import InputError
from tests.sources.files.reading import START_S, read_text

HEADER = "time,open,high,low,close,volume\n"


def rows(*times: int) -> str:
    return "".join(f"{time},10,12,9,11,5\n" for time in times)


@pytest.mark.parametrize(
    "text",
    [
        HEADER + rows(START_S, START_S + 60),
        rows(START_S, START_S + 60),
        "T,O,H,L,C,V\n" + rows(START_S, START_S + 60),
        HEADER + rows(START_S * 1000, START_S * 1000 + 60_000),
        "Date,Open,High,Low,Close,Volume\n2024-01-01 00:00,10,12,9,11,5\n"
        "2024-01-01 00:01,10,12,9,11,5\n",
    ],
)
def test_tables_of_bars(tmp_path: Path, text: str) -> None:
    whole = read_text(tmp_path, text, interval="1m")
    bars = whole.candles
    assert whole.interval == "1m"
    assert bars.t.tolist() == [START_S, START_S + 60]
    assert [column[0] for column in (bars.o, bars.h, bars.l, bars.c, bars.v)] == [10, 12, 9, 11, 5]
    assert np.isnan(bars.q).all()
    assert np.isnan(bars.bv).all()
    assert bars.n.tolist() == [0, 0]
    assert bars.given.all()
    assert not len(whole.trades)


def test_a_missing_volume_is_zero_and_old_dates_are_fine(tmp_path: Path) -> None:
    text = "DATE,OPEN,HIGH,LOW,CLOSE\n1990-01-02,17,18,16,17\n1990-01-03,17,18,16,17\n"
    whole = read_text(tmp_path, text)
    assert (whole.interval, whole.candles.v.tolist()) == ("1d", [0, 0])
    assert whole.candles.t[0] == 631_238_400


def test_the_interval_is_told_from_the_times_whatever_the_chunks(tmp_path: Path) -> None:
    times = [START_S + n * 900 for n in range(9) if n != 4]
    whole = read_text(tmp_path, HEADER + rows(*times), chunk_rows=1)
    assert (whole.interval, len(whole.chunks)) == ("15m", 8)


@pytest.mark.parametrize("times", [(START_S,), (START_S, START_S + 77), (START_S, START_S)])
def test_times_that_tell_no_interval_are_asked_for(tmp_path: Path, times: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="how long are the bars") as caught:
        read_text(tmp_path, HEADER + rows(*times))
    assert "--interval" in caught.value.hint


def test_bars_are_sorted_and_the_last_of_a_time_wins(tmp_path: Path) -> None:
    text = HEADER + rows(START_S + 60, START_S) + f"{START_S + 60},10,12,9,11,7\n"
    bars = read_text(tmp_path, text, interval="1m").candles
    assert bars.t.tolist() == [START_S, START_S + 60]
    assert bars.v.tolist() == [5, 7]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("10,9,9,11,5", "high"),
        ("10,12,10.5,11,5", "low"),
        ("10,12,0,11,5", "low"),
        ("10,inf,9,11,5", "high"),
        ("x,12,9,11,5", "open"),
        ("10,12,9,11,-5", "volume"),
        ("10,12,9,11,", "volume"),
    ],
)
def test_bars_that_cannot_be_are_bad_rows(tmp_path: Path, row: str, column: str) -> None:
    text = f"{HEADER}{rows(START_S)}{START_S + 60},{row}\n"
    whole = read_text(tmp_path, text, interval="1m")
    assert [(bad.line, bad.column) for bad in whole.bad] == [(3, column)]
    assert len(whole.candles) == 1


def test_volumes_that_are_not_known_are_left_open(tmp_path: Path) -> None:
    text = (
        "time,open,high,low,close,volume,quote_volume,count,taker_buy_volume\n"
        f"{START_S},1,1,1,1,1,,,\n{START_S + 60},1,1,1,1,1,5,6,7\n"
        f"{START_S + 120},1,1,1,1,1,-1,-1,-1\n"
    )
    bars = read_text(tmp_path, text, interval="1m").candles
    assert bars.q.tolist()[1:2] == [5]
    assert np.isnan(bars.q).tolist() == np.isnan(bars.bv).tolist() == [True, False, True]
    assert bars.n.tolist() == [0, 6, 0]


def test_trades_are_not_taken_for_bars(tmp_path: Path) -> None:
    for text in (f"time,price,size\n{START_S},1,1\n", f"{START_S},1,1\n"):
        with pytest.raises(InputError, match="no column for"):
            read_text(tmp_path, text, interval="1m")


def test_several_columns_of_volume_have_to_be_told_apart(tmp_path: Path) -> None:
    text = f"unix,symbol,open,high,low,close,Volume BTC,Volume USD\n{START_S},A,1,1,1,1,5,6\n"
    with pytest.raises(InputError, match="Volume BTC, Volume USD"):
        read_text(tmp_path, text, interval="1m")
    whole = read_text(tmp_path, text, interval="1m", columns={"volume": "Volume BTC"})
    assert whole.candles.v.tolist() == [5]
