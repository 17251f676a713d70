"""`chandlery backfill`: history from an exchange."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Literal

import rich_click as click

from chandlery.api.admin.requests import BackfillRequest
from chandlery.cli import progress
from chandlery.cli.access import Access, reached
from chandlery.cli.group import INTERRUPTED
from chandlery.cli.interrupts import stopping
from chandlery.cli.opened import now_s
from chandlery.cli.options import check_range, common, range_options
from chandlery.cli.progress import Shown
from chandlery.config.values import read_span
from chandlery.core.errors import UsageError
from chandlery.engine.chores import Progress, Said


@click.command(epilog="Example: chandlery backfill binance:BTCUSDT,ETHUSDT --since 30d")
@click.argument("markets")
@click.option("--since", metavar="TIME", help="So much of the past, such as 30d.")
@click.option(
    "--kind",
    type=click.Choice(["bars", "trades"]),
    default="bars",
    help="Bars of a minute, or every trade, which takes far longer. Default: bars.",
)
@range_options
@common
@click.pass_context
def backfill(  # noqa: PLR0913 - one parameter an option
    ctx: click.Context,
    *,
    markets: str,
    since: str | None,
    kind: Literal["bars", "trades"],
    start: int | None,
    end: int | None,
    data: Path | None,
    file: Path | None,
) -> None:
    """Fetch the past of MARKETS, such as binance:BTCUSDT,ETHUSDT, from their exchange.

    Ctrl-C loses nothing: the same command goes on from there. What is there is not fetched again.
    """
    check_range(start, end)
    asked = BackfillRequest(markets, kind, _start(since, start), end)
    with reached(data, file, create=True) as access:
        fetch(ctx, access, asked)


def fetch(ctx: click.Context, access: Access, asked: BackfillRequest) -> None:
    """Fetch the past of markets with progress, to the end or until interrupted."""
    with progress.shown("seconds") as shown:
        lines, is_interrupted = asyncio.run(_run(access.backfill(asked), shown))
    for line in lines:
        click.echo(line)
    if is_interrupted:
        click.echo("interrupted: the same command goes on from here", err=True)
        ctx.exit(INTERRUPTED)


def _start(since: str | None, start: int | None) -> int:
    if (since is None) == (start is None):
        message = "one of --since and --start expected"
        raise UsageError(message, hint="such as --since 30d")
    if start is not None:
        return start
    try:
        length = read_span(since)
    except ValueError:
        message = f"--since is {since!r}, a time such as 30d expected"
        raise UsageError(message) from None
    return now_s() - int(length)


async def _run(steps: AsyncGenerator[Progress | Said], shown: Shown) -> tuple[list[str], bool]:
    lines: list[str] = []
    shown.begin("fetching")
    with stopping() as stop:
        following = asyncio.create_task(_follow(steps, shown, lines))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait((following, stopped), return_when=asyncio.FIRST_COMPLETED)
        for task in (following, stopped):
            if not task.done():
                task.cancel()
        await asyncio.gather(following, stopped, return_exceptions=True)
        if not following.cancelled():
            following.result()
        return lines, stop.is_set()


async def _follow(steps: AsyncGenerator[Progress | Said], shown: Shown, lines: list[str]) -> None:
    async with aclosing(steps) as told:
        async for step in told:
            if isinstance(step, Said):
                lines.append(step.line)
            else:
                shown.expect(step.total)
                shown.reach(step.done, step.done)
