"""`chandlery import`: files of trades or bars into the store."""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
import rich_click as click

from chandlery.cli import progress
from chandlery.cli.group import FAILED, INTERRUPTED
from chandlery.cli.import_run import FileResult, ImportRun, Outcome
from chandlery.cli.opened import settings_of
from chandlery.cli.options import Length, common, json_option
from chandlery.core.errors import UsageError
from chandlery.core.market import symbol_of
from chandlery.core.resolution import Resolution
from chandlery.sources.files import FileOptions
from chandlery.wiring import limits_of, open_engine


@click.command(
    "import",
    epilog="Example: chandlery import trades.csv.gz --market BINANCE:XRPETH",
)
@click.argument("files", nargs=-1, required=True)
@click.option("--market", help="Symbol of all rows, where the files do not tell it.")
@click.option("--interval", type=Length(), help="Rows are bars of this length, such as 15m.")
@click.option(
    "--columns", default="", help="Our columns by name or number of theirs: time=ts,price=3."
)
@click.option("--time-unit", help="Unit of times that are numbers: s, ms, us or ns.")
@click.option("--delimiter", help="What stands between columns: one character, or tab.")
@click.option("--strict", is_flag=True, help="Stop a file at its first bad row.")
@click.option("--session", help="When new markets trade, such as 0930-1600. Default: 24x7.")
@click.option("--time-zone", help="Time zone of new markets, such as America/New_York.")
@click.option("--no-rollup", is_flag=True, help="Leave the candles to be made later.")
@json_option
@common
@click.pass_context
def import_files(  # noqa: PLR0913 - one parameter an option
    ctx: click.Context,
    *,
    files: tuple[str, ...],
    market: str | None,
    interval: Resolution | None,
    columns: str,
    time_unit: str | None,
    delimiter: str | None,
    strict: bool,
    session: str | None,
    time_zone: str | None,
    no_rollup: bool,
    as_json: bool,
    data: Path | None,
    file: Path | None,
) -> None:
    """Import FILES of trades or bars: CSV, JSON or Parquet, plain or packed; - is standard input.

    What a file holds is told from its names and values. Importing again doubles nothing.
    """
    options = FileOptions(
        market=symbol_of(market) if market is not None else None,
        interval=interval,
        columns=_columns(columns),
        time_unit=time_unit,
        delimiter=delimiter,
        strict=strict,
    )
    named = {"session": session, "time_zone": time_zone}
    overrides = {name: value for name, value in named.items() if value is not None}
    settings = settings_of(data, file)
    with open_engine(settings) as engine, progress.shown() as shown:
        run = ImportRun(
            engine, limits_of(settings), options, overrides, shown, rolls_up=not no_rollup
        )
        outcome = asyncio.run(run.run(files))
    _tell(outcome, as_json=as_json)
    if outcome.error is not None:
        raise outcome.error
    ctx.exit(_code(outcome))


def _columns(text: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split(",") if pair]
    for name, sign, theirs in pairs:
        if not (name.strip() and sign and theirs.strip()):
            message = f"--columns such as time=ts,price=3 expected, found {text!r}"
            raise UsageError(message)
    return {name.strip(): theirs.strip() for name, _, theirs in pairs}


def _code(outcome: Outcome) -> int:
    if outcome.is_interrupted:
        return INTERRUPTED
    return FAILED if any(result.failed for result in outcome.files) else 0


def _tell(outcome: Outcome, *, as_json: bool) -> None:
    for result in outcome.files:
        if not as_json and (result.tally.rows or result.error is None):
            click.echo(result.summary)
        _warn(result)
    if as_json:
        files = [result.as_json() for result in outcome.files]
        found = {
            "files": files,
            "rolled_up": outcome.rolled_up,
            "interrupted": outcome.is_interrupted,
        }
        click.echo(orjson.dumps(found).decode())
    if outcome.is_interrupted:
        click.echo("interrupted: the rows above are in the store; import again to go on", err=True)


def _warn(result: FileResult) -> None:
    tally = result.tally
    if result.error is not None:
        _say("error", result.error.message)
        if result.error.hint:
            _say("hint", result.error.hint)
    elif result.failed:
        _say("error", f"{result.file}: none of its {tally.rows:,} rows could be taken")
        _say("hint", "look at the reasons above, and at --columns and --time-unit")
    elif tally.bad or tally.refused:
        left_out = tally.bad + sum(tally.refused.values())
        _say("warning", f"{result.file}: {left_out:,} of {tally.rows:,} rows were left out")


def _say(kind: str, text: str) -> None:
    click.echo(f"{kind}: {' '.join(text.split())}", err=True)
