"""The parameters of a URL, read strictly: a mistake is told, and never gives a wrong answer. Pure.

Parameters nobody asks for are ignored.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from urllib.parse import parse_qsl

from chandlery.core.errors import UsageError
from chandlery.core.moments import LATEST_S

MOST_PARAMETERS = 64
MOST_CHARACTERS = 256
SHOWN_CHARACTERS = 60

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{0,9})?")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


class Query:
    """The parameters of one request."""

    def __init__(self, values: Mapping[str, list[str]]) -> None:
        self._values = values

    @classmethod
    def parse(cls, encoded: bytes) -> Query:
        """Return the parameters of the part of a URL after `?`, or of a form."""
        try:
            pairs = parse_qsl(
                encoded.decode(),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=MOST_PARAMETERS,
            )
        except UnicodeDecodeError:
            message = "parameters in UTF-8 expected, found bytes that are none"
            raise UsageError(message) from None
        except ValueError:
            message = f"at most {MOST_PARAMETERS} parameters expected, found more"
            raise UsageError(message) from None
        values: dict[str, list[str]] = {}
        for name, value in pairs:
            values.setdefault(name, []).append(value)
        return cls(values)

    def text(self, name: str, *, most: int = MOST_CHARACTERS) -> str:
        """Return a parameter that must be there."""
        value = self.optional(name, most=most)
        if not value:
            found = "nothing" if value is None else "an empty one"
            message = f"the parameter {name} expected, found {found}"
            raise UsageError(message)
        return value

    def optional(self, name: str, *, most: int = MOST_CHARACTERS) -> str | None:
        """Return a parameter that may be left out."""
        value = self.raw(name)
        if value is None:
            return None
        if len(value) > most:
            message = f"{name} of at most {most} characters expected, found {len(value)}"
            raise UsageError(message)
        if _CONTROL.search(value):
            message = f"{name} without control characters expected, found {_shown(value)}"
            raise UsageError(message)
        return value.strip()

    def raw(self, name: str) -> str | None:
        """Return a parameter as it is, of any length and with any characters."""
        values = self._values.get(name)
        if values is None:
            return None
        if len(values) > 1:
            message = f"{name} once expected, found {len(values)} times"
            raise UsageError(message)
        return values[0]

    def seconds(self, name: str) -> int:
        """Return a moment that must be there; a fraction is rounded up.

        Times are whole seconds, so t < 10.5 is t < 11, and t >= 10.5 is t >= 11.
        """
        return self._moment(name, self.text(name))

    def optional_seconds(self, name: str) -> int | None:
        """Return a moment that may be left out."""
        value = self.optional(name)
        return self._moment(name, value) if value else None

    def whole(self, name: str) -> int | None:
        """Return a whole number that may be left out."""
        value = self.optional(name)
        if not value:
            return None
        number = _number(name, value, "a whole number")
        if number != int(number):
            message = f"a whole number expected for {name}, found {_shown(value)}"
            raise UsageError(message)
        return int(number)

    def truth(self, name: str) -> bool:
        """Return whether something is wished."""
        value = self.optional(name)
        if not value:
            return False
        if value.lower() not in _TRUTH:
            message = f"true or false expected for {name}, found {_shown(value)}"
            raise UsageError(message)
        return _TRUTH[value.lower()]

    def choice(self, name: str, choices: Collection[str]) -> str | None:
        """Return one of some words, if it is there."""
        value = self.optional(name)
        if value and value not in choices:
            message = f"{' or '.join(choices)} expected for {name}, found {_shown(value)}"
            raise UsageError(message)
        return value or None

    def _moment(self, name: str, value: str) -> int:
        seconds = math.ceil(_number(name, value, "seconds since 1970"))
        if abs(seconds) > LATEST_S:
            message = f"seconds since 1970 expected for {name}, found {_shown(value)}"
            raise UsageError(
                message, hint="it looks like milliseconds: leave the last 3 digits out"
            )
        return seconds


def _number(name: str, value: str, expected: str) -> float:
    if _NUMBER.fullmatch(value) is None:
        message = f"{expected} expected for {name}, found {_shown(value)}"
        raise UsageError(message)
    return float(value)


def _shown(value: str) -> str:
    return repr(value if len(value) <= SHOWN_CHARACTERS else f"{value[:SHOWN_CHARACTERS]}...")
