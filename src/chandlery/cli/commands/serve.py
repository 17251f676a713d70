"""`chandlery serve`: the server."""

from __future__ import annotations

import asyncio
from pathlib import Path

import rich_click as click

from chandlery.cli.opened import settings_of
from chandlery.cli.options import address_options, common
from chandlery.cli.serving import Serving
from chandlery.clock import SystemClock
from chandlery.engine.server import Server
from chandlery.wiring import limits_of, open_engine, open_sources


@click.command(epilog="Example: chandlery serve --data ./d --port 8000")
@address_options
@common
def serve(*, host: str | None, port: int | None, data: Path | None, file: Path | None) -> None:
    """Run the server until Ctrl-C or SIGTERM; then write what was taken in, and end.

    Prints one line with the address when it is ready; logs go to standard error.
    """
    settings = settings_of(data, file, {"http.host": host, "http.port": port})
    clock = SystemClock()
    directory = settings.data.expanduser().absolute()

    async def ready(url: str) -> None:
        click.echo(f"Chandlery is ready at {url} (data in {directory})")

    with open_engine(settings) as engine:
        server = Server(engine, clock, limits_of(settings), settings.retention_of())
        sources = open_sources(settings, engine, clock)
        asyncio.run(Serving(server, settings.http, sources, ready).run())
