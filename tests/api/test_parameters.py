from __future__ import annotations

from contextlib import suppress
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.api import parameters
from chandlery.api.cursors import Cursor, cursor_of
from chandlery.api.parameters import ParameterError, Parameters
from chandlery.core.errors import UsageError

LIMIT = parameters.whole("limit", "", bounds=(1, 50), default=7)
WORD = parameters.text("word", "", example="x")
MODE = parameters.choice("mode", "", ("a", "b"))
START = parameters.moment("start", "")
ACCEPTED = Parameters(LIMIT, WORD, MODE, START)


def test_what_is_left_out_has_its_default() -> None:
    given = ACCEPTED.read(b"")
    assert (given[LIMIT], given[WORD], given[MODE], given[START]) == (7, "", "a", None)
    assert not given.has(LIMIT)


def test_what_is_given_is_read() -> None:
    given = ACCEPTED.read(b"mode=b&word=%20a+b%26&limit=50&start=1970-01-02")
    assert (given[LIMIT], given[WORD], given[MODE], given[START]) == (50, "a b&", "b", 86_400)
    assert given.has(LIMIT)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(query: bytes) -> None:
    with suppress(UsageError):
        ACCEPTED.read(query)


@given(st.text(min_size=1))
def test_any_text_comes_through_or_is_refused(text: str) -> None:
    if any(0xD800 <= ord(character) < 0xE000 for character in text):
        return
    try:
        given = ACCEPTED.read(f"word={quote(text)}".encode())
    except ParameterError:
        return
    assert given[WORD] == text.strip()


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+23:59"])
def test_times_at_the_edge_of_the_calendar_are_read(text: str) -> None:
    seconds = ACCEPTED.read(f"start={quote(text)}".encode())[START]
    assert seconds is not None
    assert abs(seconds) < 1 << 40


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1), st.text())
def test_a_cursor_gives_back_what_was_put_in(first: int, second: int, question: str) -> None:
    text = cursor_of(question, (first, second))
    assert text.isascii()
    assert quote(text) == text
    assert Cursor(text).open(question, tuple[int, int]) == (first, second)


@given(st.text(max_size=80))
def test_any_other_cursor_is_refused(text: str) -> None:
    with pytest.raises(ParameterError):
        Cursor(text).open("question", tuple[int, int])


def test_a_cursor_of_another_kind_is_refused() -> None:
    with pytest.raises(ParameterError):
        Cursor(cursor_of("q", ("a", 1))).open("q", tuple[int, int])
