"""What an indicator can be told: parameters, and how they are read from text. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from chandlery.core.errors import UsageError

Kind: TypeAlias = Literal["int", "float", "choice"]
Value: TypeAlias = int | float | str
Values: TypeAlias = Mapping[str, Value]

MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: numbers lie in [low, high], a choice is one of `choices`.

    `aliases` are other spellings of choices.
    """

    name: str
    kind: Kind
    default: Value
    help: str
    low: float = 0
    high: float = 0
    choices: tuple[str, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()

    @property
    def expected(self) -> str:
        """What may be given, in words."""
        if self.kind == "choice":
            return f"one of {', '.join(self.choices)}"
        noun = "a whole number" if self.kind == "int" else "a number"
        return f"{noun} from {self.low:g} to {self.high:g}"

    def read(self, given: Value) -> Value | None:
        """Return the value that a text or a number means; None if it means none."""
        if self.kind == "choice":
            text = str(given).strip().lower()
            text = dict(self.aliases).get(text, text)
            return text if text in self.choices else None
        number = _number(given)
        if not self.low <= number <= self.high or (self.kind == "int" and number % 1):
            return None
        return int(number) if self.kind == "int" else number


def _number(given: Value) -> float:
    """Return a number, NaN if there is none; true and false are none."""
    if isinstance(given, bool) or (isinstance(given, str) and "_" in given):
        return math.nan
    try:
        return float(given)
    except (ValueError, OverflowError):
        return math.nan


def period(default: int, help_: str = "bars", *, name: str = "period", high: int) -> Parameter:
    """Return a parameter that counts bars."""
    return Parameter(name, "int", default, help_, 1, high)


SOURCES = ("o", "h", "l", "c", "hl2", "hlc3", "ohlc4")
_WORDS = (("open", "o"), ("high", "h"), ("low", "l"), ("close", "c"))


def source(default: str = "c") -> Parameter:
    """Return a parameter that says which price of the bars is taken."""
    return Parameter(
        "source", "choice", default, "price of each bar", choices=SOURCES, aliases=_WORDS
    )


def read_values(owner: str, parameters: tuple[Parameter, ...], given: Values) -> dict[str, Value]:
    """Return a value for each parameter: what is given, else the default.

    Raises:
        UsageError: A parameter is unknown, or a value is of the wrong kind or out of range.
    """
    known = {parameter.name for parameter in parameters}
    for name in given:
        if name not in known:
            message = f"{owner} has no parameter {_shown(name)}"
            raise UsageError(message, hint=f"it has {_listed(parameters)}")
    return {
        parameter.name: _read(owner, parameter, given[parameter.name])
        if parameter.name in given
        else parameter.default
        for parameter in parameters
    }


def _read(owner: str, parameter: Parameter, given: Value) -> Value:
    value = parameter.read(given)
    if value is None:
        message = f"{owner}: {parameter.name} is {parameter.expected}, found {_shown(given)}"
        raise UsageError(message, hint=f"leave it out for {parameter.default}")
    return value


def _listed(parameters: tuple[Parameter, ...]) -> str:
    return ", ".join(parameter.name for parameter in parameters) or "no parameters"


def _shown(given: Value) -> str:
    text = str(given)
    shown = text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 3]}..."
    return repr(shown)
