"""`/stats`: what the server has done since it began, as one JSON object for people and scripts."""

from __future__ import annotations

import os
import time
from dataclasses import asdict
from typing import Any

import numpy as np
from litestar import get
from litestar.datastructures import State

from chandlery import __version__
from chandlery.api.operations.memory import rss_bytes
from chandlery.api.operations.operations import Operations
from chandlery.engine.statistics import Statistics

SHARES = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}


@get("/stats")
async def stats(state: State) -> dict[str, Any]:
    """Return the figures; latencies of requests are since the start, of commits the last ones."""
    operations: Operations = state.operations
    server = operations.server
    jobs = await server.ask(operations.jobs)
    clients = operations.clients()
    return {
        "version": __version__,
        "uptime_s": round(operations.uptime_s, 3),
        "routes": _routes(server.statistics),
        "clients": clients.clients,
        "slow_closes": clients.slow_closes,
        "messages": clients.messages,
        "live": asdict(server.live.figures),
        "commits": {"count": server.ingest.figures.commits} | commit_ms(operations),
        "queue_rows": server.ingest.figures.queued_rows,
        "rollup_lag_s": {job.name.removeprefix("roll-up "): job.lag_s for job in jobs},
        "feeds": [asdict(feed.figures()) for feed in server.feeds],
        "rss_bytes": rss_bytes(),
        "cpu_s": round(time.process_time(), 3),
        "cores": os.cpu_count() or 1,
    }


def commit_ms(operations: Operations) -> dict[str, float]:
    """Return how long the last commits took; nothing of none."""
    commits = operations.server.ingest.figures.commit_s
    if not commits:
        return {}
    found = np.quantile(np.fromiter(commits, np.float64), list(SHARES.values())) * 1e3
    return dict(zip(SHARES, np.round(found, 3).tolist(), strict=True))


def _routes(statistics: Statistics) -> dict[str, Any]:
    return {
        name: {
            "count": route.count,
            "errors": {str(status): count for status, count in route.errors.items()},
            **route.latency.quantiles_ms(),
        }
        for name, route in sorted(statistics.routes.items())
    }
