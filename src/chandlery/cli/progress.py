"""Progress on a terminal's standard error; nothing where there is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import rich_click as click
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text
from typing_extensions import override


class _Rate(ProgressColumn):
    """Rows done, and how many a second."""

    @override
    def render(self, task: Task) -> Text:
        rows, elapsed = task.fields.get("rows", 0), task.elapsed or 0.0
        if not rows:
            return Text("")
        rate = f", {rows / elapsed:,.0f}/s" if elapsed > 0.5 else ""
        return Text(f"{rows:,} {task.fields.get('unit', 'rows')}{rate}")


class Shown:
    """One line of progress."""

    def __init__(self, progress: Progress, unit: str) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None, rows=0, unit=unit)
        self._rows = 0

    def begin(self, description: str) -> None:
        """Say what is being done now."""
        self._progress.update(self._task, description=description)

    def expect(self, total: float | None) -> None:
        """Say how much there is in all; None if nobody knows."""
        self._progress.update(self._task, total=total)

    def advance(self, by: float, rows: int) -> None:
        """Say that more is done: a part of the total, and rows."""
        self._rows += rows
        self._progress.update(self._task, advance=by, rows=self._rows)

    def reach(self, done: float, rows: int) -> None:
        """Say how much is done in all."""
        self._rows = rows
        self._progress.update(self._task, completed=done, rows=rows)

    def say(self, line: str) -> None:
        """Print a line on standard error, above the progress."""
        if self._progress.disable:
            click.echo(line, err=True)
        else:
            self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def shown(unit: str = "rows") -> Iterator[Shown]:
    """Show progress until the block ends."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        _Rate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not sys.stderr.isatty()
    ) as progress:
        yield Shown(progress, unit)
