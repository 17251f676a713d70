"""`chandlery feeds`: what is followed, changed while the server runs or before it starts."""

from __future__ import annotations

from pathlib import Path

import msgspec
import rich_click as click
from rich.table import Table

from chandlery.api.admin.requests import BackfillRequest
from chandlery.cli.access import reached
from chandlery.cli.commands.backfill import fetch
from chandlery.cli.feed_desk import Followed
from chandlery.cli.group import FAILED
from chandlery.cli.opened import now_s
from chandlery.cli.options import common, json_option
from chandlery.cli.output import print_table
from chandlery.config.values import read_span
from chandlery.core.errors import UsageError
from chandlery.core.moments import iso_of
from chandlery.engine.feeding import Action
from chandlery.engine.watchlist import Outcome

SAID = {
    "added": "is followed from now on",
    "followed": "was followed already",
    "unknown": "is not followed",
    "removed": "is followed no more; its data stays",
    "not_followed": "was not followed",
    "settings": "is followed still",
}


@click.group(epilog="Example: chandlery feeds add binance:SOLUSDT --backfill 7d")
def feeds() -> None:
    """Show what is followed; add and remove markets, stop and start feeds.

    A server that runs does it at once. Markets that are added are kept in the data directory.
    """


@feeds.command("list", epilog="Example: chandlery feeds list --json")
@json_option
@common
def list_feeds(*, as_json: bool, data: Path | None, file: Path | None) -> None:
    """List the feeds, and the markets that they follow."""
    with reached(data, file) as access:
        found = access.feeds().followed()
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    elif not found.feeds and not found.markets:
        click.echo("nothing is followed: `chandlery feeds add binance:BTCUSDT`", err=True)
    else:
        print_table(_feeds(found))
        print_table(_markets(found))


@feeds.command(epilog="Example: chandlery feeds add binance:SOLUSDT,ADAUSDT --backfill 7d")
@click.argument("markets")
@click.option("--backfill", metavar="TIME", help="Fetch so much of their past too, such as 7d.")
@common
@click.pass_context
def add(
    ctx: click.Context,
    *,
    markets: str,
    backfill: str | None,
    data: Path | None,
    file: Path | None,
) -> None:
    """Follow MARKETS, such as binance:SOLUSDT,ADAUSDT, from now on."""
    seconds = _span(backfill)
    with reached(data, file, create=True) as access:
        found = access.feeds().add(markets)
        _tell(found)
        known = [each.market for each in found if each.outcome != "unknown"]
        if seconds and known:
            fetch(ctx, access, BackfillRequest(",".join(known), "bars", now_s() - seconds))
    if not known:
        ctx.exit(FAILED)


@feeds.command(epilog="Example: chandlery feeds remove binance:SOLUSDT")
@click.argument("markets")
@common
@click.pass_context
def remove(ctx: click.Context, *, markets: str, data: Path | None, file: Path | None) -> None:
    """Follow MARKETS that were added no more; their data stays."""
    with reached(data, file) as access:
        found = access.feeds().remove(markets)
    _tell(found)
    if not any(each.outcome == "removed" for each in found):
        ctx.exit(FAILED)


@feeds.command(epilog="Example: chandlery feeds start binance")
@click.argument("name")
@common
def start(*, name: str, data: Path | None, file: Path | None) -> None:
    """Read the feed NAME again that was stopped; what it missed is filled."""
    _act(name, "start", data, file)


@feeds.command(epilog="Example: chandlery feeds stop binance")
@click.argument("name")
@common
def stop(*, name: str, data: Path | None, file: Path | None) -> None:
    """Stop the feed NAME until it is started, also over a restart of the server."""
    _act(name, "stop", data, file)


@feeds.command(epilog="Example: chandlery feeds restart binance")
@click.argument("name")
@common
def restart(*, name: str, data: Path | None, file: Path | None) -> None:
    """Stop the feed NAME and start it."""
    _act(name, "restart", data, file)


def _act(name: str, action: Action, data: Path | None, file: Path | None) -> None:
    with reached(data, file) as access:
        found = access.feeds().act(name, action)
    click.echo(f"{found.name}: {found.state}")


def _tell(outcomes: list[Outcome]) -> None:
    for each in outcomes:
        why = f" ({each.reason})" if each.reason else ""
        is_told = each.outcome in ("unknown", "settings", "not_followed")
        click.echo(f"{each.market} {SAID[each.outcome]}{why}", err=is_told)


def _span(text: str | None) -> int:
    try:
        return int(read_span(text)) if text else 0
    except ValueError:
        message = f"--backfill is {text!r}, a time such as 7d expected"
        raise UsageError(message) from None


def _feeds(found: Followed) -> Table:
    table = Table()
    for heading in ("feed", "state"):
        table.add_column(heading)
    for heading in ("markets", "last message", "reconnects"):
        table.add_column(heading, justify="right")
    for feed in found.feeds:
        age = feed.last_msg_age_ms
        table.add_row(
            feed.name,
            f"{feed.state}: {feed.reason}" if feed.reason else feed.state,
            f"{feed.markets:,}",
            "none yet" if age is None else f"{age / 1e3:,.1f} s ago",
            f"{feed.reconnects:,}",
        )
    return table


def _markets(found: Followed) -> Table:
    table = Table()
    for heading in ("market", "symbol", "feed", "from"):
        table.add_column(heading)
    for each in found.markets:
        since = "settings" if each.added is None else f"added {iso_of(each.added)}"
        table.add_row(each.market, each.symbol, each.feed, since)
    return table
