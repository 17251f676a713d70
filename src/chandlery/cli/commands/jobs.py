"""`chandlery jobs`: the state of the roll-ups."""

from __future__ import annotations

from pathlib import Path

import msgspec
import rich_click as click
from rich.table import Table

from chandlery.cli.access import reached
from chandlery.cli.options import common, json_option
from chandlery.cli.output import print_table
from chandlery.core.moments import iso_of
from chandlery.engine.jobs import Job


@click.command(epilog="Example: chandlery jobs --json")
@json_option
@common
def jobs(*, as_json: bool, data: Path | None, file: Path | None) -> None:
    """Show each roll-up: its state, its last run, and how far it is behind."""
    with reached(data, file) as access:
        found = access.jobs()
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        print_table(_table(found))


def _table(found: list[Job]) -> Table:
    table = Table()
    for heading in ("job", "state", "last run (UTC)"):
        table.add_column(heading)
    for heading in ("seconds", "bars", "behind", "dirty"):
        table.add_column(heading, justify="right")
    for job in found:
        table.add_row(
            job.name,
            f"{job.state}: {job.reason}" if job.reason else job.state,
            iso_of(job.last_run) if job.last_run else "never",
            f"{job.duration_s:.3f}",
            f"{job.rows:,}",
            f"{job.lag_s:,} s",
            f"{job.marks:,}",
        )
    return table
