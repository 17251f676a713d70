from __future__ import annotations

import math

import pytest

from chandlery.doctor.history import History, history_of, is_number, number_of


def test_columns_become_bars() -> None:
    told = {"s": "ok", "t": [60], "o": [1], "h": [4], "l": [0.5], "c": [2], "v": [7]}
    assert history_of(told) == History("ok", ((60, 1.0, 4.0, 0.5, 2.0, 7.0),))  # type: ignore[arg-type]


def test_columns_left_out_are_the_close() -> None:
    (bar,) = history_of({"s": "ok", "t": [60], "c": ["2.5"]}).bars
    assert bar[:5] == (60, 2.5, 2.5, 2.5, 2.5)
    assert math.isnan(bar.v)


def test_what_cannot_be_read_is_not_a_number() -> None:
    (bar,) = history_of({"s": "ok", "t": [None, 60], "c": [1, None], "o": [1]}).bars
    assert bar.t == 60
    assert math.isnan(bar.c)
    assert math.isnan(bar.o)


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ([], "the answer is no JSON object"),
        ({}, "s is None"),
        ({"s": "error", "errmsg": "busy"}, "busy"),
    ],
)
def test_anything_else_is_an_error(told: object, message: str) -> None:
    assert history_of(told) == History("error", message=message)


def test_the_next_time_is_taken_as_it_is() -> None:
    assert history_of({"s": "no_data", "nextTime": 60}).next_time == 60
    assert history_of({"s": "no_data", "nextTime": "soon"}).next_time is None


@pytest.mark.parametrize("value", [True, None, "1", math.nan, math.inf, [1]])
def test_what_is_no_number(value: object) -> None:
    assert not is_number(value)


def test_texts_are_read_as_numbers() -> None:
    assert number_of("1.5") == 1.5
    assert math.isnan(number_of("one"))
    assert math.isnan(number_of(None))
