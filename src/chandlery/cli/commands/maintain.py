"""`chandlery maintain`: retention, sorted runs, a checkpoint."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from chandlery.cli.opened import now_s, settings_of
from chandlery.cli.options import common
from chandlery.engine.upkeep import maintain as keep_up
from chandlery.wiring import open_engine


@click.command(epilog="Example: chandlery maintain --data ./d")
@common
def maintain(*, data: Path | None, file: Path | None) -> None:
    """Let go of what is older than the settings keep, sort what is loose, and checkpoint.

    One process holds a data directory at a time, so end a server first. Stopping this at any
    moment loses nothing.
    """
    settings = settings_of(data, file)
    with open_engine(settings, create=False) as engine:
        for line in keep_up(engine, settings.retention_of(), now_s()):
            click.echo(line)
