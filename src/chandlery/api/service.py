"""Whether the server is well, and which one it is."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.datastructures import State

from chandlery import __version__
from chandlery.engine.server import Server


@get("/healthz")
async def healthz(state: State) -> Response[dict[str, Any]]:
    """Say `ok`, or with status 503 why writing fails just now."""
    server: Server = state.server
    reason = server.ingest.figures.failing
    if reason:
        return Response({"status": "failing", "reason": reason}, status_code=503)
    return Response({"status": "ok", "version": __version__})


@get("/version")
async def version() -> dict[str, str]:
    """Return the version."""
    return {"version": __version__}
