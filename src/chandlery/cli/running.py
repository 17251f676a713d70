"""How commands find the server that holds a data directory: `server.json` in it, while it runs.

The file lets whoever may read it do everything, so that is its owner alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import msgspec
from typing_extensions import override

FILE = "server.json"

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what is listened at, not by us


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A server: its address, its process, when it started (seconds), and its own admin key."""

    address: str
    pid: int
    started: int
    key: str

    @override
    def __repr__(self) -> str:
        return f"Running({self.address}, pid={self.pid})"


@contextmanager
def announced(directory: Path, server: Running) -> Iterator[None]:
    """Have the server found until the block ends."""
    path = directory / FILE
    _write(path, server)
    try:
        yield
    finally:
        if _decoded(path) == server:
            path.unlink(missing_ok=True)


def found_in(directory: Path) -> Running | None:
    """Return the server of a directory; None if there is none, or its process is gone."""
    server = _decoded(directory / FILE)
    return server if server is not None and _is_alive(server.pid) else None


def reachable(address: str) -> str:
    """Return where a server that listens at an address, perhaps at every one, is reached."""
    parts = urlsplit(address)
    host = _EVERYWHERE.get(parts.hostname or "")
    if host is None:
        return address
    return urlunsplit(parts._replace(netloc=f"{host}:{parts.port}"))


def _write(path: Path, server: Running) -> None:
    """Write the file whole, readable by its owner only from the first moment on."""
    part = path.with_suffix(f".{os.getpid()}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(server)) + b"\n")
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _decoded(path: Path) -> Running | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Running)
    except (OSError, msgspec.MsgspecError):
        return None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        # It is there, and not ours.
        return True
    return True
