"""`chandlery quality`: how good the data of the markets is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import rich_click as click
from rich.table import Table

from chandlery.cli.access import reached
from chandlery.cli.options import common, json_option
from chandlery.cli.output import print_table
from chandlery.core.moments import iso_of

HEADINGS = (
    "trades/min",
    "usual",
    "bars/min",
    "age",
    "gaps",
    "not collected",
    "jumps",
    "given bars that differ",
    "refused",
    "left out",
)


@click.command(epilog="Example: chandlery quality BINANCE:BTCUSDT")
@click.argument("symbol", required=False)
@json_option
@common
def quality(*, symbol: str | None, as_json: bool, data: Path | None, file: Path | None) -> None:
    """Show how good the data of the market SYMBOL is, or of all of them.

    What came in the last hour against what is usual, how old the newest is, what was not
    collected, prices far from their neighbours, and given bars that differ from their trades.
    """
    with reached(data, file) as access:
        found = access.quality(symbol)
    if as_json:
        click.echo(orjson.dumps(found).decode())
        return
    if not found:
        click.echo("no markets yet", err=True)
        return
    print_table(_table(found))
    if symbol:
        _tell(found[0])


def _table(found: list[dict[str, Any]]) -> Table:
    table = Table()
    table.add_column("symbol")
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    for row in found:
        given, gaps = row["given"], row["gaps"]
        table.add_row(
            row["symbol"],
            _number(row["trades_per_minute"]["recent"]),
            _number(row["trades_per_minute"]["usual"]),
            _number(row["bars_per_minute"]["recent"]),
            _age(row),
            f"{gaps['count']:,}",
            f"{gaps['seconds']:,} s",
            f"{row['jumps']['count']:,}",
            f"{given['different']:,} of {given['bars']:,}",
            f"{sum(row['refused'].values()):,}",
            f"{row['left_out']['trades']:,}",
        )
    return table


def _tell(row: dict[str, Any]) -> None:
    """Print what a table has no room for."""
    for gap in row["gaps"]["newest"]:
        click.echo(f"not collected: {iso_of(gap['start'])} to {iso_of(gap['end'])}")
    for jump in row["jumps"]["largest"]:
        far = f"{jump['deviation']:+.2%} from {jump['median']:g}"
        click.echo(f"jump: {iso_of(jump['t'])} to {jump['price']:g}, {far}")
    for reason, count in row["refused"].items():
        click.echo(f"refused since the server began: {count:,} ({reason})")
    if row["left_out"]["of"]:
        out, of = row["left_out"]["trades"], row["left_out"]["of"]
        click.echo(f"left out of the candles: {out:,} of the newest {of:,} trades")
    for bar in row["given"]["newest"]:
        click.echo(f"differs: {iso_of(bar['t'])} {bar['how']}")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.2f}"


def _age(row: dict[str, Any]) -> str:
    if row["age_s"] is None:
        return ""
    return f"{row['age_s']:,} s" + (" stale" if row["stale"] else "")
