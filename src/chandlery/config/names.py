"""The table of settings in words, and which name is meant by one that is wrong. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from chandlery.config.sections import Section
from chandlery.config.settings import Settings
from chandlery.config.values import FOREVER
from chandlery.core.errors import ConfigError, UnknownResolutionError
from chandlery.core.resolution import Resolution

PREFIX = "CHANDLERY_"
RETENTION = "retention"
TABLES = ("events", "filters")
"""Hold tables, which are told apart from settings with dots in their names."""
NOTHING = "none"
"""How a setting is shown that is empty."""

_NEAR = 0.6


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of the table, in words."""

    name: str
    default: str
    expected: str
    help: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper().replace(".", "__")


def table() -> list[Setting]:
    """Return every setting there is, in the order of the documentation."""
    return [row for name, field in fields(Settings) for row in _rows(name, field)]


def fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Yield the full name and the definition of each setting."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from fields(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def shown(name: str, value: object) -> str:
    """Return the value of a setting as it is shown."""
    return (
        rungs(value) if isinstance(value, tuple) and name == "ladder" else str(value)
    ) or NOTHING


def rungs(ladder: tuple[Resolution, ...]) -> str:
    """Return a ladder as it is written."""
    return " ".join(map(str, ladder))


def names() -> list[str]:
    """Return the names that are no patterns."""
    return [setting.name for setting in table() if "<" not in setting.name]


def normal(name: str) -> str:
    """Return the name with a rung as we spell it."""
    section, _, key = name.partition(".")
    if section == RETENTION and key != "trades":
        return f"{section}.{Resolution.parse(key)}"
    return name


def refuse_unknown(name: str, where: str, written: str, known: list[str]) -> None:
    """Raise if there is no such setting, and tell the nearest one."""
    if name in names() or _is_retention(name):
        return
    near = max(known, key=lambda one: _likeness(written, one))
    is_near = _likeness(written, near) >= _NEAR
    hint = f"did you mean {near}?" if is_near else "`chandlery config` lists every setting"
    message = f"unknown setting {written!r} {where}"
    raise ConfigError(message, hint=hint)


def _rows(name: str, field: FieldInfo) -> list[Setting]:
    extra = field.json_schema_extra
    expected = str(extra["expected"]) if isinstance(extra, dict) else ""
    if name == RETENTION:
        return [
            Setting(f"{name}.trades", FOREVER, expected, "How long trades are kept."),
            Setting(f"{name}.<rung>", FOREVER, expected, "How long bars of a rung are kept."),
        ]
    return [Setting(name, shown(name, field.default), expected, field.description or "")]


def _likeness(written: str, known: str) -> float:
    """Return from 0 to 1 how alike two names are, the second's section perhaps being left out."""
    key = re.split(r"\.|__", known)[-1]
    return max(
        difflib.SequenceMatcher(None, written, other).ratio()
        for other in (known, key, PREFIX + key)
    )


def _is_retention(name: str) -> bool:
    section, _, key = name.partition(".")
    try:
        return section == RETENTION and bool(key == "trades" or Resolution.parse(key))
    except UnknownResolutionError:
        return False
