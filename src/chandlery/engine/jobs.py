"""The work that runs beside the queries, by the clock: roll-ups, then keeping runs sorted.

Each job has a state that outlives the process, and a lease, so that two never overlap.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, TypeVar

import msgspec
import structlog

from chandlery.core.clock import Clock
from chandlery.core.columns import US
from chandlery.core.errors import ChandleryError
from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine

Result = TypeVar("Result")
State = Literal["idle", "running", "failed"]
Sleep = Callable[[float], Awaitable[None]]

GRACE_S = 2
"""How long after its end a bar is rolled up: trades that come in time are then in the fold."""
EVERY_S = 1.0
LEASE_S = 60
LEASE = "roll-up"
LIVE_ROWS_A_STEP = 250_000
"""Beside a live feed steps are small: columns are handed over with the interpreter held."""

_log = structlog.get_logger()


class Job(msgspec.Struct, kw_only=True):
    """The state of one job, as it is kept and shown. Times are in seconds UTC."""

    name: str
    state: State = "idle"
    reason: str = ""
    """Why it failed; empty otherwise."""
    last_run: int = 0
    duration_s: float = 0.0
    rows: int = 0
    """Bars written by the last run that wrote any."""
    steps: int = 0
    lag_s: int = 0
    """How far the rung is behind the last bar that could have been rolled up."""
    marks: int = 0
    """Dirty windows that wait."""


def job_name(rung: Resolution) -> str:
    """Return the name of a rung's roll-up job."""
    return f"roll-up {rung}"


def saved_jobs(engine: Engine) -> list[Job]:
    """Return the jobs as they were last saved."""
    notes = engine.store.notes("job")
    names = [job_name(rung) for rung in engine.dirt.rungs]
    return [
        msgspec.json.decode(notes[name], type=Job) if name in notes else Job(name=name)
        for name in names
    ]


class Jobs:
    """Runs the roll-ups of an engine, one step at a time in a thread of their own."""

    def __init__(self, engine: Engine, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
        self._engine = engine
        engine.rollup.rows_a_step = LIVE_ROWS_A_STEP
        self._clock = clock
        self._sleep = sleep
        self._owner = uuid.uuid4().hex
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="roll-up")
        self.jobs = {job.name: job for job in saved_jobs(engine)}
        for job in self.jobs.values():
            if job.state == "running":
                # It was killed; what it had committed stands, the rest is still dirty.
                job.state = "idle"

    async def run(self) -> None:
        """Roll up what is closed and dirty, again and again, until cancelled."""
        try:
            await self._begin()
            while True:
                await self.once()
                await self._sleep(EVERY_S)
        finally:
            self._thread.shutdown(wait=True, cancel_futures=True)

    async def _begin(self) -> None:
        """Have the newest bars in memory from the start, not from the first roll-up on."""
        try:
            await self._warm()
        except ChandleryError as error:
            # It is a cache: reads are right without it, and the next turn tries again.
            _log.warning("the newest bars are not in memory yet", reason=error.message)

    async def _warm(self) -> None:
        if not self._engine.edge.is_warm:
            await self._call(self._engine.recorder.warm)
        await self._call(self._engine.rollup.warm_tails)

    async def once(self) -> bool:
        """Do all there is to do now; return whether there was any and the lease was ours."""
        if not self._engine.rollup.has_work(self._now_s() - GRACE_S):
            return False
        try:
            if not await self._call(self._lease):
                return False
            try:
                await self._roll_up_all()
            finally:
                await self._call(lambda: self._engine.store.release(LEASE, self._owner))
        except ChandleryError as error:
            # The disk may be full: the next turn tries again, and the lease runs out.
            _log.warning("roll-ups not done", reason=error.message)
            return False
        return True

    async def _roll_up_all(self) -> None:
        for rung in self._engine.dirt.rungs:
            await self._roll_up(rung)
        await self._warm()

    async def _roll_up(self, rung: Resolution) -> None:
        job, until = self.jobs[job_name(rung)], self._now_s() - GRACE_S
        began, rows, steps = self._clock.elapsed(), 0, 0
        try:
            while (
                step := await self._call(lambda: self._engine.rollup.step(rung, until))
            ) is not None:
                rows, steps = rows + step.rows, steps + 1
                if not await self._call(self._lease):
                    return
                if steps == 1:
                    job.state, job.reason = "running", ""
                    await self._save(job, until)
        except ChandleryError as error:
            _log.error("job failed", job=job.name, reason=error.message)
            job.state, job.reason = "failed", error.message
            await self._save(job, until)
            return
        if steps:
            job.state, job.reason, job.last_run = "idle", "", self._now_s()
            job.duration_s = round(self._clock.elapsed() - began, 6)
            job.rows, job.steps = rows, steps
            await self._save(job, until)

    async def _save(self, job: Job, until: int) -> None:
        rung = next(r for r in self._engine.dirt.rungs if job_name(r) == job.name)
        job.lag_s = max(
            0, self._engine.rollup.target(rung, until) - self._engine.dirt.frontier(rung)
        )
        job.marks = len(self._engine.dirt.marks(rung))
        text = msgspec.json.encode(job).decode()
        try:
            await self._call(lambda: self._engine.store.note("job", job.name, text))
        except ChandleryError as error:
            _log.warning("job state not saved", job=job.name, reason=error.message)

    def _lease(self) -> bool:
        now = self._now_s()
        return self._engine.store.acquire(LEASE, self._owner, now, now + LEASE_S)

    def _now_s(self) -> int:
        return self._clock.now_us() // US

    async def _call(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
