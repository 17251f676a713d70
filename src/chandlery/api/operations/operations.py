"""What the routes of operations ask: one object in the application's state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from chandlery.core.columns import US
from chandlery.engine.job_list import current_jobs
from chandlery.engine.jobs import Job
from chandlery.engine.server import Server
from chandlery.engine.statistics import ClientFigures

Phase = Literal["warming", "ready", "draining"]


@dataclass(slots=True)
class Operations:
    """A server as whoever looks after it sees it.

    `data` is where its data lies, if on a disk; `clients` tells of the stream's clients. Whoever
    runs the server sets the phase.
    """

    server: Server
    data: Path | None = None
    clients: Callable[[], ClientFigures] = ClientFigures
    phase: Phase = "warming"
    _began_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._began_s = self.server.clock.elapsed()

    @property
    def uptime_s(self) -> float:
        """Seconds since the server began."""
        return self.server.clock.elapsed() - self._began_s

    def jobs(self) -> list[Job]:
        """Return the roll-ups as they stand; blocks."""
        return current_jobs(self.server.engine, self.server.clock.now_us() // US)
