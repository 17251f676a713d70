"""Printed numbers read back as the same float, without exponents where they are short."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.formats import text_of, texts_of
from chandlery.formats.numbers import joined

SAMPLES = {
    64000.0: "64000",
    1e-18: "0.000000000000000001",
    1.25e-9: "0.00000000125",
    1.2345678901234567e-05: "0.000012345678901234568",
    0.1: "0.1",
    100.0: "100",
    0.0: "0",
    -2.5e-7: "-0.00000025",
    -3.0: "-3",
    0.30000000000000004: "0.30000000000000004",
    1e15: "1000000000000000",
    9007199254740993.0: "9007199254740992",
    1e16: "1e16",
    1.5e300: "1.5e300",
    9e-19: "9e-19",
    5e-324: "5e-324",
    math.inf: "inf",
    -math.inf: "-inf",
}


@pytest.mark.parametrize(("value", "text"), SAMPLES.items())
def test_known_numbers(value: float, text: str) -> None:
    assert text_of(value) == text


def test_unknown_is_empty() -> None:
    assert text_of(math.nan) == ""
    assert texts_of(np.array([math.nan, 1.0, math.nan])) == ["", "1", ""]


def test_minus_zero_is_zero() -> None:
    assert text_of(-0.0) == "0"


@given(st.floats(allow_nan=False))
def test_the_text_reads_back_as_the_same_float(value: float) -> None:
    assert float(text_of(value)) == value


@given(st.floats(1e-18, 1e15) | st.floats(-1e15, -1e-18))
def test_no_exponent_and_no_needless_digit(value: float) -> None:
    text = text_of(value)
    assert set(text) <= set("-.0123456789")
    assert not text.endswith(".0")
    assert text == np.format_float_positional(value, trim="-")


@given(st.lists(st.floats() | st.floats(1e-19, 1e-3) | st.integers(-9, 9).map(float)))
def test_a_column_prints_as_each_of_its_numbers(values: list[float]) -> None:
    column = np.array(values, dtype=np.float64)
    assert texts_of(column) == [text_of(value) for value in values]
    assert texts_of(np.repeat(column, 2)[::2]) == texts_of(column)


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_integers_print_whole(values: list[int]) -> None:
    assert texts_of(np.array(values, dtype=np.int64)) == [str(value) for value in values]


COLUMNS = st.lists(
    st.floats(1e-4, 1e14) | st.floats() | st.sampled_from(list(SAMPLES)) | st.just(math.nan)
) | st.lists(st.floats(1e-4, 1e14))


@given(COLUMNS)
def test_a_column_with_commas_is_its_texts(values: list[float]) -> None:
    column = np.array(values, dtype=np.float64)
    expected = ",".join(text or "null" for text in texts_of(column)).encode()
    assert joined(column) == expected


@given(st.lists(st.integers(-(1 << 60), 1 << 60)))
def test_a_column_of_whole_numbers_with_commas_is_its_texts(values: list[int]) -> None:
    assert joined(np.array(values, dtype=np.int64)) == ",".join(map(str, values)).encode()
