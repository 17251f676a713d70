"""Writes the parts of the documentation that the code knows best; `--check` compares only.

Run as `python -m scripts.docs [--check]`. A generated part lies between two marker lines.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from chandlery.cli.group import COMMANDS, load
from chandlery.config import table
from chandlery.doctor.checks import AREAS

DOCS = Path(__file__).parent.parent / "docs"
BEGIN, END = "<!-- generated: python -m scripts.docs -->\n", "<!-- end of the generated part -->\n"


def settings() -> str:
    """Return the table of settings."""
    lines = ["| setting | default | what it is | expected | variable |", "|---|---|---|---|---|"]
    lines += [
        f"| `{row.name}` | `{row.default}` | {row.help} | {row.expected} | `{row.variable}` |"
        for row in table()
    ]
    return "\n".join(lines) + "\n"


def commands() -> str:
    """Return a section for each command."""
    return "\n".join("\n".join(_section(name, load(name))) + "\n" for name in COMMANDS)


def _section(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=f"chandlery {name}")
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"## chandlery {name}\n"
    yield f"```\n{usage}\n```\n"
    yield "\n\n".join(" ".join(part.split()) for part in (command.help or "").strip().split("\n\n"))
    if command.params:
        yield "\n| option | what it does |\n|---|---|"
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if record is not None:
            spelling, text = record
            yield f"| `{_cell(spelling)}` | {_cell(text)} |"
    example = (command.epilog or "").removeprefix("Example: ")
    yield f"\nExample:\n\n```\n{example}\n```"
    if isinstance(command, click.Group):
        for part, one in command.commands.items():
            yield ""
            yield from (line.replace("## ", "### ", 1) for line in _section(f"{name} {part}", one))


def checks() -> str:
    """Return a table of checks for each area."""
    return "\n".join("\n".join(_area(name)) + "\n" for name in AREAS)


def _area(name: str) -> Iterator[str]:
    yield f"### {name}\n"
    yield "| check | finding | what must hold | why | what to do |\n|---|---|---|---|---|"
    for check in AREAS[name]:
        texts = " | ".join(_cell(text) for text in (check.looks_at, check.why, check.todo))
        yield f"| `{check.name}` | {check.severity} | {texts} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


PARTS = {"configuration.md": settings, "cli.md": commands, "doctor.md": checks}


def renewed(name: str) -> str:
    """Return a page as it should be."""
    head, _, rest = (DOCS / name).read_text().partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{PARTS[name]()}\n{END}{tail}"


def main() -> int:
    """Write the pages, or say which are not as they should be."""
    stale = [name for name in PARTS if (DOCS / name).read_text() != renewed(name)]
    if "--check" in sys.argv[1:]:
        for name in stale:
            sys.stderr.write(f"docs/{name} is stale: run `python -m scripts.docs`\n")
        return 1 if stale else 0
    for name in stale:
        (DOCS / name).write_text(renewed(name))
        sys.stdout.write(f"docs/{name} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
