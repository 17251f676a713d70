"""`chandlery rebuild`: candles made again from their trades."""

from __future__ import annotations

import asyncio
from pathlib import Path

import rich_click as click

from chandlery.cli import progress
from chandlery.cli.group import INTERRUPTED
from chandlery.cli.interrupts import stopping
from chandlery.cli.opened import now_s, opened
from chandlery.cli.options import check_range, common, range_options
from chandlery.cli.progress import Shown
from chandlery.cli.rolling import roll_up
from chandlery.core.errors import UsageError
from chandlery.core.moments import iso_of
from chandlery.engine.engine import Engine


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
    with opened(data, file) as engine, progress.shown("candles") as shown:
        number = engine.registry.number(symbol)
        first, last = engine.registry.reach(number)
        start = first if start is None else max(start, first)
        end = last if end is None else min(end, last)
        if start >= end:
            message = f"nothing of {symbol} lies in that range"
            hint = f"its data reaches from {iso_of(first)} to {iso_of(last)}"
            raise UsageError(message, hint=hint)
        engine.recorder.mark(number, start, end)
        rows, is_interrupted = asyncio.run(_run(engine, shown))
    click.echo(f"{symbol}: {rows:,} candles written, whatever else was due among them")
    if is_interrupted:
        click.echo("interrupted: the rest is made by the next roll-up", err=True)
        ctx.exit(INTERRUPTED)


async def _run(engine: Engine, shown: Shown) -> tuple[int, bool]:
    with stopping() as stop:
        rows = await roll_up(engine, now_s(), shown, stop)
        return rows, stop.is_set()
