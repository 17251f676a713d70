"""`chandlery maintain`: retention, sorted runs, a checkpoint."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import rich_click as click

from chandlery.cli.access import reached
from chandlery.cli.options import common


@click.command(epilog="Example: chandlery maintain --data ./d")
@common
def maintain(*, data: Path | None, file: Path | None) -> None:
    """Let go of what is older than the settings keep, sort what is loose, and checkpoint.

    A server that holds the directory does it by itself, and by its own settings. Stopping this
    at any moment loses nothing.
    """
    with reached(data, file) as access, closing(access.maintain()) as steps:
        for said in steps:
            click.echo(said.line)
