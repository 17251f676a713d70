"""What options of several commands share: their types and their help."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import rich_click as click
from typing_extensions import override

from chandlery.cli.group import debug_option
from chandlery.core.errors import UsageError
from chandlery.core.moments import iso_of, moment_of
from chandlery.core.resolution import Resolution

Command = TypeVar("Command", bound=Callable[..., Any])

_COUNT = re.compile(r"(\d+(?:\.\d+)?)([kKmMgG]?)")
_FACTORS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}


class Count(click.ParamType[int]):
    """A number that may be written as 10M or 50k."""

    name = "count"

    @override
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        found = _COUNT.fullmatch(value.replace("_", "").replace(",", ""))
        number = float(found[1]) * _FACTORS[found[2].lower()] if found else 0.0
        if number < 1 or number != int(number):
            self.fail(f"a number of 1 or more expected, such as 500, 50k or 10M, found {value!r}")
        return int(number)


class Moment(click.ParamType[int]):
    """A time, as seconds since 1970."""

    name = "time"

    @override
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            return moment_of(value)
        except UsageError as error:
            self.fail(error.message, param, ctx)


class Length(click.ParamType[Resolution]):
    """The length of a bar."""

    name = "resolution"

    @override
    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Resolution:
        if isinstance(value, Resolution):
            return value
        try:
            return Resolution.parse(value)
        except UsageError as error:
            self.fail(error.message, param, ctx)


def common(command: Command) -> Command:
    """Add what every command has that works on the settings."""
    command = debug_option(command)
    command = click.option(
        "--config",
        "file",
        type=click.Path(path_type=Path),
        help="Settings file. Default: chandlery.toml here, if there is one.",
    )(command)
    return data_option(command)


def data_option(command: Command) -> Command:
    """Add --data."""
    return click.option(
        "--data",
        type=click.Path(path_type=Path),
        help="Directory that holds the data. Default: chandlery-data here.",
    )(command)


def range_options(command: Command) -> Command:
    """Add --start and --end."""
    command = click.option(
        "--end", type=Moment(), help="Before this time: a date, an ISO time or seconds, UTC."
    )(command)
    return click.option(
        "--start", type=Moment(), help="From this time on: a date, an ISO time or seconds, UTC."
    )(command)


def check_range(start: int | None, end: int | None) -> None:
    """Refuse a range that holds nothing because its ends are swapped."""
    if start is not None and end is not None and start >= end:
        message = f"--start must be before --end, found {iso_of(start)} and {iso_of(end)}"
        raise UsageError(message)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def address_options(command: Command) -> Command:
    """Add --host and --port."""
    command = click.option(
        "--port", type=click.IntRange(0, 65_535), help="Port. Default: 8000; 0 takes a free one."
    )(command)
    return click.option("--host", help="Address to listen at. Default: 127.0.0.1.")(command)
