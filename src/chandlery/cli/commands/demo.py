"""`chandlery demo`: the server on made-up trades, offline."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from pathlib import Path

import rich_click as click
from rich.live import Live
from rich.table import Table

from chandlery.api.access import protection_of
from chandlery.cli.opened import settings_of
from chandlery.cli.options import address_options, common
from chandlery.cli.serving import Serving, run
from chandlery.clock import SystemClock
from chandlery.core.candles import Candles
from chandlery.core.clock import Clock
from chandlery.core.columns import US
from chandlery.core.moments import iso_of
from chandlery.core.resolution import Resolution
from chandlery.engine.filters import set_patterns
from chandlery.engine.recorder import Recorded
from chandlery.engine.server import Server
from chandlery.formats import text_of
from chandlery.wiring import open_demo_sources, open_engine, server_of

MINUTE = Resolution.parse("1m")
LIVE_US = 5 * US
"""Trades as young as this are live, no history any more."""


@click.command(epilog="Example: chandlery demo")
@address_options
@common
def demo(*, host: str | None, port: int | None, data: Path | None, file: Path | None) -> None:
    """Run the server on three made-up markets: a day of history, then live trades.

    Nothing is fetched from anywhere. Without --data it keeps its trades in `demo` in the data
    directory, and goes on from there the next time.
    """
    settings = settings_of(data, file, {"http.host": host, "http.port": port})
    if data is None:
        settings = settings.model_copy(update={"data": settings.data / "demo"})
    clock = SystemClock()
    with open_engine(settings) as engine:
        set_patterns(engine, settings.filters)
        server = server_of(settings, engine, clock)
        sources = open_demo_sources(settings, engine, clock)
        show = _Show(server, clock, settings.data.expanduser().absolute())
        server.listeners.append(show.note)
        protection = protection_of(settings, engine.store, clock, is_demo=True)
        run(Serving(server, settings, protection, sources, show.run).run())


@dataclass(frozen=True, slots=True)
class _Show:
    """What the terminal shows."""

    server: Server
    clock: Clock
    directory: Path
    is_live: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, recorded: Recorded) -> None:
        """See when the history is there."""
        times = recorded.trades.time
        if len(times) and int(times.max()) > self.clock.now_us() - LIVE_US:
            self.is_live.set()

    async def run(self, url: str) -> None:
        """Say where the chart is, then show the newest candle of each market, for ever."""
        await self.is_live.wait()
        click.echo(f"Chandlery is ready at {url} (data in {self.directory})")
        if sys.stdout.isatty():
            await self._show_table(f"Open {url} in a browser; Ctrl-C ends.")
        else:
            await self._print_lines()

    async def _show_table(self, title: str) -> None:
        symbols = [market.symbol for market in self.server.engine.registry.markets()]
        with Live(auto_refresh=False) as live:
            while True:
                newest = await self.server.ask(lambda: self._newest(1))
                live.update(_table(newest, symbols, title), refresh=True)
                await asyncio.sleep(1)

    async def _print_lines(self) -> None:
        while True:
            closed = (await self.server.ask(lambda: self._newest(2))).sorted()
            for row in range(0, len(closed), 2):
                candle = closed.take(slice(row, row + 1))
                symbol = self.server.engine.registry.market(int(candle.market[0])).symbol
                price, volume = text_of(candle.c[0]), text_of(candle.v[0])
                click.echo(f"{iso_of(int(candle.t[0]))} {symbol} close {price} volume {volume}")
            await asyncio.sleep(60 - self.clock.now_us() / US % 60)

    def _newest(self, count: int) -> Candles:
        history, registry = self.server.engine.history, self.server.engine.registry
        return Candles.concat(
            history.newest(number, MINUTE, count) for number in range(len(registry))
        )


def _table(newest: Candles, symbols: list[str], title: str) -> Table:
    """Return the newest candles, narrow enough for any terminal."""
    table = Table(title=title, title_justify="left")
    table.add_column("market")
    table.add_column("minute")
    for heading in ("open", "high", "low", "close", "volume"):
        table.add_column(heading, justify="right")
    for row in range(len(newest)):
        numbers = (newest.o, newest.h, newest.l, newest.c, newest.v)
        table.add_row(
            symbols[int(newest.market[row])],
            iso_of(int(newest.t[row]))[11:16],
            *(text_of(column[row]) for column in numbers),
        )
    return table
