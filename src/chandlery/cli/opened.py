"""Settings read, logs set up, the engine opened: how every command that needs data begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from chandlery.cli import logs
from chandlery.clock import SystemClock
from chandlery.config import Settings, load
from chandlery.core.columns import US
from chandlery.engine.engine import Engine
from chandlery.wiring import open_engine


def settings_of(
    data: Path | None, file: Path | None, flags: Mapping[str, object] | None = None
) -> Settings:
    """Return the settings of a run, its logs being set up."""
    settings = load({"data": data, **(flags or {})}, file).settings
    logs.set_up(settings.log)
    return settings


@contextmanager
def opened(data: Path | None, file: Path | None, *, create: bool = False) -> Iterator[Engine]:
    """Open the engine of a directory; it must hold data already unless `create`."""
    with open_engine(settings_of(data, file), create=create) as engine:
        yield engine


def now_s() -> int:
    """Return the time in seconds."""
    return SystemClock().now_us() // US
