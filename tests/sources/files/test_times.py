from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.sources.files.parse.faults import Faults
from chandlery.sources.files.parse.times import UNITS, TimeReader
from tests.sources.files.reading import START_S, read_text

US = START_S * 1_000_000
_PER_S = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def microseconds(*texts: str, unit: str | None = None) -> list[int]:
    faults = Faults(len(texts))
    found = TimeReader(unit).of_values([text.encode() for text in texts], faults)
    assert not len(faults)
    return [int(moment) for moment in found]


@pytest.mark.parametrize(
    "text",
    [
        f"{START_S}.123456",
        f"{START_S}123.456",
        f"{START_S}123456",
        f"{START_S}123456.9",
        f"{START_S}123456789",
        f"{START_S}.1234567",
        "2024-01-01T00:00:00.123456",
        "2024-01-01 00:00:00.123456",
        "2024-01-01T00:00:00.123456Z",
        "2024-01-01T00:00:00.123456+00:00",
        "2024-01-01T02:00:00.123456+02:00",
        "2023-12-31 19:00:00.123456-05:00",
        "2023-12-31T19:00:00.123456-0500",
    ],
)
def test_every_spelling_is_exact_to_the_microsecond(text: str) -> None:
    assert microseconds(text) == [US + 123_456]
    assert microseconds(text, text) == [US + 123_456] * 2


def test_a_date_is_its_midnight_and_exponents_are_numbers() -> None:
    assert microseconds("2024-01-01") == [US]
    assert microseconds("1.7040672e9") == [US]


def test_a_leap_second_is_the_second_before_it_once_more() -> None:
    texts = ("2016-12-31T23:59:59.5Z", "2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00Z")
    last = 1_483_228_799_500_000
    assert microseconds(*texts) == [last, last, last + 500_000]


@pytest.mark.parametrize("text", ["17e04067380", "-17e04067380", "9" * 400])
def test_an_enormous_number_is_no_time(text: str) -> None:
    faults = Faults(1)
    TimeReader(None).of_values([text.encode()], faults)
    assert len(faults) == 1


def test_forms_may_be_mixed() -> None:
    texts = ("2024-01-01", f"{START_S}", f"{START_S}.5", "2024-01-01T00:00:00Z")
    assert microseconds(*texts) == [US, US, US + 500_000, US]


@given(st.sampled_from(UNITS), st.integers(1_240_000_000, 4_000_000_000), st.data())
def test_integers_are_never_rounded(unit: str, second: int, data: st.DataObject) -> None:
    fraction = data.draw(st.integers(0, _PER_S[unit] - 1))
    number = second * _PER_S[unit] + fraction
    expected = number * 1_000_000 // _PER_S[unit]
    assert microseconds(str(number)) == [expected]
    assert microseconds(str(number), unit=unit) == [expected]


def test_the_unit_is_decided_by_most_rows_not_by_the_first(tmp_path: Path) -> None:
    rows = [f"{START_S}000,1,1"] + [f"{START_S + n},1,1" for n in range(9)]
    whole = read_text(tmp_path, "time,price,size\n" + "\n".join(rows))
    assert whole.trades.time.tolist() == [US + n * 1_000_000 for n in range(9)]
    assert [bad.line for bad in whole.bad] == [2]


def test_a_given_unit_is_taken_at_its_word(tmp_path: Path) -> None:
    whole = read_text(tmp_path, f"time,price,size\n{START_S},1,1\n", time_unit="ms")
    assert whole.bad_count == 1
    assert "in ms" in whole.bad[0].reason


def test_units_may_change_within_an_archive() -> None:
    faults = Faults(3)
    numbers = np.array([START_S * 1000, US + 7, 12])
    found = TimeReader(None, by_row=True).of_numbers(numbers, None, faults)
    assert found.tolist()[:2] == [US, US + 7]
    assert faults.bad.tolist() == [False, False, True]
