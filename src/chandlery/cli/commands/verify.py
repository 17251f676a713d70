"""`chandlery verify`: the audit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson
import rich_click as click

from chandlery.cli import progress
from chandlery.cli.access import reached
from chandlery.cli.group import FAILED
from chandlery.cli.options import common, json_option
from chandlery.cli.progress import Shown
from chandlery.core.errors import ChandleryError
from chandlery.engine.chores import Progress, Verified


@click.command(epilog="Example: chandlery verify --data ./d --json")
@json_option
@common
@click.pass_context
def verify(ctx: click.Context, *, as_json: bool, data: Path | None, file: Path | None) -> None:
    """Fold every trade afresh and compare every stored candle with the result.

    Exits with 1 if any differs.
    """
    with reached(data, file) as access, progress.shown("trades") as shown:
        shown.begin("verifying")
        with closing(access.verify()) as steps:
            found = _followed(steps, shown)
    click.echo(_json(found) if as_json else _text(found))
    ctx.exit(0 if found.ok else FAILED)


def _followed(steps: Iterator[Progress | Verified], shown: Shown) -> Verified:
    """Show how far an audit is, and return what it found."""
    for step in steps:
        if isinstance(step, Verified):
            return step
        shown.expect(step.total)
        shown.reach(step.done, 0)
    message = "the audit ended without a result"
    raise ChandleryError(message)


def _json(found: Verified) -> str:
    return orjson.dumps(
        {
            "ok": found.ok,
            "trades": found.trades,
            "bars": found.bars,
            "dirty": found.dirty,
            "count": found.count,
            "differences": found.differences,
        }
    ).decode()


def _text(found: Verified) -> str:
    compared = f"{found.bars:,} candles compared with {found.trades:,} trades"
    waiting = f"; {found.dirty:,} wait to be made again" if found.dirty else ""
    if found.ok:
        return f"{compared}{waiting}: all agree"
    shown = "\n".join(f"  {difference}" for difference in found.differences)
    advice = "`chandlery rebuild SYMBOL` makes them again"
    return f"{compared}{waiting}: {found.count:,} differ\n{shown}\n{advice}"
