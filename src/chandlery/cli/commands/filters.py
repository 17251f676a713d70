"""`chandlery filters`: which trades are left out of the candles."""

from __future__ import annotations

from pathlib import Path

import msgspec
import rich_click as click
from rich.table import Table

from chandlery.cli.access import reached
from chandlery.cli.options import common, json_option
from chandlery.cli.output import print_table
from chandlery.config.values import read_duration
from chandlery.core.errors import UsageError
from chandlery.core.filters import Rule
from chandlery.engine.filters import FilterRow


@click.group(epilog="Example: chandlery filters set BINANCE:BTCUSDT --max-deviation 0.2")
def filters() -> None:
    """Leave bad ticks out of the candles: show the rules, and set those of single markets.

    What is left out stays among the trades. When a rule changes, the candles are made again.
    """


@filters.command("list", epilog="Example: chandlery filters list --json")
@json_option
@common
def list_filters(*, as_json: bool, data: Path | None, file: Path | None) -> None:
    """List the rules of the settings' patterns, and of single markets."""
    with reached(data, file) as access:
        found = access.market_desk().filters()
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    elif not found:
        click.echo("every trade counts: `chandlery filters set` leaves some out", err=True)
    else:
        print_table(_table(found))


@filters.command("set", epilog="Example: chandlery filters set BINANCE:BTCUSDT --min-notional 5")
@click.argument("symbol")
@click.option("--min-notional", type=float, default=0.0, help="Leave out price * size below this.")
@click.option(
    "--max-deviation",
    type=float,
    default=0.0,
    help="Leave out prices further from the median than this part of it, such as 0.2.",
)
@click.option("--window", default="15m", help="The median of how long before, 5m to 1h.")
@common
def set_filter(  # noqa: PLR0913 - one parameter an option
    *,
    symbol: str,
    min_notional: float,
    max_deviation: float,
    window: str,
    data: Path | None,
    file: Path | None,
) -> None:
    """Give the market SYMBOL a rule of its own; without a limit, every trade counts."""
    rule = Rule(min_notional=min_notional, max_deviation=max_deviation, window_s=_span(window))
    with reached(data, file) as access:
        found = access.market_desk().set_filter(symbol, rule)
    _tell(found)


@filters.command(epilog="Example: chandlery filters clear BINANCE:BTCUSDT")
@click.argument("symbol")
@common
def clear(*, symbol: str, data: Path | None, file: Path | None) -> None:
    """Take the rule of the market SYMBOL away; those of patterns then hold for it."""
    with reached(data, file) as access:
        found = access.market_desk().set_filter(symbol, None)
    _tell(found)


def _span(text: str) -> int:
    try:
        return int(read_duration(text))
    except ValueError:
        message = f"--window is {text!r}, a time from 5m to 1h expected"
        raise UsageError(message) from None


def _tell(found: FilterRow) -> None:
    click.echo(f"{found.symbol}: {_said(found)}; its candles are made again")


def _said(found: FilterRow) -> str:
    limits = []
    if found.min_notional:
        limits.append(f"below a notional of {found.min_notional:g}")
    if found.max_deviation:
        limits.append(
            f"further than {found.max_deviation:.4g} from the median of {found.window_s // 60} min"
        )
    return f"left out is what is {' or '.join(limits)}" if limits else "every trade counts"


def _table(found: list[FilterRow]) -> Table:
    table = Table()
    for heading in ("of", "symbol or pattern", "rule"):
        table.add_column(heading)
    for row in found:
        table.add_row(row.kind, row.symbol, _said(row))
    return table
