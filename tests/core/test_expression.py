"""The language of events: exact, small, and of no harm."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.core.errors import ConfigError
from chandlery.core.expression import MOST_DEPTH, ExpressionError, parse

EVENT = {
    "amount": "1500000000000000000",
    "huge": str((1 << 256) - 1),
    "n": 3,
    "f": 0.1,
    "is_long": True,
    "kind": "open",
    "none": None,
    "args": {"pool": "A:B", "0": "zero"},
    "list": [1],
    "far": 1e300,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", Decimal(7)),
        ("(1 + 2) * 3", Decimal(9)),
        ("8 / 2 / 2", Decimal(2)),
        ("8 - 2 - 2", Decimal(4)),
        ("--3", Decimal(3)),
        ("-n * 2", Decimal(-6)),
        ("abs(-n)", Decimal(3)),
        ("amount / 1e18", Decimal("1.5")),
        ("huge + 0", Decimal((1 << 256) - 1)),
        ("f", Decimal("0.1")),
        ("args.pool", "A:B"),
        ("args.0", "zero"),
        ("'buy' if is_long == true else 'sell'", "buy"),
        ('"buy" if is_long == false else "sell"', "sell"),
        ("'a' if kind == 'close' else 'b' if kind == 'open' else 'c'", "b"),
        ("1 if n > 2 else 0", Decimal(1)),
        ("1 if n <= 2 else 0", Decimal(0)),
        ("1 if n < amount else 0", Decimal(1)),
        ("1 if n >= 3 else 0", Decimal(1)),
        ("1 if amount == 1.5e18 else 0", Decimal(1)),
        ("1 if none == null else 0", Decimal(1)),
        ("1 if kind != 3 else 0", Decimal(1)),
        ("(1 if n == 3 else 2) * 2", Decimal(2)),
        ("n if n == 3 else n / 0", Decimal(3)),
    ],
)
def test_it_computes(text: str, value: object) -> None:
    assert parse(text)(EVENT) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "1 2",
        "(1",
        "1)",
        "a if b",
        "a if b == 1",
        "if",
        "a == b",
        "a.b.",
        "__import__('os')",
        "a[0]",
        "a ** 2",
        "a; b",
        "'open",
        "x" * 2_000,
        "(" * 100 + "1" + ")" * 100,
        "1e9999",
        "lambda: 1",
        "a ? b : c",
    ],
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(text)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("missing", "the field missing expected, found none"),
        ("args.nothing", "the field args.nothing expected"),
        ("kind.x", "the field kind.x expected"),
        ("list", "a number or a text expected"),
        ("args", "a number or a text expected"),
        ("kind + 1", "a number expected, found 'open'"),
        ("is_long * 2", "a number expected, found True"),
        ("n / 0", "3 is divided by 0"),
        ("0 / 0", "cannot be computed"),
        ("none + 1", "a number expected, found None"),
        ("n > kind", "a number expected, found 'open'"),
        ("1 if n > kind else 2", "a number expected, found 'open'"),
    ],
)
def test_what_cannot_be_computed_is_told(text: str, told: str) -> None:
    if text == "n > kind":
        with pytest.raises(ConfigError):
            parse(text)
        return
    with pytest.raises(ExpressionError, match=told.replace("(", r"\(")):
        parse(text)(EVENT)


def test_numbers_cannot_grow_beyond_measure() -> None:
    product = " * ".join(["far"] * 60)
    with pytest.raises(ExpressionError, match="cannot be computed"):
        parse(product)(EVENT)
    assert MOST_DEPTH < 100


@given(st.text(alphabet="ab1. ()+-*/'\"=!<>ifelse", max_size=60))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    try:
        compute = parse(text)
    except ConfigError:
        return
    with suppress(ExpressionError):
        compute({"a": 1, "b": "2"})


@given(st.integers(-(10**30), 10**30), st.integers(-(10**30), 10**30))
def test_whole_numbers_are_exact(a: int, b: int) -> None:
    event = {"a": str(a), "b": str(b)}
    assert parse("a + b")(event) == a + b
    assert parse("a - b")(event) == a - b
    assert parse("a * b")(event) == a * b
