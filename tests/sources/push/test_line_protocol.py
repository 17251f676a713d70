"""The line protocol as clients of InfluxDB write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.core.columns import US
from chandlery.core.trades import SELL, UNKNOWN
from chandlery.sources.push import Asked, BodyError, Parsed, read_lines
from tests.engine.builders import START

NOW_US = (START + 60) * US


def read(text: str, precision: str = "ns") -> Parsed:
    return read_lines(text.encode(), precision, NOW_US, Asked(unit="us"))


@pytest.mark.parametrize(
    ("line", "symbol"),
    [
        ("BTCUSDT price=1,size=2", "BTCUSDT"),
        ("trades,symbol=A:B,host=h price=1,amount=2i", "A:B"),
        ("trades,market=A:B price=1,volume=2,best=t", "A:B"),
        ('trades,symbol=A:B price="1",qty="2"', "A:B"),
        (r"tra\ des,symbol=A\=B,other\,tag=x price=1u,size=2", "A=B"),
        (r'BTC\,USD price=1,note="a, b = \"c\" d",size=2', "BTC,USD"),
        ('X price=1,note="with space",size=2,side="sell"', "X"),
    ],
)
def test_lines_of_every_form_are_read(line: str, symbol: str) -> None:
    parsed = read(f"{line} {START}000000000")
    assert parsed.rejected == {}
    assert parsed.symbols == (symbol,)
    assert parsed.rows.price.tolist() == [1.0]
    assert parsed.rows.size.tolist() == [2.0]
    assert parsed.rows.time.tolist() == [START * US]
    assert parsed.rows.side.tolist() == [SELL if "sell" in line else UNKNOWN]


@pytest.mark.parametrize(
    ("precision", "scale"),
    [("ns", 10**9), ("n", 10**9), ("us", 10**6), ("u", 10**6), ("ms", 10**3), ("s", 1)],
)
def test_the_precision_is_that_of_the_request(precision: str, scale: int) -> None:
    parsed = read(f"A price=1,size=1 {START * scale}", precision)
    assert parsed.rows.time.tolist() == [START * US]


def test_minutes_and_hours_too() -> None:
    assert read(f"A price=1,size=1 {START // 60}", "m").rows.time.tolist() == [START * US]
    assert read(f"A price=1,size=1 {START // 3600}", "h").rows.time.tolist() == [START * US]


def test_a_line_without_a_time_is_of_now() -> None:
    assert read("A price=1,size=1").rows.time.tolist() == [NOW_US]


def test_ids_and_sides_are_fields_or_tags() -> None:
    parsed = read(
        "A,side=buy,id=7 price=1,size=1\n"
        'A price=1,size=1,id=8i,sequence=3i\nA price=1,size=1,id="x"'
    )
    assert parsed.rows.side.tolist() == [1, 0, 0]
    assert parsed.rows.id[:2].tolist() == [7, 8]
    assert parsed.rows.is_named.all()
    assert parsed.rows.sequence.tolist() == [0, 3, 0]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("A", "expected measurement, fields and time"),
        ("A price=1,size=1 1 2", "expected measurement, fields and time"),
        ("A price=1", "the field size"),
        ("A size=1", "the field price"),
        ("A price=x,size=1", "price: expected a positive number, found 'x'"),
        ("A price=1,size", "expected name=value"),
        ("A,tag price=1,size=1", "expected name=value"),
        ("A price=1,size=1 soon", "time: expected a whole number"),
        ("A price=1,size=1 1.5", "time: expected a whole number"),
        ('A price=1,size=1,side="buy', "a text that does not end"),
        (r"A\ price=1", "expected measurement"),
        ("A price=0,size=1", "price: expected a positive number"),
    ],
)
def test_a_bad_line_is_named_by_its_number(line: str, reason: str) -> None:
    parsed = read(f"# a comment\nA price=1,size=1\n\n{line}\nA price=1,size=1\n")
    assert parsed.rows.index.tolist() == [1, 4]
    assert list(parsed.rejected) == [3]
    assert reason in parsed.rejected[3]


def test_no_lines_are_refused() -> None:
    with pytest.raises(BodyError, match="lines expected"):
        read("# nothing\n\n")


@given(st.text(alphabet='ab=, "\\1i.', max_size=40))
def test_any_line_is_read_or_named(line: str) -> None:
    parsed = read(f"A price=1,size=1\n{line}")
    assert 0 in parsed.rows.index
    assert not set(parsed.rejected) & set(parsed.rows.index.tolist())


SPELT = st.sampled_from(["1", "2.5", "3i", "1e2", '"4"', "x", "0"])
NAMED = st.fixed_dictionaries(
    {"price": SPELT, "size": SPELT},
    optional={
        "side": st.sampled_from(['"buy"', "sell", '"up"']),
        "id": st.sampled_from(["7", "8i", '"x"', "-9i"]),
        "sequence": st.sampled_from(["1i", "2"]),
        "note": st.sampled_from(['"plain"', '"two words"', "t"]),
    },
)


@given(
    st.lists(NAMED, min_size=1, max_size=6),
    st.booleans(),
    st.sampled_from(["A", "A,symbol=B", "A,host=h,market=C", "A,id=5,side=buy"]),
    st.sampled_from(["", f" {START}000000000"]),
)
def test_lines_of_one_layout_say_what_each_says_alone(
    rows: list[dict[str, str]], is_alike: bool, head: str, time: str
) -> None:
    rows = [rows[0]] * len(rows) if is_alike else rows
    lines = [f"{head} {','.join(f'{k}={v}' for k, v in row.items())}{time}" for row in rows]
    # A comment has every line taken apart by itself.
    together, apart = read("\n".join(lines)), read("\n".join(["# one by one", *lines]))
    assert together.symbols == apart.symbols
    assert together.rejected == {row - 1: reason for row, reason in apart.rejected.items()}
    for name, column in together.rows.columns().items():
        other = apart.rows.columns()[name]
        assert column.tolist() == (other - 1 if name == "index" else other).tolist()


@pytest.mark.parametrize("start", ["A price=1,size=1,", "A,"])
def test_a_line_beyond_all_measure_is_named(start: str) -> None:
    parsed = read(f"A price=1,size=1\n{start}{'a=1,' * 20_000}b=1 price=1,size=1\nA price=1,size=1")
    assert parsed.rows.index.tolist() == [0, 2]
    assert "at most 65,536 characters" in parsed.rejected[1]
