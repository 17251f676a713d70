"""Settings read, logs set up: how every command that needs data begins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from chandlery.cli import logs
from chandlery.clock import SystemClock
from chandlery.config import Settings, load
from chandlery.core.columns import US


def settings_of(
    data: Path | None, file: Path | None, flags: Mapping[str, object] | None = None
) -> Settings:
    """Return the settings of a run, its logs being set up."""
    settings = load({"data": data, **(flags or {})}, file).settings
    logs.set_up(settings.log)
    return settings


def now_s() -> int:
    """Return the time in seconds."""
    return SystemClock().now_us() // US
