"""`chandlery trades`: the trades of a market."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import rich_click as click
from rich.table import Table

from chandlery.api.admin.requests import TradesRequest
from chandlery.cli.access import reached
from chandlery.cli.options import Count, check_range, common, range_options
from chandlery.cli.output import print_table, sink
from chandlery.core.errors import UsageError
from chandlery.core.trades import Trades
from chandlery.formats import texts_of
from chandlery.formats.csv import trades_header, trades_rows
from chandlery.formats.rows import side_labels

NEWEST = 500
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@click.command(epilog="Example: chandlery trades BINANCE:XRPETH --limit 20")
@click.argument("symbol")
@range_options
@click.option("--limit", type=Count(), help=f"Only the newest. Default: {NEWEST} without a range.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    help="Default: table. In CSV and JSON the time is in microseconds.",
)
@click.option("--out", type=click.Path(path_type=Path), help="File to write instead of printing.")
@common
def trades(  # noqa: PLR0913 - one parameter an option
    *,
    symbol: str,
    start: int | None,
    end: int | None,
    limit: int | None,
    form: str,
    out: Path | None,
    data: Path | None,
    file: Path | None,
) -> None:
    """Print the trades of the market SYMBOL, oldest first."""
    check_range(start, end)
    if form == "table" and out is not None:
        message = "a table is for the terminal"
        raise UsageError(message, hint="with --out take --format csv or json")
    if limit is None and start is None and end is None:
        limit = NEWEST
    with reached(data, file) as access:
        found = access.trades(TradesRequest(symbol, start, end, limit))
        if form == "table":
            print_table(_table(Trades.concat(found)))
            return
        with sink(out) as target:
            for text in (_csv if form == "csv" else _json)(found):
                target.write(text)


def _rows(trades: Trades) -> list[dict[str, Any]]:
    names = ("time", "price", "size", "side", "id")
    sides = [side or None for side in side_labels(trades).tolist()]
    columns = (trades.time, trades.price, trades.size, None, trades.id)
    lists = [sides if column is None else column.tolist() for column in columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True)]


def _csv(pieces: Iterator[Trades]) -> Iterator[str]:
    yield trades_header()
    for piece in pieces:
        yield trades_rows(piece)


def _json(pieces: Iterator[Trades]) -> Iterator[str]:
    separator = "["
    for piece in pieces:
        if len(piece):
            yield separator + orjson.dumps(_rows(piece))[1:-1].decode()
            separator = ","
    yield "[]\n" if separator == "[" else "]\n"


def _table(trades: Trades) -> Table:
    table = Table()
    table.add_column("time (UTC)")
    for heading in ("price", "size"):
        table.add_column(heading, justify="right")
    table.add_column("side")
    table.add_column("id", justify="right")
    times = [_time_text(time_us) for time_us in trades.time.tolist()]
    sides, ids = side_labels(trades).tolist(), texts_of(trades.id)
    prices, sizes = texts_of(trades.price), texts_of(trades.size)
    for row in zip(times, prices, sizes, sides, ids, strict=True):
        table.add_row(*row)
    return table


def _time_text(time_us: int) -> str:
    moment = EPOCH + timedelta(microseconds=time_us)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
