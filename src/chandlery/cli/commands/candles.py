"""`chandlery candles`: the candles of a market."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from chandlery.api.admin.requests import CandlesRequest
from chandlery.cli.access import reached
from chandlery.cli.options import Count, Length, check_range, common, range_options
from chandlery.cli.output import write_candles
from chandlery.core.candles import Fill
from chandlery.core.resolution import Resolution

NEWEST = 500


@click.command(
    epilog="Example: chandlery candles BINANCE:XRPETH 5m --start 2019-10-11 --format csv"
)
@click.argument("symbol")
@click.argument("resolution", type=Length())
@range_options
@click.option("--limit", type=Count(), help=f"Only the newest. Default: {NEWEST} without a range.")
@click.option(
    "--fill",
    "filling",
    type=click.Choice(["none", "flat"]),
    default="none",
    help="What stands where nothing was traded. Default: none.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "parquet"]),
    default="table",
    help="Default: table. CSV has the columns t,o,h,l,c,v,q,n,bv; t is in seconds.",
)
@click.option("--out", type=click.Path(path_type=Path), help="File to write instead of printing.")
@common
def candles(  # noqa: PLR0913 - one parameter an option
    *,
    symbol: str,
    resolution: Resolution,
    start: int | None,
    end: int | None,
    limit: int | None,
    filling: Fill,
    form: str,
    out: Path | None,
    data: Path | None,
    file: Path | None,
) -> None:
    """Print the candles of the market SYMBOL at a RESOLUTION such as 1m, 4h or 1d."""
    check_range(start, end)
    if limit is None and start is None and end is None:
        limit = NEWEST
    asked = CandlesRequest(symbol, start, end, limit, resolution=str(resolution), fill=filling)
    with reached(data, file) as access:
        write_candles(access.candles(asked), form, out)
