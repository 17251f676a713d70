"""Driver errors become ours here, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from chandlery.core.errors import (
    StoreCorruptError,
    StoreError,
    StoreLockedError,
    StoreUnavailableError,
    StoreVersionError,
)

_HOLDER = re.compile(r"held in (?P<program>.*?) \(PID (?P<pid>\d+)\)")
_DAMAGED = ("not a valid DuckDB database", "checksum", "Could not read enough bytes", "corrupt")
_NEWER = ("newer version", "storage version", "version number")
_TRANSIENT = (
    duckdb.IOException,
    duckdb.TransactionException,
    duckdb.OutOfMemoryException,
    duckdb.ConnectionException,
    duckdb.FatalException,
    duckdb.InternalException,
)


def is_invalidated(error: duckdb.Error) -> bool:
    """Say whether the engine has given up on its database object: only a reopening helps."""
    return isinstance(error, duckdb.FatalException) or "invalidated" in str(error)


def on_open(error: Exception, path: Path) -> StoreError:
    """Return our error for a file that cannot be opened."""
    text = str(error)
    if held := _HOLDER.search(text):
        return _locked(path, int(held["pid"]), held["program"])
    if any(sign in text for sign in _NEWER):
        return StoreVersionError(
            f"{path} was written by a newer DuckDB than this one ({duckdb.__version__})",
            hint="install the newer chandlery that wrote it",
        )
    if isinstance(error, PermissionError) or "Permission denied" in text:
        return StoreError(f"{path} cannot be opened: permission denied")
    if "No such file" in text or "Is a directory" in text:
        return StoreError(f"{path} cannot be opened: {_first_line(text)}")
    if any(sign in text for sign in _DAMAGED) or isinstance(error, duckdb.Error):
        return StoreCorruptError(
            f"{path} is damaged, or no DuckDB file: {_first_line(text)}",
            hint="restore it from a backup, or move it away to start an empty one",
        )
    return StoreError(f"{path} cannot be opened: {_first_line(text)}")


def on_call(error: duckdb.Error, path: Path) -> StoreError:
    """Return our error for a call that failed."""
    text = _first_line(str(error))
    if isinstance(error, duckdb.InterruptException):
        return StoreError("the query was cancelled")
    if any(sign in text for sign in _DAMAGED):
        return StoreCorruptError(f"{path} is damaged: {text}", hint="restore it from a backup")
    if isinstance(error, _TRANSIENT):
        return StoreUnavailableError(
            f"{path}: {text}", hint="free disk space or memory, then do it again"
        )
    return StoreError(f"{path}: {text}")


def _locked(path: Path, pid: int, program: str) -> StoreLockedError:
    return StoreLockedError(
        f"{path} is in use by process {pid} ({_command_of(pid) or program})",
        hint=f"stop that process first (kill {pid}), or name another directory with --data",
    )


def _command_of(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    return " ".join(word.decode(errors="replace") for word in words if word)[:200]


def _first_line(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else "unknown error"
    return re.sub(r"^(\w+ Error: )+", "", line)
