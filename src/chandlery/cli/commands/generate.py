"""`chandlery generate`: made-up trades, into a file or into the store."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import rich_click as click

from chandlery.cli import progress
from chandlery.cli.group import INTERRUPTED
from chandlery.cli.interrupts import stopping
from chandlery.cli.opened import now_s, settings_of
from chandlery.cli.options import Count, Moment, common
from chandlery.cli.progress import Shown
from chandlery.cli.rolling import roll_up
from chandlery.clock import SystemClock
from chandlery.core.columns import US
from chandlery.core.delivery import Bars
from chandlery.core.errors import UsageError
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine
from chandlery.engine.importing import Tally, import_chunks
from chandlery.engine.ingest import Limits
from chandlery.engine.server import Server, ServerLimits
from chandlery.formats import trades_file
from chandlery.sources.synthetic import Span, many
from chandlery.sources.synthetic import generate as made_up
from chandlery.sources.synthetic.market_spec import MarketSpec
from chandlery.wiring import limits_of, open_engine

DAY_S = 86_400
BATCH_ROWS = 250_000


@click.command(
    epilog="Example: chandlery generate --markets 10 --trades 1M --days 7 --out trades.parquet"
)
@click.option("--markets", type=Count(), default=1, help="Markets. Default: 1.")
@click.option("--trades", type=Count(), default=100_000, help="Trades in all. Default: 100k.")
@click.option("--days", type=Count(), default=1, help="Days they spread over. Default: 1.")
@click.option("--end", type=Moment(), help="When they end. Default: the last midnight, UTC.")
@click.option("--seed", type=int, default=0, help="The same seed makes the same trades.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="File to write: .csv, .csv.gz, .csv.zst or .parquet. Without it, into the store.",
)
@common
@click.pass_context
def generate(  # noqa: PLR0913 - one parameter an option
    ctx: click.Context,
    *,
    markets: int,
    trades: int,
    days: int,
    end: int | None,
    seed: int,
    out: Path | None,
    data: Path | None,
    file: Path | None,
) -> None:
    """Make up trades, repeatably: into a file with --out, or into the data directory."""
    if out is not None and data is not None:
        message = "--out and --data cannot both be given"
        raise UsageError(message, hint="write a file, or fill a data directory")
    until = now_s() // DAY_S * DAY_S if end is None else end
    recipe = _Recipe(
        many(markets, seed), Span((until - days * DAY_S) * US, until * US, trades), seed
    )
    with progress.shown() as shown:
        shown.begin("making up trades")
        shown.expect(trades)
        if out is not None:
            _write(recipe, out, shown)
            click.echo(f"{out}: {trades:,} trades of {markets:,} markets")
            return
        settings = settings_of(data, file)
        with open_engine(settings) as engine:
            tally, is_interrupted = asyncio.run(_fill(engine, limits_of(settings), recipe, shown))
    click.echo(f"{tally.accepted:,} trades of {markets:,} markets, {tally.repeated:,} repeated")
    if is_interrupted:
        ctx.exit(INTERRUPTED)


@dataclass(frozen=True, slots=True)
class _Recipe:
    specs: tuple[MarketSpec, ...]
    span: Span
    seed: int

    def batches(self, numbers: Sequence[int]) -> Iterator[Trades]:
        return made_up(self.specs, numbers, self.span, seed=self.seed, batch_rows=BATCH_ROWS)


def _write(recipe: _Recipe, out: Path, shown: Shown) -> None:
    symbols = {number: spec.symbol for number, spec in enumerate(recipe.specs)}
    with trades_file(out, symbols) as file:
        for batch in recipe.batches(range(len(recipe.specs))):
            file.write(batch)
            shown.advance(len(batch), len(batch))


async def _fill(
    engine: Engine, limits: Limits, recipe: _Recipe, shown: Shown
) -> tuple[Tally, bool]:
    tally, server = Tally(), Server(engine, SystemClock(), ServerLimits(limits))
    with stopping() as stop:
        async with server.running(jobs=False):
            numbers = engine.registry.add([spec.market for spec in recipe.specs])
            chunks = map(_Made, recipe.batches(numbers))
            await import_chunks(
                server.ingest,
                chunks,
                tally,
                stop,
                lambda chunk: shown.advance(chunk.rows, chunk.rows),
            )
        if not stop.is_set():
            await roll_up(engine, now_s(), shown, stop)
        return tally, stop.is_set()


@dataclass(frozen=True, slots=True)
class _Made:
    """See engine.importing.Chunk."""

    trades: Trades
    bars: Bars | None = None
    bad: tuple[object, ...] = ()
    bad_count: int = 0
    bytes_read: int = 0

    @property
    def rows(self) -> int:
        return len(self.trades)
