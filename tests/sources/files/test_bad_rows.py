from __future__ import annotations

from pathlib import Path

import pytest

from chandlery.core.errors import InputError
from tests.sources.files.reading import START_S, read_text, written

HEADER = "time,price,size,side\n"
GOOD = f"{START_S},1,1,buy\n"


@pytest.mark.parametrize(
    ("row", "column", "found", "reason"),
    [
        (f"{START_S},abc,1,buy", "price", "'abc'", "expected a number"),
        (f"{START_S},,1,buy", "price", "''", "expected a number"),
        (f"{START_S},1_0,1,buy", "price", "'1_0'", "expected a number"),
        (f"{START_S},nan,1,buy", "price", "'nan'", "expected a positive number"),
        (f"{START_S},0,1,buy", "price", "'0'", "expected a positive number"),
        (f"{START_S},1,-3,buy", "size", "'-3'", "expected a positive number"),
        (f"{START_S},1,inf,buy", "size", "'inf'", "expected a positive number"),
        (f"{START_S},1,1,up", "side", "'up'", "expected buy or sell"),
        ("soon,1,1,buy", "time", "'soon'", "expected a time (seconds, ms, us or ns"),
        ("2024-01-01T00:00:00 0,1,1,buy", "time", "'2024-01-01T00:00:00 0'", "expected a time"),
        ("2024-01-01T00:00:000,1,1,buy", "time", "'2024-01-01T00:00:000'", "expected a time"),
        ("5,1,1,buy", "time", "'5'", "expected a time between 2009 and 2100 in s"),
        (f"{START_S}000,1,1,buy", "time", f"'{START_S}000'", "2009 and 2100 in s"),
        ("99999999999999999999999,1,1,buy", "time", "'9999", "expected a time"),
        ("2150-01-01,1,1,buy", "time", "'2150-01-01'", "2009 and 2100"),
        (f"{START_S},1", "size", "2", "expected 4 fields"),
        (f"{START_S},1,1,buy,9", "", "5", "expected 4 fields"),
        (f"{START_S},{'x' * 90},1,buy", "price", "xxx...'", "expected a number"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_goes_on(
    tmp_path: Path, row: str, column: str, found: str, reason: str
) -> None:
    whole = read_text(tmp_path, f"{HEADER}{GOOD}{row}\n{GOOD}{GOOD}")
    assert len(whole.trades) == 3
    assert whole.bad_count == 1
    (bad,) = whole.bad
    assert (bad.line, bad.column) == (3, column)
    assert found in bad.found
    assert reason in bad.reason
    where = f"{tmp_path / 'trades.csv'}:3: " + (f"{column}: " if column else "")
    assert str(bad) == f"{where}{bad.reason}, found {bad.found}"


def test_bytes_that_are_no_text_are_a_bad_row(tmp_path: Path) -> None:
    whole = read_text(tmp_path, HEADER.encode() + GOOD.encode() + b"\xff\xfe,1,1,buy\n")
    assert (len(whole.trades), whole.bad[0].line, whole.bad[0].reason) == (
        1,
        3,
        "expected UTF-8 text",
    )


def test_line_numbers_count_comments_blank_lines_and_quotes(tmp_path: Path) -> None:
    text = f'# one\n\n{HEADER}{GOOD}\n# six\n"{START_S}","x","1","buy"\n'
    whole = read_text(tmp_path, text)
    assert [(bad.line, bad.found) for bad in whole.bad] == [(7, "'x'")]


def test_all_bad_rows_are_counted_and_twenty_named(tmp_path: Path) -> None:
    rows = "".join(f"{START_S},{'x' if n % 2 else 1},1,buy\n" for n in range(100))
    whole = read_text(tmp_path, HEADER + rows, chunk_rows=7)
    assert (len(whole.trades), whole.bad_count) == (50, 50)
    assert [bad.line for bad in whole.bad] == list(range(3, 43, 2))
    assert sum(chunk.rows for chunk in whole.chunks) == 100


def test_strict_stops_at_the_first_bad_row(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"trades\.csv:3: price: expected a number, found 'x'"):
        read_text(tmp_path, f"{HEADER}{GOOD}{START_S},x,1,buy\n", strict=True)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"time,price,size\n", "holds no rows"),
        (b"# nothing\n", "holds no rows"),
        (bytes(range(256)) * 50, "binary"),
        ("time,price\n".encode("utf-16"), "UTF-16"),
        (b"BZh91AY&SY", "bzip2"),
        (b"1" * (17 << 20), "no line end"),
    ],
    ids=["empty", "blank", "header only", "comments only", "binary", "utf-16", "bzip2", "one line"],
)
def test_a_file_that_holds_no_table_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_text(tmp_path, data)
    assert str(written(tmp_path, b"")) in str(caught.value)
