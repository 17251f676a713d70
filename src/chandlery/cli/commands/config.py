"""`chandlery config`: every setting and where it was said."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import orjson
import rich_click as click
from rich.table import Table

from chandlery.cli.options import common, json_option
from chandlery.cli.output import print_table
from chandlery.config import load


@click.command(epilog="Example: CHANDLERY_HTTP__PORT=9000 chandlery config")
@json_option
@common
def config(*, as_json: bool, data: Path | None, file: Path | None) -> None:
    """Show every setting, its value, and where that was said: file, environment or flag."""
    values = load({"data": data}, file).values()
    if as_json:
        click.echo(orjson.dumps([asdict(value) for value in values]).decode())
        return
    table = Table("setting", "value", "origin")
    for value in values:
        table.add_row(value.name, value.value, value.origin)
    print_table(table)
