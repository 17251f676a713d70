"""The files that the user means: each exists and can be read, or an error says why not."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chandlery.core.errors import InputError

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Input:
    """One file, named as its user names it, or standard input. Sizes are as stored."""

    name: str
    total_bytes: int | None
    path: Path | None


def inputs(patterns: Sequence[str]) -> list[Input]:
    """Return the files that names and glob patterns mean, each once, in their order."""
    found: dict[str, Input] = {}
    for pattern in patterns:
        for name in _names(pattern):
            found.setdefault(name, _input(name))
    if not found:
        message = "no file given"
        raise InputError(message, hint="name files or patterns, or - for standard input")
    return list(found.values())


def _names(pattern: str) -> list[str]:
    if pattern == STDIN or Path(pattern).exists() or not glob.has_magic(pattern):
        return [pattern]
    names = sorted(name for name in glob.glob(pattern, recursive=True) if not Path(name).is_dir())  # noqa: PTH207 - the names as the user spells them
    if not names:
        message = f"no file matches {pattern}"
        raise InputError(message, hint="look at the spelling, and quote the pattern")
    return names


def _input(name: str) -> Input:
    if name == STDIN:
        return Input(STDIN, None, None)
    path = Path(name)
    if path.is_dir():
        message = f"{name} is a directory, not a file"
        raise InputError(message, hint=f"name the files in it: '{name.rstrip('/')}/*.csv'")
    if not path.exists():
        message = f"{name}: no such file"
        raise InputError(message, hint="look at the spelling, and where the command runs")
    if not path.is_file():
        return Input(name, None, path)
    try:
        path.open("rb").close()
    except PermissionError as error:
        message = f"{name}: no permission to read it"
        raise InputError(message, hint=f"allow it: chmod u+r '{name}'") from error
    return Input(name, path.stat().st_size, path)
