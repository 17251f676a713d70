"""`chandlery keys`: the API keys of a data directory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import rich_click as click
from rich.table import Table
from typing_extensions import override

from chandlery.api.access.keys import ApiKey
from chandlery.api.access.principal import SCOPES
from chandlery.cli.access import KeyDesk, reached
from chandlery.cli.opened import now_s
from chandlery.cli.options import common, json_option
from chandlery.cli.output import print_table
from chandlery.config import Seconds, read_duration
from chandlery.core.moments import iso_of


class Lifetime(click.ParamType[Seconds]):
    """How long something is valid."""

    name = "time"

    @override
    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Seconds:
        if isinstance(value, Seconds):
            return value
        try:
            return read_duration(value)
        except ValueError:
            self.fail(f"a time such as 12h, 30d or forever expected, found {value!r}")


@click.group(epilog="Example: chandlery keys create feed --scope write --expires 90d")
def keys() -> None:
    """Make, list and revoke API keys.

    A key with the scope write may also read, and admin may do everything.
    """


@keys.command(epilog="Example: chandlery keys create feed --scope write --expires 90d")
@click.argument("name")
@click.option(
    "--scope",
    type=click.Choice(list(SCOPES)),
    default="read",
    help="What it may be used for. Default: read.",
)
@click.option(
    "--expires", type=Lifetime(), help="How long it is valid, such as 30d. Default: forever."
)
@json_option
@common
def create(  # noqa: PLR0913 - one parameter an option
    *,
    name: str,
    scope: str,
    expires: Seconds | None,
    as_json: bool,
    data: Path | None,
    file: Path | None,
) -> None:
    """Make a key called NAME and print it, this once."""
    with _desk(data, file, create=True) as desk:
        issued = desk.create(name, SCOPES[scope], int(expires or 0) or None)
    if as_json:
        click.echo(orjson.dumps(issued.key.shown(now_s()) | {"key": issued.text}).decode())
        return
    click.echo(issued.text)
    click.echo(_about(issued.key), err=True)


@keys.command("list", epilog="Example: chandlery keys list --json")
@json_option
@common
def list_keys(*, as_json: bool, data: Path | None, file: Path | None) -> None:
    """List the keys, without their secrets, which nobody has."""
    with _desk(data, file) as desk:
        found = desk.all()
    if as_json:
        click.echo(orjson.dumps([key.shown(now_s()) for key in found]).decode())
    else:
        print_table(_table(found, now_s()))


@keys.command(epilog="Example: chandlery keys revoke 3f9c0a12b4de")
@click.argument("key_id", metavar="ID")
@common
def revoke(*, key_id: str, data: Path | None, file: Path | None) -> None:
    """Have the key with this ID count no longer, for ever."""
    with _desk(data, file) as desk:
        key = desk.revoke(key_id)
    click.echo(f"{key.id} ({key.name}) is revoked")


@contextmanager
def _desk(data: Path | None, file: Path | None, *, create: bool = False) -> Iterator[KeyDesk]:
    with reached(data, file, create=create) as access:
        yield access.keys()


def _about(key: ApiKey) -> str:
    until = "for ever" if key.expires is None else f"until {iso_of(key.expires)}"
    return f"{key.id} ({key.name}) may {key.scope} {until}; keep the key, it is shown this once"


def _table(found: list[ApiKey], now: int) -> Table:
    table = Table()
    headings = ("id", "name", "scope", "state", "created (UTC)", "expires (UTC)", "last used (UTC)")
    for heading in headings:
        table.add_column(heading)
    for key in found:
        times = (iso_of(key.created), _moment(key.expires), _moment(key.last_used))
        table.add_row(key.id, key.name, key.scope, key.state_at(now), *times)
    return table


def _moment(seconds: int | None) -> str:
    return "never" if seconds is None else iso_of(seconds)
