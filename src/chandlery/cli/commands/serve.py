"""`chandlery serve`: the server."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from chandlery.api.access import first_admin_key, protection_of
from chandlery.cli.opened import settings_of
from chandlery.cli.options import address_options, common
from chandlery.cli.serving import Serving, run
from chandlery.clock import SystemClock
from chandlery.engine.filters import set_patterns
from chandlery.wiring import open_engine, open_sources, server_of


@click.command(epilog="Example: chandlery serve --live binance:BTCUSDT,ETHUSDT --backfill 30d")
@click.option(
    "--live",
    multiple=True,
    metavar="VENUE:SYMBOL,...",
    help="Markets to follow, such as binance:BTCUSDT,ETHUSDT; may be given several times.",
)
@click.option("--backfill", metavar="TIME", help="Fetch so much of their past too, such as 30d.")
@address_options
@common
def serve(  # noqa: PLR0913 - one parameter an option
    *,
    live: tuple[str, ...],
    backfill: str | None,
    host: str | None,
    port: int | None,
    data: Path | None,
    file: Path | None,
) -> None:
    """Run the server until Ctrl-C or SIGTERM; then write what was taken in, and end.

    Prints one line with the address when it is ready; logs go to standard error.
    """
    flags = {
        "http.host": host,
        "http.port": port,
        "feeds.live": list(live) or None,
        "feeds.backfill": backfill,
    }
    settings = settings_of(data, file, flags)
    clock = SystemClock()
    directory = settings.data.expanduser().absolute()

    async def ready(url: str) -> None:
        click.echo(f"Chandlery is ready at {url} (data in {directory})")
        if admin_key:
            click.echo(f"Admin link, shown this once: {url}/#token={admin_key}")

    with open_engine(settings) as engine:
        set_patterns(engine, settings.filters)
        server = server_of(settings, engine, clock)
        sources = open_sources(settings, server)
        protection = protection_of(settings, engine.store, clock)
        admin_key = first_admin_key(protection.keys)
        run(Serving(server, settings, protection, sources, ready).run())
