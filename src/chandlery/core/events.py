"""Events of a platform's own as trades: which of their fields is what, as the settings say. Pure.

`symbol` and `id` are texts with expressions in braces (`{tx}:{log}`); the others are expressions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from chandlery.core.errors import ConfigError
from chandlery.core.expression import ExpressionError, Value, number_of, parse

NEEDED = ("symbol", "time", "price", "size")
FIELDS = (*NEEDED, "side", "id", "sequence")
TEXTS = ("symbol", "id")
MOST_EVENTS = 200

Fields: TypeAlias = dict[str, Any]
_Compute: TypeAlias = Callable[[Mapping[str, Any]], Any]
_BRACES = re.compile(r"\{([^{}]*)\}")
_EXAMPLE = (
    '[events.Swap] symbol = "{pool}", time = "timestamp", price = "quote / base", size = "base"'
)


class EventError(ValueError):
    """An event that is no trade; the message names the event and the field."""


@dataclass(frozen=True, slots=True)
class EventMap:
    """How one kind of event becomes a trade."""

    name: str
    fields: Mapping[str, _Compute]

    def trade_of(self, event: Mapping[str, Any]) -> Fields:
        """Return the fields of the trade that an event is."""
        return {field: self._value(field, compute, event) for field, compute in self.fields.items()}

    def _value(self, field: str, compute: _Compute, event: Mapping[str, Any]) -> Any:
        try:
            return compute(event)
        except ExpressionError as error:
            message = f"event {self.name}, {field}: {error}"
            raise EventError(message) from None


class EventMaps:
    """How every kind of event becomes a trade, by name."""

    def __init__(self, maps: Mapping[str, EventMap] | None = None) -> None:
        self._maps = dict(maps or {})

    def __len__(self) -> int:
        return len(self._maps)

    @classmethod
    def of(cls, tables: Mapping[str, Mapping[str, str]]) -> EventMaps:
        """Return what tables of the settings say; raises ConfigError for one that is wrong."""
        if len(tables) > MOST_EVENTS:
            message = f"at most {MOST_EVENTS} kinds of events expected, found {len(tables)}"
            raise ConfigError(message)
        return cls({name: _map_of(name, table) for name, table in tables.items()})

    def trade_of(self, name: str, event: Mapping[str, Any]) -> Fields:
        """Return the fields of the trade that an event of a name is."""
        found = self._maps.get(name)
        if found is None:
            known = ", ".join(sorted(self._maps)[:20]) or "none"
            message = f"event {name[:60]!r} expected among those configured ({known})"
            raise EventError(message)
        return found.trade_of(event)


def _map_of(name: str, table: Mapping[str, str]) -> EventMap:
    missing = [field for field in NEEDED if field not in table]
    unknown = [field for field in table if field not in FIELDS]
    if missing or unknown:
        what = f"without {', '.join(missing)}" if missing else f"with unknown {', '.join(unknown)}"
        message = (
            f"events.{name} is {what}: {', '.join(NEEDED)} expected, side, id and sequence too"
        )
        raise ConfigError(message, hint=f"such as {_EXAMPLE}")
    return EventMap(name, {field: _compute_of(name, field, table[field]) for field in table})


def _compute_of(name: str, field: str, text: str) -> _Compute:
    try:
        return _template(text) if field in TEXTS else _plain(text)
    except ConfigError as error:
        message = f"events.{name}.{field}: {error.message}"
        raise ConfigError(message, hint=error.hint) from None


def _plain(text: str) -> _Compute:
    compute = parse(text)

    def value(event: Mapping[str, Any]) -> Any:
        found = compute(event)
        return _text(found) if isinstance(found, Decimal) else found

    return value


def _template(text: str) -> _Compute:
    """Return what fills the braces of a text in."""
    pieces = _BRACES.split(text)
    if "{" in "".join(pieces[::2]) or "}" in "".join(pieces[::2]):
        message = f"braces in pairs expected in {text!r}"
        raise ConfigError(message, hint="such as {tx}:{log}")
    parts = [parse(piece) if place % 2 else piece for place, piece in enumerate(pieces)]

    def value(event: Mapping[str, Any]) -> str:
        return "".join(part if isinstance(part, str) else _filled(part(event)) for part in parts)

    return value


def _filled(value: Value) -> str:
    if value is None or isinstance(value, bool) or value == "":
        message = f"a text or a number expected, found {value!r}"
        raise ExpressionError(message)
    return value if isinstance(value, str) else _text(value)


def _text(value: Decimal) -> str:
    """Return a number without an exponent where it is whole."""
    number = number_of(value)
    is_whole = number == number.to_integral_value() and number.adjusted() < 60
    return f"{number:f}".partition(".")[0] if is_whole else str(number)
