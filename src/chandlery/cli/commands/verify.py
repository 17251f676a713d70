"""`chandlery verify`: the audit."""

from __future__ import annotations

from pathlib import Path

import orjson
import rich_click as click

from chandlery.cli import progress
from chandlery.cli.group import FAILED
from chandlery.cli.opened import opened
from chandlery.cli.options import common, json_option
from chandlery.engine.verify import Verification
from chandlery.engine.verify import verify as audit


@click.command(epilog="Example: chandlery verify --data ./d --json")
@json_option
@common
@click.pass_context
def verify(ctx: click.Context, *, as_json: bool, data: Path | None, file: Path | None) -> None:
    """Fold every trade afresh and compare every stored candle with the result.

    Exits with 1 if any differs.
    """
    with opened(data, file) as engine, progress.shown("trades") as shown:
        shown.begin("verifying")

        def report(done: int, total: int) -> None:
            shown.expect(total)
            shown.reach(done, 0)

        found = audit(engine, report)
    click.echo(_json(found) if as_json else _text(found))
    ctx.exit(0 if found.ok else FAILED)


def _json(found: Verification) -> str:
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


def _text(found: Verification) -> str:
    compared = f"{found.bars:,} candles compared with {found.trades:,} trades"
    waiting = f"; {found.dirty:,} wait to be made again" if found.dirty else ""
    if found.ok:
        return f"{compared}{waiting}: all agree"
    shown = "\n".join(f"  {difference}" for difference in found.differences)
    advice = "`chandlery rebuild SYMBOL` makes them again"
    return f"{compared}{waiting}: {found.count:,} differ\n{shown}\n{advice}"
