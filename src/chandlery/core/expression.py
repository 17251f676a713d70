"""A small language to compute values from the fields of an event. Pure, and it cannot do harm.

Names (`args.pool`), numbers, texts in quotes, `true false null`, `+ - * /`, brackets, `abs(...)`,
and a choice: `"buy" if amount > 0 else "sell"`. Numbers are exact decimals of 80 digits, and texts
that are numbers count as numbers, for chains write theirs so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Context, Decimal, DecimalException, DivisionByZero, InvalidOperation, Overflow
from typing import Any, NoReturn, TypeAlias

from chandlery.core.errors import ConfigError

Value: TypeAlias = Decimal | str | bool | None
Compute: TypeAlias = Callable[[Mapping[str, Any]], Value]

MOST_CHARACTERS = 1_000
MOST_DEPTH = 32
LONGEST_NUMBER = 100

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d{1,3})?)
    |(?P<name>[A-Za-z_]\w*(?:\.\w+)*)
    |(?P<text>'[^']*'|"[^"]*")
    |(?P<sign>==|!=|<=|>=|[-+*/()<>]))""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,4})?")
_EXACT = Context(
    prec=80, Emax=9_999, Emin=-9_999, traps=[DivisionByZero, InvalidOperation, Overflow]
)
_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None}
_HINT = "such as amount_quote / 1e6, or 'buy' if is_long == true else 'sell'"


class ExpressionError(ValueError):
    """An expression cannot be computed for an event; the message says why."""


def parse(text: str) -> Compute:
    """Return what computes an expression; raises ConfigError if it is none."""
    if len(text) > MOST_CHARACTERS:
        message = f"an expression of at most {MOST_CHARACTERS} characters expected"
        raise ConfigError(message, hint=_HINT)
    return _Parser(text).whole()


def number_of(value: Value) -> Decimal:
    """Return a value as a number; raises ExpressionError if it is none."""
    if isinstance(value, Decimal):
        return value
    text = value.strip() if isinstance(value, str) else ""
    if len(text) > LONGEST_NUMBER or _NUMBER.fullmatch(text) is None:
        message = f"a number expected, found {shown(value)}"
        raise ExpressionError(message)
    return Decimal(text)


def shown(value: object) -> str:
    """Return a value as an error shows it."""
    text = str(value) if isinstance(value, Decimal) else repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


class _Parser:
    """Reads one expression."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._at = 0
        self._depth = 0

    def whole(self) -> Compute:
        compute = self._choice()
        if self._at < len(self._tokens):
            self._refuse("the end")
        return compute

    def _choice(self) -> Compute:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            message = f"an expression nested at most {MOST_DEPTH} deep expected"
            raise ConfigError(message, hint=_HINT)
        then = self._sum()
        if self._takes("if"):
            test = self._test()
            if not self._takes("else"):
                self._refuse("else")
            then = _choose(test, then, self._choice())
        self._depth -= 1
        return then

    def _test(self) -> Callable[[Mapping[str, Any]], bool]:
        left = self._sum()
        sign = self._next()
        if sign not in _TESTS:
            self._at -= 1
            self._refuse("== or another comparison")
        right, test = self._sum(), _TESTS[sign]
        return lambda event: test(left(event), right(event))

    def _sum(self) -> Compute:
        left = self._product()
        while (sign := self._peek()) in ("+", "-"):
            self._at += 1
            left = _reckon(sign, left, self._product())
        return left

    def _product(self) -> Compute:
        left = self._factor()
        while (sign := self._peek()) in ("*", "/"):
            self._at += 1
            left = _reckon(sign, left, self._factor())
        return left

    def _factor(self) -> Compute:
        is_negative = False
        while self._takes("-"):
            is_negative = not is_negative
        value = self._atom()
        if not is_negative:
            return value
        return lambda event: _EXACT.minus(number_of(value(event)))

    def _atom(self) -> Compute:
        word = self._next()
        if word == "(":
            return self._closed()
        if word == "abs" and self._takes("("):
            inner = self._closed()
            return lambda event: _EXACT.abs(number_of(inner(event)))
        if word[:1].isdigit():
            return _constant(Decimal(word))
        if word[:1] in ("'", '"'):
            return _constant(word[1:-1])
        if word in _WORDS:
            return _constant(_WORDS[word])
        if word[:1].isalpha() or word[:1] == "_":
            return self._field(word)
        return self._nothing()

    def _closed(self) -> Compute:
        inner = self._choice()
        if not self._takes(")"):
            self._refuse(")")
        return inner

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _takes(self, token: str) -> bool:
        is_next = self._peek() == token
        self._at += is_next
        return is_next

    def _field(self, path: str) -> Compute:
        return self._nothing() if path in ("if", "else") else _field(path)

    def _nothing(self) -> Compute:
        self._at -= 1
        return self._refuse("a name, number or text")

    def _refuse(self, expected: str) -> NoReturn:
        found = self._peek() or "the end"
        message = f"{expected} expected in {shown(self._text)}, found {found}"
        raise ConfigError(message, hint=_HINT)


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    stripped = text.rstrip()
    while at < len(stripped):
        found = _TOKEN.match(stripped, at)
        if found is None:
            message = (
                f"a name, number, text or sign expected in {shown(text)} at {stripped[at:][:10]!r}"
            )
            raise ConfigError(message, hint=_HINT)
        tokens.append(found[found.lastgroup or 0])
        at = found.end()
    return tokens


def _constant(value: Value) -> Compute:
    return lambda event: value


def _field(path: str) -> Compute:
    names = path.split(".")

    def compute(event: Mapping[str, Any]) -> Value:
        value: Any = event
        for name in names:
            if not isinstance(value, Mapping) or name not in value:
                message = f"the field {path} expected, found none"
                raise ExpressionError(message)
            value = value[name]
        return _value(value, path)

    return compute


def _value(value: Any, path: str) -> Value:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        text = repr(value)
        if _NUMBER.fullmatch(text) is not None and len(text) <= LONGEST_NUMBER:
            return Decimal(text)
    message = f"{path}: a number or a text expected, found {shown(value)}"
    raise ExpressionError(message)


def _choose(test: Callable[[Mapping[str, Any]], bool], then: Compute, other: Compute) -> Compute:
    return lambda event: then(event) if test(event) else other(event)


def _reckon(sign: str, left: Compute, right: Compute) -> Compute:
    work = {"+": _EXACT.add, "-": _EXACT.subtract, "*": _EXACT.multiply, "/": _EXACT.divide}[sign]

    def compute(event: Mapping[str, Any]) -> Value:
        first, second = number_of(left(event)), number_of(right(event))
        try:
            return work(first, second)
        except DivisionByZero:
            message = f"{shown(first)} is divided by 0"
            raise ExpressionError(message) from None
        except DecimalException:
            message = f"{shown(first)} {sign} {shown(second)} cannot be computed"
            raise ExpressionError(message) from None

    return compute


def _equal(left: Value, right: Value) -> bool:
    """Return whether values are the same: numbers by what they are worth, texts as they are."""
    if isinstance(left, Decimal) or isinstance(right, Decimal):
        try:
            return number_of(left) == number_of(right)
        except ExpressionError:
            return False
    return type(left) is type(right) and left == right


_TESTS: dict[str, Callable[[Value, Value], bool]] = {
    "==": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<": lambda left, right: number_of(left) < number_of(right),
    ">": lambda left, right: number_of(left) > number_of(right),
    "<=": lambda left, right: number_of(left) <= number_of(right),
    ">=": lambda left, right: number_of(left) >= number_of(right),
}
