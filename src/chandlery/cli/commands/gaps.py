"""`chandlery gaps`: what was not collected."""

from __future__ import annotations

from pathlib import Path

import msgspec
import rich_click as click
from rich.table import Table

from chandlery.cli.access import reached
from chandlery.cli.opened import now_s
from chandlery.cli.options import common, json_option
from chandlery.cli.output import print_table
from chandlery.core.moments import iso_of
from chandlery.engine.gaps import GapRow


@click.command(epilog="Example: chandlery gaps BINANCE:BTCUSDT")
@click.argument("symbol", required=False)
@json_option
@common
def gaps(*, symbol: str | None, as_json: bool, data: Path | None, file: Path | None) -> None:
    """Show what was not collected of the market SYMBOL, or of all of them.

    A gap is open, being filled, or lost: then it can never be filled, and the reason is told.
    """
    with reached(data, file) as access:
        found = access.gaps(symbol)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    elif found:
        print_table(_table(found, now_s()))
    else:
        click.echo("nothing is missing of what feeds have followed", err=True)


def _table(found: list[GapRow], now: int) -> Table:
    table = Table()
    for heading in ("symbol", "kind", "from (UTC)", "to (UTC)"):
        table.add_column(heading)
    table.add_column("seconds", justify="right")
    for heading in ("state", "reason"):
        table.add_column(heading)
    for gap in found:
        table.add_row(
            gap.symbol,
            gap.kind,
            iso_of(gap.start),
            "still open" if gap.end is None else iso_of(gap.end),
            f"{(now if gap.end is None else gap.end) - gap.start:,}",
            gap.state,
            gap.reason,
        )
    return table
