"""The real command line in a process of its own."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START = 1_570_752_000
"""2019-10-11, 00:00 UTC."""

_CHANDLERY = (sys.executable, "-m", "chandlery")


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which nothing is said about our settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHANDLERY_")}
    return {**kept, **(extra or {})}


def run(
    *args: str, cwd: Path, env: Mapping[str, str] | None = None, stdin: str | None = None
) -> Ended:
    """Run a command to its end."""
    done = subprocess.run(
        [*_CHANDLERY, *args],
        cwd=cwd,
        env=environment(env),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@contextmanager
def started(*args: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a command, and have it ended when the block is left."""
    with subprocess.Popen(
        [*_CHANDLERY, *args],
        cwd=cwd,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line_of(process: subprocess.Popen[str]) -> str:
    """Wait for the next line on standard output."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        assert process.stderr is not None
        message = f"the process ended: {process.stderr.read()}"
        raise AssertionError(message)
    return line


def trades_text(rows: int, *, first: int = 1, bad: bool = False) -> str:
    """Return CSV of trades, one a second, with a bad row in front if wanted."""
    lines = ["id,time,price,size,side"]
    if bad:
        lines.append("0,noon,1.0,1.0,buy")
    lines += [
        f"{first + row},{(START + first + row) * 1000},{100 + row % 7},{1 + row % 3},"
        f"{'buy' if row % 2 else 'sell'}"
        for row in range(rows)
    ]
    return "\n".join(lines) + "\n"


def bars_text(rows: int) -> str:
    """Return CSV of 15m bars."""
    lines = ["time,open,high,low,close,volume"]
    lines += [
        f"{START + 900 * row},{row + 1},{row + 3},{row + 0.5},{row + 2},10" for row in range(rows)
    ]
    return "\n".join(lines) + "\n"


def packed(path: Path, text: str) -> Path:
    """Write a gzip file."""
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return path
