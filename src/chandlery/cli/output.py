"""Where rows go: standard output, or a file that appears when it is whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import rich_click as click
from rich.console import Console
from rich.table import Table

from chandlery.core.candles import Candles
from chandlery.core.errors import UsageError
from chandlery.formats import ParquetWriter, candle_columns, candles_json, candles_table
from chandlery.formats.csv import candles_header, candles_rows
from chandlery.formats.text_file import TextFile

WIDE = 200
"""Columns of a table that is not shown on a terminal: no line is broken."""


class Sink(Protocol):
    """Takes text."""

    def write(self, text: str) -> None:
        """Take a piece."""
        ...


class _StandardOutput:
    def write(self, text: str) -> None:
        click.echo(text, nl=False)


@contextmanager
def sink(out: Path | None) -> Iterator[Sink]:
    """Give standard output, or the file, which is left as it was if the block fails."""
    if out is None:
        yield _StandardOutput()
        return
    with TextFile(out) as file:
        yield file


def write_candles(candles: Iterable[Candles], form: str, out: Path | None) -> None:
    """Write candles as table, csv, json or parquet."""
    if form == "parquet":
        _write_parquet(candles, out)
        return
    if form == "table" and out is None:
        print_table(candles_table(Candles.concat(candles)))
        return
    if form == "table":
        message = "a table is for the terminal"
        raise UsageError(message, hint="with --out take --format csv, json or parquet")
    with sink(out) as target:
        for text in (_csv if form == "csv" else _json)(candles):
            target.write(text)


def print_table(table: Table) -> None:
    """Print a table as wide as the terminal, or as it needs to be."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDE)
    console.print(table)


def _write_parquet(candles: Iterable[Candles], out: Path | None) -> None:
    if out is None:
        message = "a Parquet file needs a name"
        raise UsageError(message, hint="name it with --out FILE.parquet")
    with ParquetWriter(out) as writer:
        writer.write(candle_columns(Candles.empty()))
        for piece in candles:
            writer.write(candle_columns(piece))


def _csv(candles: Iterable[Candles]) -> Iterator[str]:
    yield candles_header()
    for piece in candles:
        yield candles_rows(piece)


def _json(candles: Iterable[Candles]) -> Iterator[str]:
    """Yield one list, whatever pieces it comes in."""
    separator = "["
    for piece in candles:
        if len(piece):
            yield separator + candles_json(piece)[1:-1].decode()
            separator = ","
    yield "[]\n" if separator == "[" else "]\n"
