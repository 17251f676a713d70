"""The parameters of a query, declared once: read strictly, and described in the OpenAPI document.

Strict means that a client hears of a mistake instead of getting a wrong answer: what is unknown,
repeated, empty, out of bounds or not UTF-8 is refused by name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

from chandlery.core.errors import UsageError
from chandlery.core.market import symbol_of
from chandlery.core.moments import moment_of
from chandlery.core.resolution import Resolution

T = TypeVar("T")

MOST_BYTES = 8_192
MOST_PARAMETERS = 64
MOST_CHARACTERS = 512
SHOWN = 60

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_LOST_PLUS = re.compile(r"(T[0-9:.]+) (\d\d:?\d\d)$")
"""A time zone's `+` that was not written `%2B`: a URL's `+` is a space."""


class ParameterError(UsageError):
    """A parameter of a request cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(Generic[T]):
    """A parameter: how its text is read, what it is without one, and how it is described."""

    name: str
    help: str
    read: Callable[[str], T]
    """Raises UsageError for what is no such value."""
    schema: Mapping[str, Any]
    """What JSON Schema says of its text."""
    example: str
    default: T | None = None
    is_required: bool = False
    is_in_path: bool = False

    def of(self, text: str) -> T:
        """Return the value of a text."""
        _check_text(self.name, text)
        return self.read(text)


class Given:
    """The values of one request."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getitem__(self, parameter: Parameter[T]) -> T:
        value: T = self._values[parameter.name]
        return value

    def has(self, parameter: Parameter[Any]) -> bool:
        """Return whether a parameter has a value other than its default."""
        return bool(self._values[parameter.name] != parameter.default)


class Parameters:
    """All the parameters of an endpoint."""

    def __init__(self, *parameters: Parameter[Any]) -> None:
        self.listed = parameters
        self._by_name = {parameter.name: parameter for parameter in parameters}

    def read(self, query: bytes) -> Given:
        """Return the values of the part of a URL after `?`."""
        texts: dict[str, str] = {}
        for name, text in pairs_of(query):
            if name not in self._by_name:
                raise self._unknown(name)
            if name in texts:
                message = f"{name} once expected, found it again"
                raise ParameterError(message)
            texts[name] = text
        return Given({name: self._value(each, texts) for name, each in self._by_name.items()})

    def _value(self, parameter: Parameter[Any], texts: Mapping[str, str]) -> Any:
        text = texts.get(parameter.name)
        if text is not None:
            return parameter.of(text)
        if parameter.is_required:
            message = f"the parameter {parameter.name} expected, found none"
            raise ParameterError(message, hint=f"add {parameter.name}={parameter.example}")
        return parameter.default

    def _unknown(self, name: str) -> ParameterError:
        message = f"unknown parameter {shown(name)}"
        near = get_close_matches(name[:MOST_CHARACTERS], self._by_name, n=1)
        known = ", ".join(self._by_name) or "there is none"
        return ParameterError(
            message, hint=f"did you mean {near[0]}?" if near else f"known here: {known}"
        )


def pairs_of(query: bytes) -> list[tuple[str, str]]:
    """Return the names and texts of a query."""
    if len(query) > MOST_BYTES:
        message = f"a query of at most {MOST_BYTES:,} bytes expected, found {len(query):,}"
        raise ParameterError(message)
    try:
        text = query.decode()
        return parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS
        )
    except UnicodeDecodeError:
        message = "parameters in UTF-8 expected, found bytes that are none"
        raise ParameterError(message) from None
    except ValueError:
        message = f"at most {MOST_PARAMETERS} parameters expected, found more"
        raise ParameterError(message) from None


def shown(text: str) -> str:
    """Return a text as an error shows it."""
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}...")


def _check_text(name: str, text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        message = f"{name} of at most {MOST_CHARACTERS} characters expected, found {len(text)}"
        raise ParameterError(message)
    if any(unicodedata.category(character) == "Cc" for character in text):
        message = f"{name} without control characters expected, found {shown(text)}"
        raise ParameterError(message)
    if not text.strip():
        message = f"a value expected for {name}, found an empty one"
        raise ParameterError(message, hint="give it one, or leave the parameter out")


# The kinds


def symbol(name: str = "symbol", *, is_in_path: bool = False) -> Parameter[str]:
    """Return a parameter that names a market."""
    return Parameter(
        name=name,
        help="The market, such as `BINANCE:BTCUSDT`, in any case.",
        read=symbol_of,
        schema={"type": "string", "minLength": 1, "maxLength": 128},
        example="BINANCE:BTCUSDT",
        is_required=True,
        is_in_path=is_in_path,
    )


def interval() -> Parameter[Resolution]:
    """Return a parameter that names the length of bars."""
    return Parameter(
        name="interval",
        help="The length of a bar: `1s`, `1m`, `45m`, `1h`, `1d`, `1w`, `1M`, or TradingView's "
        "`1S`, `60`, `1D`.",
        read=Resolution.parse,
        schema={"type": "string", "minLength": 1, "maxLength": 12},
        example="1m",
        is_required=True,
    )


def moment(name: str, about: str, example: str = "1735689600") -> Parameter[int | None]:
    """Return a parameter that names a moment, in seconds."""
    return Parameter(
        name=name,
        help=f"{about} Seconds since 1970, or a date or time such as `2025-01-01` or "
        "`2025-01-01T12:00:00Z`; UTC without a zone.",
        read=lambda text: _moment(name, _LOST_PLUS.sub(r"\1+\2", text)),
        schema={"type": "string", "minLength": 1, "maxLength": 40},
        example=example,
    )


def _moment(name: str, text: str) -> int:
    try:
        return moment_of(text)
    except UsageError as error:
        message = f"{name}: {error.message}"
        raise ParameterError(message, hint=error.hint) from None


def whole(
    name: str, about: str, *, bounds: tuple[int, int], default: int | None = None
) -> Parameter[int | None]:
    """Return a parameter that is a whole number within bounds, both included."""
    least, most = bounds

    def read(text: str) -> int:
        if _WHOLE.fullmatch(text) is None or not least <= int(text) <= most:
            message = f"a {name} from {least} to {most} expected, found {shown(text)}"
            raise UsageError(message)
        return int(text)

    schema: dict[str, Any] = {"type": "integer", "minimum": least, "maximum": most}
    if default is not None:
        schema["default"] = default
    example = str(default if default is not None else least)
    return Parameter(
        name=name, help=about, read=read, schema=schema, example=example, default=default
    )


def choice(name: str, about: str, options: Sequence[str]) -> Parameter[str]:
    """Return a parameter that is one of some words; without it the first."""

    def read(text: str) -> str:
        if text not in options:
            message = f"{' or '.join(options)} expected for {name}, found {shown(text)}"
            raise UsageError(message)
        return text

    schema = {"type": "string", "enum": list(options), "default": options[0]}
    return Parameter(
        name=name, help=about, read=read, schema=schema, example=options[0], default=options[0]
    )


def text(name: str, about: str, *, example: str) -> Parameter[str]:
    """Return a parameter that is any text; empty without one."""
    schema = {"type": "string", "minLength": 1, "maxLength": MOST_CHARACTERS}
    return Parameter(
        name=name, help=about, read=str.strip, schema=schema, example=example, default=""
    )
