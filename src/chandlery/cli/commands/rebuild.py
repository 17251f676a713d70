"""`chandlery rebuild`: candles made again from their trades."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import rich_click as click

from chandlery.api.admin.requests import RangeRequest
from chandlery.cli import progress
from chandlery.cli.access import reached
from chandlery.cli.group import INTERRUPTED
from chandlery.cli.interrupts import stopping
from chandlery.cli.options import check_range, common, range_options
from chandlery.cli.progress import Shown
from chandlery.cli.rolling import followed
from chandlery.engine.chores import Rolled


@click.command(epilog="Example: chandlery rebuild BINANCE:XRPETH --start 2019-10-11")
@click.argument("symbol")
@range_options
@common
@click.pass_context
def rebuild(  # noqa: PLR0913 - one parameter an option
    ctx: click.Context,
    *,
    symbol: str,
    start: int | None,
    end: int | None,
    data: Path | None,
    file: Path | None,
) -> None:
    """Make the candles of the market SYMBOL again, of a range or of all time."""
    check_range(start, end)
    with (
        reached(data, file) as access,
        progress.shown("candles") as shown,
        closing(access.rebuild(RangeRequest(symbol, start, end))) as steps,
    ):
        rows, is_interrupted = asyncio.run(_run(steps, shown))
    click.echo(f"{symbol}: {rows:,} candles written, whatever else was due among them")
    if is_interrupted:
        click.echo("interrupted: the rest is made by the next roll-up", err=True)
        ctx.exit(INTERRUPTED)


async def _run(steps: Iterator[Rolled], shown: Shown) -> tuple[int, bool]:
    with stopping() as stop:
        rows = await followed(steps, shown, stop)
        return rows, stop.is_set()
