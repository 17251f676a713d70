"""`chandlery doctor`: what is wrong with a server of TradingView's protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import rich_click as click
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from chandlery.cli import progress
from chandlery.cli.group import FAILED, debug_option
from chandlery.cli.options import Count, Length, json_option
from chandlery.cli.output import WIDE
from chandlery.cli.progress import Shown
from chandlery.clock import SystemClock
from chandlery.core.resolution import Resolution
from chandlery.doctor import DEFAULT_REQUESTS, Examination, Finding, Report, Severity, Visit, Wish
from chandlery.doctor.http import reaching
from chandlery.doctor.places import find

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


@click.command(epilog="Example: chandlery doctor http://localhost:8000 --symbol BTC")
@click.argument("url")
@click.option("--symbol", "symbols", multiple=True, help="Symbol to look at; repeat for more.")
@click.option(
    "--resolution",
    "resolutions",
    type=Length(),
    multiple=True,
    help="Resolution to look at, such as 1 or 1D; repeat for more.",
)
@click.option(
    "--requests",
    type=Count(),
    default=DEFAULT_REQUESTS,
    help=f"At most so many requests, one after another. Default: {DEFAULT_REQUESTS}.",
)
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@json_option
@debug_option
@click.pass_context
def doctor(  # noqa: PLR0913 - one parameter an option
    ctx: click.Context,
    *,
    url: str,
    symbols: tuple[str, ...],
    resolutions: tuple[Resolution, ...],
    requests: int,
    strict: bool,
    as_json: bool,
) -> None:
    """Examine the UDF server at URL, as TradingView's charts would meet it.

    URL is what the charts are given, or the root of a server such as ours. Whatever breaks charts
    is named, with the request that shows it. Leaves with 1 if there were errors.
    """
    with progress.shown("requests") as shown:
        shown.expect(requests)
        report = asyncio.run(_examined(url, Wish(symbols, resolutions), requests, shown))
    if as_json:
        click.echo(msgspec.json.encode(report).decode())
    else:
        _print(report)
    failing = (Severity.ERROR, Severity.WARNING) if strict else (Severity.ERROR,)
    if any(report.count(severity) for severity in failing):
        ctx.exit(FAILED)


async def _examined(url: str, wish: Wish, requests: int, shown: Shown) -> Report:
    clock = SystemClock()
    async with reaching(url, clock) as fetch:
        server = await find(fetch)
        visit = Visit(server, clock, requests, lambda done: shown.reach(done, done))
        report = await Examination(visit, wish, shown.begin).run()
        report.url = server.base
        return report


def _print(report: Report) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDE)
    for finding in report.findings:
        _print_finding(console, finding)
    console.print(f"[bold]{escape(report.url)}[/]: {escape(_summary(report))}")
    if report.unfinished:
        console.print(f"Not finished: {escape(report.unfinished)}; --requests allows more.")


def _print_finding(console: Console, finding: Finding) -> None:
    colour = _COLOURS[finding.severity]
    again = f" ({finding.times} times)" if finding.times > 1 else ""
    head = f"[{colour} bold]{finding.severity}[/] [bold]{finding.check}[/]"
    console.print(f"{head} {escape(finding.subject)}: {escape(finding.what)}{again}")
    for name, text in (
        ("asked", finding.request),
        ("told", finding.answer),
        ("why", finding.why),
        ("do", finding.todo),
    ):
        console.print(Padding(f"[dim]{name:<5}[/] {escape(text)}", (0, 0, 0, 2), expand=False))
    console.print()


def _summary(report: Report) -> str:
    counted = ", ".join(_counted(report.count(severity), severity) for severity in Severity)
    looked = f"{len(report.checks)} checks of {_named(report.series)}"
    return f"{counted} ({looked}, {report.requests} requests)"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _named(series: Sequence[str]) -> str:
    return f"{len(series)} series" if series else "no series"
