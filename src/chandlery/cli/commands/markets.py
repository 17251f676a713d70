"""`chandlery markets`: what is here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import rich_click as click
from rich.table import Table

from chandlery.cli.access import reached
from chandlery.cli.options import Count, common, json_option
from chandlery.cli.output import print_table
from chandlery.core.moments import iso_of
from chandlery.engine.markets import MarketSummary
from chandlery.formats import text_of


@click.command(epilog="Example: chandlery markets btc")
@click.argument("query", default="")
@click.option("--limit", type=Count(), default=1_000, help="At most so many. Default: 1000.")
@json_option
@common
def markets(*, query: str, limit: int, as_json: bool, data: Path | None, file: Path | None) -> None:
    """List the markets that fit QUERY, or all of them."""
    with reached(data, file) as access:
        found = access.markets(query, limit)
    if as_json:
        click.echo(orjson.dumps([_json(summary) for summary in found]).decode())
        return
    if not found:
        click.echo(f"no market fits {query!r}" if query else "no markets yet", err=True)
        return
    print_table(_table(found))


def _json(summary: MarketSummary) -> dict[str, Any]:
    market = summary.market
    return {
        "symbol": market.symbol,
        "description": market.description,
        "type": market.type,
        "session": market.session,
        "time_zone": market.time_zone,
        "first": summary.first,
        "last": summary.last,
        "price": summary.price,
    }


def _table(found: list[MarketSummary]) -> Table:
    table = Table()
    for heading in ("symbol", "description", "first (UTC)", "last (UTC)"):
        table.add_column(heading)
    table.add_column("last price", justify="right")
    for summary in found:
        table.add_row(
            summary.market.symbol,
            summary.market.description,
            "" if summary.first is None else iso_of(summary.first),
            "" if summary.last is None else iso_of(summary.last),
            "" if summary.price is None else text_of(summary.price),
        )
    return table
