"""`chandlery market`: a market added, edited or hidden."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import orjson
import rich_click as click

from chandlery.cli.access import reached
from chandlery.cli.options import common, json_option
from chandlery.core.errors import UsageError
from chandlery.engine.editing import MarketEdit

Command = TypeVar("Command", bound=Callable[..., Any])
FIELDS = ("description", "type", "session", "time_zone", "price_scale", "volume_precision")
OPTIONS = (
    click.option("--description", help="What it is called."),
    click.option("--type", "type", help="What kind it is, such as crypto, stock or forex."),
    click.option("--session", help="When it is traded, such as 24x7 or 0930-1600."),
    click.option("--time-zone", help="Of the session, such as America/New_York."),
    click.option("--price-scale", type=int, help="A power of ten: 100 shows two decimals."),
    click.option("--volume-precision", type=int, help="Decimals of volumes, 0 to 8."),
)


def _fields(command: Command) -> Command:
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.group(epilog="Example: chandlery market edit MY:GOLD --description 'Gold, spot'")
def market() -> None:
    """Add a market, edit what is known of one, or hide it from lists and searches."""


@market.command(epilog="Example: chandlery market add MY:GOLD --type commodity")
@click.argument("symbol")
@_fields
@common
def add(*, symbol: str, data: Path | None, file: Path | None, **said: Any) -> None:
    """Make the market SYMBOL before anything is delivered for it."""
    edit = MarketEdit(**{name: value for name, value in said.items() if value is not None})
    with reached(data, file, create=True) as access:
        _tell(access.market_desk().add(symbol, edit), as_json=False)


@market.command(epilog="Example: chandlery market edit NYSE:IBM --session 0930-1600")
@click.argument("symbol")
@_fields
@click.option("--reset", multiple=True, type=click.Choice(FIELDS), help="Take back what was set.")
@common
def edit(
    *, symbol: str, reset: tuple[str, ...], data: Path | None, file: Path | None, **said: Any
) -> None:
    """Change what is known of the market SYMBOL.

    Another session or time zone has all its candles made again.
    """
    values: dict[str, Any] = dict.fromkeys(reset)
    values |= {name: value for name, value in said.items() if value is not None}
    changed = MarketEdit(**values)
    if not changed.said():
        message = "nothing to change was named"
        raise UsageError(message, hint="`chandlery market edit --help` shows what can be")
    with reached(data, file) as access:
        _tell(access.market_desk().edit(symbol, changed), as_json=False)


@market.command(epilog="Example: chandlery market hide BINANCE:LUNAUSDT")
@click.argument("symbol")
@common
def hide(*, symbol: str, data: Path | None, file: Path | None) -> None:
    """Leave the market SYMBOL out of lists and searches; its data stays."""
    _hide(symbol, data, file, hidden=True)


@market.command(epilog="Example: chandlery market unhide BINANCE:LUNAUSDT")
@click.argument("symbol")
@common
def unhide(*, symbol: str, data: Path | None, file: Path | None) -> None:
    """Show the market SYMBOL in lists and searches again."""
    _hide(symbol, data, file, hidden=False)


@market.command(epilog="Example: chandlery market show BINANCE:BTCUSDT --json")
@click.argument("symbol")
@json_option
@common
def show(*, symbol: str, as_json: bool, data: Path | None, file: Path | None) -> None:
    """Show all that is known of the market SYMBOL."""
    with reached(data, file) as access:
        wanted = symbol.strip().upper()
        found = [row for row in access.market_desk().all(symbol) if row["symbol"].upper() == wanted]
    if not found:
        message = f"no market {symbol!r} here"
        raise UsageError(message, hint="`chandlery markets` lists what is here")
    _tell(found[0], as_json=as_json)


def _hide(symbol: str, data: Path | None, file: Path | None, *, hidden: bool) -> None:
    with reached(data, file) as access:
        found = access.market_desk().edit(symbol, MarketEdit(hidden=hidden))
    click.echo(f"{found['symbol']} is {'hidden' if hidden else 'shown'}; its data stays")


def _tell(row: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(orjson.dumps(row).decode())
        return
    for name, value in row.items():
        shown = ", ".join(value) if isinstance(value, list | tuple) else str(value)
        click.echo(f"{name.replace('_', ' ')}: {shown}")
