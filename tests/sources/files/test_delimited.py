from __future__ import annotations

from pathlib import Path

import pytest

from chandlery.core.errors import InputError
from chandlery.core.trades import BUY, SELL, UNKNOWN, id_of_text
from tests.sources.files.reading import START_S, read_text

US = START_S * 1_000_000
ROWS = [(US, 100.5, 2.0, BUY, 7), (US + 1_000_000, 101.0, 0.25, SELL, 8)]


@pytest.mark.parametrize(
    "text",
    [
        f"time,price,size,side,id\n{START_S},100.5,2,buy,7\n{START_S + 1},101,0.25,sell,8\n",
        f"{START_S},100.5,2,buy,7\n{START_S + 1},101,0.25,sell,8",
        f"TS;PX;Qty;Taker_Side;Trade ID\r\n{START_S};100.5;2;B;7\r\n{START_S + 1};101;.25;S;8\r\n",
        f"\ufefftime\tprice\tsize\tside\tid\n{START_S}\t100.5\t2\t1\t7\n\n"
        f"{START_S + 1}\t101\t0.25\t-1\t8\n",
        f'"time"|"price"|"size"|"side"|"id"\n"{START_S}"|"100.5"|"2"|"BUY"|"7"\n'
        f"{START_S + 1}|101|0.25|Sell|8\n",
        f"# made by hand\ntime,price,size,side,id\n{START_S},100.5,2,bid,7\n# a pause\n"
        f"{START_S + 1},101,0.25,ask,8\n",
        f"#time,price,size,side,id\n{START_S},100.5,2,buy,7\n{START_S + 1},101,0.25,sell,8\n",
        f"agg_trade_id,price,quantity,transact_time,is_buyer_maker\n7,100.5,2,{START_S}000,false\n"
        f"8,101,0.25,{START_S + 1}000,true\n",
        f"E,T,m,p,q,t\n0,{START_S}000,False,100.5,2,7\n0,{START_S + 1}000,True,101,0.25,8\n",
        f"time, price, size, side, id\n {START_S}, 100.5, 2, buy, 7\n{START_S + 1}, 101,.25,sell,8",
        'time,price,size,side,id,note\n2024-01-01,100.5,2,buy,7,"one, two"\n'
        '2024-01-01 00:00:01,101,0.25,sell,8,"say ""no"""\n',
    ],
    ids=["header", "bare", "semicolons", "tabs", "quotes", "comments", "hashed header", "binance",
         "letters", "spaces", "quoted delimiters"],
)  # fmt: skip
def test_the_spellings_of_a_table_give_the_same_trades(tmp_path: Path, text: str) -> None:
    whole = read_text(tmp_path, text)
    assert whole.rows == ROWS
    assert whole.bad_count == 0
    assert whole.trades.sequence.tolist() == [0, 0]


def test_columns_are_taken_as_the_user_names_them(tmp_path: Path) -> None:
    text = f"a1,b1,c1,d1\n{START_S},x,5,2\n"
    whole = read_text(tmp_path, text, columns={"time": "a1", "price": "3", "size": "d1"})
    assert [row[:3] for row in whole.rows] == [(US, 5.0, 2.0)]
    bare = read_text(
        tmp_path, f"9,2,5,{START_S}\n", columns={"time": "4", "price": "3", "size": "2"}
    )
    assert [row[:3] for row in bare.rows] == [(US, 5.0, 2.0)]


def test_symbols_of_a_column_are_numbered(tmp_path: Path) -> None:
    text = f"time,price,size,symbol\n{START_S},1,1,A\n{START_S},2,1,B\n{START_S},3,1,A\n"
    whole = read_text(tmp_path, text, market=None)
    assert whole.symbols == {"A": whole.trades.market[0], "B": whole.trades.market[1]}
    assert whole.trades.market[2] == whole.trades.market[0]


def test_quotes_that_hold_a_delimiter_or_stand_in_a_value_are_read_as_such(tmp_path: Path) -> None:
    text = f'time,price,size\n{START_S},"1,5"\n{START_S},1"5,2\n"{START_S}",5,"2"\n'
    whole = read_text(tmp_path, text)
    assert [row[:3] for row in whole.rows] == [(US, 5.0, 2.0)]
    assert [(bad.line, bad.found) for bad in whole.bad] == [(2, "2"), (3, "'1\"5'")]


def test_a_file_of_several_markets_is_not_taken_for_one(tmp_path: Path) -> None:
    text = f"time,price,size,symbol\n{START_S},1,1,A\n{START_S},2,1,B\n"
    with pytest.raises(InputError, match="several markets"):
        read_text(tmp_path, text, market="A")


def test_a_file_without_symbols_needs_a_market(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="which market"):
        read_text(tmp_path, f"time,price,size\n{START_S},1,1\n", market=None)


def test_ids_that_are_text_are_negative_and_in_the_files_order(tmp_path: Path) -> None:
    text = f"time,price,size,id\n{START_S},1,1,x\n{START_S},2,1,y_1\n{START_S + 1},3,1,12\n"
    whole = read_text(tmp_path, text)
    assert whole.trades.id.tolist() == [id_of_text("x"), id_of_text("y_1"), 12]
    assert whole.trades.sequence.tolist() == [0, 1, 0]


def test_bare_rows_of_four_hold_a_side_or_an_id(tmp_path: Path) -> None:
    sided = read_text(tmp_path, f"{START_S},1,1,buy\n{START_S},1,1,sell\n")
    assert sided.trades.side.tolist() == [BUY, SELL]
    numbered = read_text(tmp_path, f"{START_S},1,1,17\n{START_S},1,1,18\n")
    assert numbered.trades.id.tolist() == [17, 18]
    assert numbered.trades.side.tolist() == [UNKNOWN, UNKNOWN]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("time,size\n1,2\n", "no column for price", "--columns time=time,price="),
        ("time;price;size\n1;2;3\n", "no column for time", "delimiter"),
        ("a,b,c\nx,y,z\n", "columns found: a, b, c", "--columns"),
        ("time,price,amount,volume\n1,2,3,4\n", "could be the size: amount, volume", "size=amount"),
        ("date,time,price,size\n1,2,3,4\n", "could be the time: date, time", "time=date"),
        (f"{START_S},1,2,3,4,5\n", "no column for", "interval"),
        ("1,2,3\n", "no column for", "--columns"),
    ],
)
def test_what_cannot_be_told_is_asked(tmp_path: Path, text: str, message: str, hint: str) -> None:
    given = {"delimiter": ","} if ";" in text else {}
    with pytest.raises(InputError, match=r"trades\.csv: ") as caught:
        read_text(tmp_path, text, **given)
    assert message in str(caught.value)
    assert hint in caught.value.hint


def test_unknown_columns_of_the_option_are_refused(tmp_path: Path) -> None:
    text = f"time,price,size\n{START_S},1,1\n"
    with pytest.raises(InputError, match="no column 'px'") as caught:
        read_text(tmp_path, text, columns={"price": "px"})
    assert "time, price, size" in caught.value.hint
    with pytest.raises(InputError, match="unknown field 'cost'"):
        read_text(tmp_path, text, columns={"cost": "price"})
