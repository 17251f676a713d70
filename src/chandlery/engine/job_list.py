"""The jobs as they stand now. Calls block."""

from __future__ import annotations

from chandlery.engine.engine import Engine
from chandlery.engine.jobs import GRACE_S, Job, job_name, saved_jobs
from chandlery.engine.making import grid_floor


def current_jobs(engine: Engine, now: int) -> list[Job]:
    """Return the jobs as last saved, with how far each is behind at a moment in seconds."""
    jobs = {job.name: job for job in saved_jobs(engine)}
    until = now - GRACE_S
    # Before the first run the frontier lies in 1970: only what there is can be behind.
    reaches = (engine.registry.reach(number)[0] for number in range(len(engine.registry)))
    first = min((first for first in reaches if first), default=until)
    for rung in engine.dirt.rungs:
        job = jobs[job_name(rung)]
        behind = grid_floor(rung, until) - engine.dirt.frontier(rung)
        job.lag_s = max(0, min(behind, until - first))
        job.marks = len(engine.dirt.marks(rung))
    return list(jobs.values())
