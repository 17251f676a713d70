"""The command `chandlery`: finds its commands, and says errors in one line.

A command's module is imported when the command runs: its help alone must not cost an import.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import rich_click as click
from rich_click import RichGroup
from typing_extensions import override

from chandlery import __version__
from chandlery.core.errors import ChandleryError, UsageError

FAILED, USAGE, INTERRUPTED = 1, 2, 130

COMMANDS = {
    "serve": ("serve:serve", "Run the server."),
    "demo": ("demo:demo", "Run the server on made-up trades, offline."),
    "import": ("import_files:import_files", "Import files of trades or bars."),
    "candles": ("candles:candles", "Print the candles of a market."),
    "trades": ("trades:trades", "Print the trades of a market."),
    "markets": ("markets:markets", "List the markets."),
    "market": ("market:market", "Add, edit or hide a market."),
    "filters": ("filters:filters", "Leave bad ticks out of the candles."),
    "quality": ("quality:quality", "Show how good the data of the markets is."),
    "gaps": ("gaps:gaps", "Show what was not collected."),
    "feeds": ("feeds:feeds", "Show what is followed; add and remove markets."),
    "backfill": ("backfill:backfill", "Fetch history from an exchange."),
    "jobs": ("jobs:jobs", "Show the state of the roll-ups."),
    "verify": ("verify:verify", "Compare every stored candle with its trades."),
    "rebuild": ("rebuild:rebuild", "Make the candles of a market again."),
    "maintain": ("maintain:maintain", "Let go of what is past its time, and tidy the file."),
    "generate": ("generate:generate", "Make up trades, for tests and measurements."),
    "keys": ("keys:keys", "Make, list and revoke API keys."),
    "export-app": ("export_app:export_app", "Write the web app as files for a static host."),
    "config": ("config:config", "Show every setting and where it was said."),
    "doctor": ("doctor:doctor", "Examine a server of TradingView's protocol."),
}
"""Each command's place in `chandlery.cli.commands`, and its first line of help."""


def load(name: str) -> click.Command:
    """Return a command, its module being imported."""
    module, _, attribute = COMMANDS[name][0].partition(":")
    command = getattr(importlib.import_module(f"chandlery.cli.commands.{module}"), attribute)
    if not isinstance(command, click.Command):
        message = f"a command expected, found {command!r}"
        raise TypeError(message)
    return command


class Commands(RichGroup):
    """The group of all commands."""

    shows_traceback = False

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return what help and completion need to know."""
        if cmd_name not in COMMANDS:
            return None
        return click.Command(cmd_name, short_help=COMMANDS[cmd_name][1])

    @override
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is to run."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, load(name) if name else None, rest

    @override
    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever reads our output has seen enough; what is left of it goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        return code

    @override
    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run, and leave with 0, 1 (failed), 2 (usage) or 130 (interrupted)."""
        self.shows_traceback = False
        extra["standalone_mode"] = False
        sys.exit(self._code(args, *rest, **extra))

    def _code(self, args: Sequence[str] | None, *rest: Any, **extra: Any) -> int:
        try:
            code = super().main(args, *rest, **extra)
        except click.ClickException as error:
            return _told(error.format_message(), _usage_hint(error), error.exit_code)
        except (KeyboardInterrupt, click.Abort):
            return INTERRUPTED
        except Exception as error:
            if self.shows_traceback:
                raise
            return _failed(error)
        return code if isinstance(code, int) else 0


def _failed(error: Exception) -> int:
    if isinstance(error, ChandleryError):
        code = USAGE if isinstance(error, UsageError) else FAILED
        return _told(error.message, error.hint, code)
    if isinstance(error, OSError):
        return _told(str(error), "", FAILED)
    hint = "this is a bug: run it again with --debug, and report what it says"
    return _told(f"unexpected {type(error).__name__}: {error}", hint, FAILED)


def _usage_hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"`{context.command_path} --help` shows how it is used" if context else ""


def _told(message: str, hint: str, code: int) -> int:
    """Say an error in one line, with a line of what to do next."""
    error, then = click.style("error:", fg="red", bold=True), click.style("hint:", fg="cyan")
    click.echo(f"{error} {' '.join(message.split())}", err=True)
    if hint:
        click.echo(f"{then} {' '.join(hint.split())}", err=True)
    return code


def show_traceback(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - as click calls it
    """Take note of --debug, wherever on the line it stands."""
    root = ctx.find_root().command
    if value and isinstance(root, Commands):
        root.shows_traceback = True


debug_option = click.option(
    "--debug",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=show_traceback,
    help="Show the traceback of an error.",
)


@click.group(
    cls=Commands,
    epilog="Example: chandlery demo",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="chandlery")
@debug_option
def chandlery() -> None:
    """Chandlery keeps candles: trades go in, exact candles come out."""


def main() -> None:
    """Run the command line."""
    try:
        chandlery.main(prog_name="chandlery")
    except SystemExit as end:
        if end.code == INTERRUPTED:
            # A thread may still wait for standard input, and would hold up the interpreter's end.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(INTERRUPTED)
        raise
