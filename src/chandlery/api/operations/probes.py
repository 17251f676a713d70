"""Is it alive, is it ready, and which part is not well."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec
from litestar import Response, get, route
from litestar.datastructures import State

from chandlery import __version__
from chandlery.api.operations.memory import disk_of
from chandlery.api.operations.operations import Operations
from chandlery.core.errors import ChandleryError
from chandlery.engine.jobs import Job

LEAST_FREE_BYTES = 500_000_000
"""With less free space than this a disk is called low."""


@route("/healthz", http_method=["GET", "HEAD"])
async def healthz(state: State) -> Response[dict[str, Any]]:
    """Say `ok`, or with status 503 why writing fails just now."""
    operations: Operations = state.operations
    reason = operations.server.ingest.figures.failing
    if reason:
        return Response({"status": "failing", "reason": reason}, status_code=503)
    return Response({"status": "ok", "version": __version__})


@route("/readyz", http_method=["GET", "HEAD"])
async def readyz(state: State) -> Response[dict[str, str]]:
    """Say `ready`, or with status 503 that it is `warming` or `draining`: send nobody here."""
    operations: Operations = state.operations
    status = 200 if operations.phase == "ready" else 503
    return Response({"status": operations.phase}, status_code=status)


@get("/version")
async def version() -> dict[str, str]:
    """Return the version."""
    return {"version": __version__}


@get("/health")
async def health(state: State) -> dict[str, Any]:
    """Return how each part is; `degraded` is: it answers, but somebody should look.

    The parts that ask the disk are asked in a thread; one that cannot answer says why.
    """
    operations: Operations = state.operations
    slow = await operations.server.ask(lambda: _slow_parts(operations))
    parts = {
        "writer": _writer(operations),
        **slow,
        "live": {"status": "ok"} | asdict(operations.server.live.figures),
        "websocket": {"status": "ok"} | asdict(operations.clients()),
        "feeds": _feeds(operations),
    }
    is_well = all(part["status"] == "ok" for part in parts.values())
    well = "ok" if is_well else "degraded"
    status = well if operations.phase == "ready" else operations.phase
    return {"status": status, "version": __version__, "parts": parts}


def _slow_parts(operations: Operations) -> dict[str, dict[str, Any]]:
    return {
        "store": _asked(lambda: _store(operations)),
        "jobs": _asked(lambda: _jobs(operations.jobs())),
        "disk": _asked(lambda: _disk(operations)),
    }


def _asked(part: Any) -> dict[str, Any]:
    try:
        found: dict[str, Any] = part()
    except (ChandleryError, OSError) as error:
        return {"status": "failing", "reason": str(error)}
    return found


def _store(operations: Operations) -> dict[str, Any]:
    tables = operations.server.engine.store.figures()
    return {
        "status": "ok",
        "bytes": sum(table.bytes for table in tables),
        "tables": [asdict(table) for table in tables],
    }


def _jobs(jobs: list[Job]) -> dict[str, Any]:
    failed = [job.name for job in jobs if job.state == "failed"]
    rows = [msgspec.to_builtins(job) for job in jobs]
    return {"status": "failing" if failed else "ok", "jobs": rows}


def _disk(operations: Operations) -> dict[str, Any]:
    if operations.data is None:
        return {"status": "ok", "reason": "nothing is kept on a disk"}
    free, total = disk_of(operations.data)
    status = "ok" if free >= LEAST_FREE_BYTES else "low"
    return {"status": status, "free_bytes": free, "total_bytes": total}


def _writer(operations: Operations) -> dict[str, Any]:
    figures = operations.server.ingest.figures
    return {
        "status": "failing" if figures.failing else "ok",
        "reason": figures.failing,
        "queued_rows": figures.queued_rows,
        "commits": figures.commits,
        "accepted": figures.accepted,
        "repeats": figures.repeats,
        "refused": figures.refused,
        "failures": figures.failures,
    }


def _feeds(operations: Operations) -> dict[str, Any]:
    rows = [asdict(feed.figures()) for feed in operations.server.feeds]
    is_well = all(row["state"] not in ("stopped", "waiting") for row in rows)
    return {"status": "ok" if is_well else "failing", "feeds": rows}
