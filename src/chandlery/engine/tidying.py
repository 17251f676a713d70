"""Upkeep by the clock: retention, and sorting what is loose, beside everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import structlog

from chandlery.core.clock import Clock
from chandlery.core.columns import US
from chandlery.core.errors import ChandleryError
from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine
from chandlery.engine.jobs import Sleep
from chandlery.engine.upkeep import maintain

EVERY_S = 600.0
ROWS_A_RUN = 1_000_000
"""Sorted at once beside a live feed: about half a second of both cores."""

_log = structlog.get_logger()


class Tidying:
    """Keeps a running server's file small and in order."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        retention: Mapping[Resolution | None, int],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._retention = retention
        self._sleep = sleep
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="upkeep")

    async def run(self) -> None:
        """Tidy up every ten minutes, until cancelled; a step that has begun is ended."""
        try:
            while True:
                await self._sleep(EVERY_S)
                await self.once()
        finally:
            self._thread.shutdown(wait=True, cancel_futures=True)

    async def once(self) -> None:
        """Do what there is to do, one step at a time."""
        now = self._clock.now_us() // US
        steps = maintain(self._engine, self._retention, now, rows_a_run=ROWS_A_RUN)
        try:
            while (line := await self._next(steps)) is not None:
                _log.info("upkeep", done=line)
        except ChandleryError as error:
            # The disk may be full: the next turn tries again.
            _log.warning("upkeep failed", reason=error.message)
        except Exception:  # noqa: BLE001 - housekeeping must never take a server down
            _log.exception("upkeep failed")

    async def _next(self, steps: Iterator[str]) -> str | None:
        return await asyncio.get_running_loop().run_in_executor(self._thread, next, steps, None)
