"""From file, environment and flags to the settings, each with the place where it was said."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource, TomlConfigSettingsSource

from chandlery.config.names import (
    PREFIX,
    RETENTION,
    TABLES,
    fields,
    names,
    normal,
    refuse_unknown,
    rungs,
    shown,
    table,
)
from chandlery.config.settings import Settings
from chandlery.config.values import HIDDEN, Seconds, Secret
from chandlery.core.errors import ConfigError

FILE = Path("chandlery.toml")
"""Read from the working directory, unless another one is named."""

_CONFIG_VARIABLE = f"{PREFIX}CONFIG"
_NO_SETTING = re.compile(
    # Kubernetes describes a service of the name `chandlery` to its neighbours in such variables;
    # the test suite is told where its recordings are.
    rf"{PREFIX}(SERVICE_(HOST|PORT)(_\w+)?|PORT(_\d+_(TCP|UDP)\w*)?|TEST_\w+)"
)


@dataclass(frozen=True, slots=True)
class Value:
    """What a setting is, and where it was said: a file, a variable, a flag, or `default`."""

    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings of this run and where each was said."""

    settings: Settings
    origins: Mapping[str, str]

    def values(self) -> list[Value]:
        """Return every setting as it may be shown: a secret is not."""
        settings = self.settings
        rows = [
            (name, shown(name, _get(settings, name)))
            for name, _ in fields(Settings)
            if name != RETENTION
        ]
        rows += [
            (f"{RETENTION}.{key}", str(settings.retention.get(key, Seconds(0))))
            for key in ("trades", *map(str, settings.ladder))
        ]
        return [Value(name, value, self.origins.get(name, "default")) for name, value in rows]


@dataclass(frozen=True, slots=True)
class _Said:
    value: object
    origin: str


_Layer = dict[str, _Said]


def load(flags: Mapping[str, object] | None = None, file: Path | None = None) -> Configuration:
    """Read the settings; flags that are None were not given."""
    environment = _environment()
    named = file or _named_file(environment)
    said = _from_file(named) | _from_environment(environment) | _from_flags(flags or {})
    nested: dict[str, Any] = {}
    for name, what in said.items():
        section, _, key = name.rpartition(".")
        (nested.setdefault(section, {}) if section else nested)[key] = what.value
    try:
        settings = Settings(**nested)
    except ValidationError as error:
        raise _wrong(error, said) from None
    for name in said:
        _refuse_unless_a_rung(name, said[name], settings)
    return Configuration(settings, {name: what.origin for name, what in said.items()})


def _get(settings: Settings, name: str) -> object:
    found: object = settings
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _named_file(environment: Mapping[str, str]) -> Path | None:
    name = environment.get(_CONFIG_VARIABLE)
    return Path(name) if name else None


def _from_file(named: Path | None) -> _Layer:
    path = named or FILE
    if not path.is_file():
        if named is None:
            return {}
        message = f"the settings file {path} does not exist"
        raise ConfigError(message, hint="look at the spelling, and where the command runs")
    try:
        data = TomlConfigSettingsSource(Settings, toml_file=path).toml_data
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        message = f"the settings file {path} cannot be read: {error}"
        hint = 'it holds lines such as data = "/var/lib/chandlery"'
        raise ConfigError(message, hint=hint) from error
    origin = str(path.absolute())
    said = {name: _Said(value, origin) for name, value in _flat(data)}
    for name in said:
        refuse_unknown(name, f"in {origin}", name, names())
    return {normal(name): what for name, what in said.items()}


def _flat(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in data.items():
        if isinstance(value, dict) and prefix + name not in TABLES:
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _environment() -> dict[str, str]:
    """Return our variables, by their names in upper case; one that is empty says nothing."""
    found = EnvSettingsSource(Settings, env_prefix=PREFIX).env_vars
    ours = {name.upper(): value for name, value in found.items() if value}
    return {
        name: value
        for name, value in ours.items()
        if name.startswith(PREFIX) and not _NO_SETTING.fullmatch(name)
    }


def _from_environment(environment: Mapping[str, str]) -> _Layer:
    said: _Layer = {}
    for variable, value in environment.items():
        if variable == _CONFIG_VARIABLE:
            continue
        name = variable.removeprefix(PREFIX).lower().replace("__", ".")
        variables = [PREFIX + known.upper().replace(".", "__") for known in names()]
        refuse_unknown(name, "in the environment", variable, variables)
        said[normal(name)] = _Said(value, variable)
    return said


def _from_flags(flags: Mapping[str, object]) -> _Layer:
    return {
        name: _Said(value, f"--{name.rpartition('.')[2].replace('_', '-')}")
        for name, value in flags.items()
        if value is not None
    }


def _refuse_unless_a_rung(name: str, said: _Said, settings: Settings) -> None:
    section, _, key = name.partition(".")
    if section == RETENTION and key not in ("trades", *map(str, settings.ladder)):
        message = f"{name} ({said.origin}) is about {key}, which is no rung of the ladder"
        hint = f"trades or one of {rungs(settings.ladder)} expected"
        raise ConfigError(message, hint=hint)


def _wrong(error: ValidationError, said: _Layer) -> ConfigError:
    location = error.errors(include_input=False)[0]["loc"]
    name = ".".join(str(part) for part in location)
    what = said[name] if name in said else _Said("?", "?")
    row = name if name in names() else f"{RETENTION}.trades"
    expected = next(setting.expected for setting in table() if setting.name == row)
    found = HIDDEN if name in _secrets() else repr(str(what.value))
    message = f"{name} is {found} ({what.origin}), expected {expected}"
    return ConfigError(message, hint="`chandlery config` shows every setting and its origin")


def _secrets() -> set[str]:
    return {name for name, field in fields(Settings) if isinstance(field.default, Secret)}
