"""The settings: one table of names, types, defaults and help, filled from file, environment, flags.

The file is weaker than the environment, and that weaker than flags. An unknown name is an error.
Only this module reads the environment.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from typing_extensions import override

from chandlery.core.errors import ConfigError, UnknownResolutionError
from chandlery.core.resolution import Resolution

FILE = Path("chandlery.toml")
"""Read from the working directory, unless another one is named."""
PREFIX = "CHANDLERY_"
FOREVER = "forever"

_CONFIG_VARIABLE = f"{PREFIX}CONFIG"
_NO_SETTING = re.compile(
    # Kubernetes describes a service of the name `chandlery` to its neighbours in such variables;
    # the test suite is told where its recordings are.
    rf"{PREFIX}(SERVICE_(HOST|PORT)(_\w+)?|PORT(_\d+_(TCP|UDP)\w*)?|TEST_\w+)"
)
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_DURATION = re.compile(r"([1-9]\d{0,8})\s*([smhdwy])")
_SIZE = r"^[1-9][0-9]*(\.[0-9]+)? ?([KMGT]i?B)$"
_RETENTION = "retention"
_NEAR = 0.6


class Seconds(int):
    """A length of time; 0 means for ever."""

    @override
    def __str__(self) -> str:
        if not self:
            return FOREVER
        length, unit = max((length, unit) for unit, length in _UNITS.items() if self % length == 0)
        return f"{self // length}{unit}"


def _duration(value: object) -> Seconds:
    text = str(value).strip().lower()
    if text == FOREVER:
        return Seconds(0)
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return Seconds(int(found[1]) * _UNITS[found[2]])


def _ladder(value: object) -> tuple[Resolution, ...]:
    texts = value if isinstance(value, list) else str(value).replace(",", " ").split()
    try:
        rungs = tuple(Resolution.parse(str(text)) for text in texts)
    except UnknownResolutionError as error:
        raise ValueError(error.message) from error
    if not rungs:
        raise ValueError(value)
    return rungs


Duration = Annotated[Seconds, PlainValidator(_duration)]
Ladder = Annotated[tuple[Resolution, ...], PlainValidator(_ladder)]


def _of(default: Any, help_text: str, expected: str, **limits: Any) -> Any:
    """Return a row of the table."""
    return Field(default, description=help_text, json_schema_extra={"expected": expected}, **limits)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Http(_Section):
    """How the server is reached."""

    host: str = _of(
        "127.0.0.1", "Address to listen at; `0.0.0.0` is every one.", "a host name or an address"
    )
    port: int = _of(
        8000,
        "Port to listen at; 0 takes a free one.",
        "a whole number from 0 to 65535",
        ge=0,
        le=65_535,
    )


class DuckDB(_Section):
    """The database engine inside the process."""

    memory_limit: str = _of(
        "1GB", "What the database may hold in memory.", "a size such as 1GB", pattern=_SIZE
    )
    threads: int = _of(2, "Threads a query may use.", "a whole number from 1 to 256", ge=1, le=256)


class Writing(_Section):
    """The single writer."""

    queued_rows: int = _of(
        2_000_000, "Rows that may wait to be written.", "a whole number from 1 on", ge=1
    )
    commit_rows: int = _of(
        250_000, "Rows that are committed at once, about.", "a whole number from 1 on", ge=1
    )


class Log(_Section):
    """What is told on standard error."""

    level: Literal["debug", "info", "warning", "error"] = _of(
        "info", "The least important messages that are shown.", "debug, info, warning or error"
    )
    format: Literal["auto", "json", "console"] = _of(
        "auto",
        "`json` lines, `console` text, or `auto`: text on a terminal.",
        "auto, json or console",
    )


class Demo(_Section):
    """The made-up markets of `chandlery demo`."""

    seed: int = _of(1, "Chooses the made-up prices.", "a whole number from 0 on", ge=0)
    rate: float = _of(
        1.0,
        "Trades a second and market, on average.",
        "a number above 0, at most 10000",
        gt=0,
        le=10_000,
    )
    history: Duration = _of(
        Seconds(86_400), "How much history is made up at the first start.", "a time such as 24h"
    )


class Settings(BaseSettings):
    """Every setting. See the sections for those with a dot in their name."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", validate_default=False)

    data: Path = _of(
        Path("chandlery-data"), "Directory that holds all data; made if missing.", "a directory"
    )
    store: Literal["duckdb", "memory"] = _of(
        "duckdb",
        "Where data is kept: one `duckdb` file, or in `memory` until the process ends.",
        "duckdb or memory",
    )
    ladder: Ladder = _of(
        _ladder("1m 5m 15m 1h 4h 1d 1w"),
        "Resolutions that are kept ready; each must divide the next.",
        "resolutions such as 1m 5m 1h 1d",
    )
    http: Http = Http()
    duckdb: DuckDB = DuckDB()
    ingest: Writing = Writing()
    retention: dict[str, Duration] = _of(
        {},
        "How long bars of a rung are kept, and `trades`.",
        f"a time such as 30d, or {FOREVER}",
    )
    log: Log = Log()
    demo: Demo = Demo()

    @classmethod
    @override
    def settings_customise_sources(cls, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Take what `load` has collected, and nothing else."""
        return (kwargs["init_settings"],)

    def retention_of(self) -> dict[Resolution | None, int]:
        """Return how many seconds each rung, and None for the trades, is kept; 0 is for ever."""
        return {
            None if name == "trades" else Resolution.parse(name): int(seconds)
            for name, seconds in self.retention.items()
        }


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
        """Return every setting."""
        settings = self.settings
        rows = [
            (name, str(_get(settings, name)) if name != "ladder" else _rungs(settings.ladder))
            for name, _ in _fields(Settings)
            if name != _RETENTION
        ]
        rows += [
            (f"{_RETENTION}.{key}", str(settings.retention.get(key, Seconds(0))))
            for key in ("trades", *map(str, settings.ladder))
        ]
        return [Value(name, shown, self.origins.get(name, "default")) for name, shown in rows]


@dataclass(frozen=True, slots=True)
class _Said:
    value: object
    origin: str


_Layer = dict[str, _Said]


def table() -> list[Setting]:
    """Return every setting there is, in the order of the documentation."""
    return [row for name, field in _fields(Settings) for row in _rows(name, field)]


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


def _fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, _Section):
            yield from _fields(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def _rows(name: str, field: FieldInfo) -> list[Setting]:
    extra = field.json_schema_extra
    expected = str(extra["expected"]) if isinstance(extra, dict) else ""
    text = field.description or ""
    if name == _RETENTION:
        return [
            Setting(f"{name}.trades", FOREVER, expected, "How long trades are kept."),
            Setting(f"{name}.<rung>", FOREVER, expected, "How long bars of a rung are kept."),
        ]
    default = _rungs(field.default) if name == "ladder" else str(field.default)
    return [Setting(name, default, expected, text)]


def _rungs(ladder: tuple[Resolution, ...]) -> str:
    return " ".join(map(str, ladder))


def _get(settings: Settings, name: str) -> object:
    found: object = settings
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _names() -> list[str]:
    return [setting.name for setting in table() if "<" not in setting.name]


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
        _refuse_unknown(name, f"in {origin}", name, _names())
    return {_normal(name): what for name, what in said.items()}


def _flat(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in data.items():
        if isinstance(value, dict):
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
        variables = [PREFIX + known.upper().replace(".", "__") for known in _names()]
        _refuse_unknown(name, "in the environment", variable, variables)
        said[_normal(name)] = _Said(value, variable)
    return said


def _from_flags(flags: Mapping[str, object]) -> _Layer:
    return {
        name: _Said(value, f"--{name.rpartition('.')[2].replace('_', '-')}")
        for name, value in flags.items()
        if value is not None
    }


def _normal(name: str) -> str:
    """Return the name with a rung as we spell it."""
    section, _, key = name.partition(".")
    if section == _RETENTION and key != "trades":
        return f"{section}.{Resolution.parse(key)}"
    return name


def _refuse_unknown(name: str, where: str, written: str, known: list[str]) -> None:
    if name in _names() or _is_retention(name):
        return
    near = max(known, key=lambda one: _likeness(written, one))
    is_near = _likeness(written, near) >= _NEAR
    hint = f"did you mean {near}?" if is_near else "`chandlery config` lists every setting"
    message = f"unknown setting {written!r} {where}"
    raise ConfigError(message, hint=hint)


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
        return section == _RETENTION and bool(key == "trades" or Resolution.parse(key))
    except UnknownResolutionError:
        return False


def _refuse_unless_a_rung(name: str, said: _Said, settings: Settings) -> None:
    section, _, key = name.partition(".")
    if section == _RETENTION and key not in ("trades", *map(str, settings.ladder)):
        message = f"{name} ({said.origin}) is about {key}, which is no rung of the ladder"
        hint = f"trades or one of {_rungs(settings.ladder)} expected"
        raise ConfigError(message, hint=hint)


def _wrong(error: ValidationError, said: _Layer) -> ConfigError:
    location = error.errors()[0]["loc"]
    name = ".".join(str(part) for part in location)
    what = said[name] if name in said else _Said("?", "?")
    section = name if name in _names() else f"{_RETENTION}.trades"
    expected = next(setting.expected for setting in table() if setting.name == section)
    message = f"{name} is {str(what.value)!r} ({what.origin}), expected {expected}"
    return ConfigError(message, hint="`chandlery config` shows every setting and its origin")
