from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.api.query import Query
from chandlery.core.errors import UsageError


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(encoded: bytes) -> None:
    with suppress(UsageError):
        query = Query.parse(encoded)
        for name in (*query._values, "other"):
            for read in (query.optional, query.truth, query.whole, query.optional_seconds):
                with suppress(UsageError):
                    read(name)


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_values_come_back_as_they_were_sent(values: dict[str, str]) -> None:
    query = Query.parse(urlencode(values).encode())
    assert {name: query.raw(name) for name in values} == values


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("-5", -5), ("10.5", 11), ("-10.5", -10), ("7.000", 7), ("7.", 7), ("1e3", None)],
)
def test_seconds_are_rounded_up(text: str, seconds: int | None) -> None:
    query = Query.parse(f"t={text}".encode())
    if seconds is None:
        with pytest.raises(UsageError, match="seconds since 1970 expected for t"):
            query.seconds("t")
    else:
        assert query.seconds("t") == seconds


def test_what_is_not_asked_for_is_ignored() -> None:
    query = Query.parse(b"x=1&x=2&y=%00&a=b")
    assert query.text("a") == "b"


@pytest.mark.parametrize(
    ("text", "wish"), [("true", True), ("TRUE", True), ("1", True), ("false", False), ("", False)]
)
def test_a_wish_is_true_or_false(text: str, wish: bool) -> None:
    assert Query.parse(f"w={text}".encode()).truth("w") is wish
