"""What the document says of the server's own endpoints."""

from __future__ import annotations

from typing import Any

from chandlery.api.operation import TEXT, Operation

_WELL = {
    "type": "object",
    "properties": {"status": {"type": "string"}},
    "required": ["status"],
}
_OBJECT = {"type": "object"}


def _told(summary: str, description: str, example: Any, **more: Any) -> Operation:
    """Return the description of an endpoint without parameters that no cache keeps."""
    known: dict[str, Any] = {"schema": _OBJECT, "tag": "Service", "errors": ()}
    return Operation(
        summary=summary,
        description=description,
        example=example,
        is_cached=False,
        **(known | more),
    )


SERVICE: dict[tuple[str, str], Operation] = {
    ("GET", "/readyz"): _told(
        "Whether to send requests here",
        "`ready`, or with status 503 `warming` or `draining`.",
        {"status": "ready"},
        schema=_WELL,
        statuses=(200, 503),
    ),
    ("GET", "/health"): _told(
        "How each part is",
        "The writer, the store, the jobs, the hot series and the clients; `degraded` means that "
        "it answers, but somebody should look.",
        {"status": "ok", "parts": {"writer": {"status": "ok"}}},
    ),
    ("GET", "/stats"): _told(
        "The figures of the server",
        "Requests by route with their latencies, clients, commits and what is held in memory.",
        {"version": "0.1.0", "uptime_s": 12.5, "clients": 3},
    ),
    ("GET", "/metrics"): _told(
        "The figures for Prometheus",
        "In Prometheus' text form, or OpenMetrics where `Accept` asks for it.",
        "# HELP chandlery_commits_total Commits.",
        schema=TEXT,
        media_type="text/plain",
        other_media_types=("application/openmetrics-text",),
    ),
    ("GET", "/healthz"): Operation(
        summary="Whether the server is well",
        description="`ok`, or with status 503 why writing fails just now.",
        tag="Service",
        schema=_WELL,
        example={"status": "ok", "version": "0.1.0"},
        errors=(),
        is_cached=False,
        statuses=(200, 503),
    ),
    ("GET", "/version"): Operation(
        summary="The version",
        description="Which version of the server answers.",
        tag="Service",
        schema={"type": "object", "properties": {"version": TEXT}, "required": ["version"]},
        example={"version": "0.1.0"},
        errors=(),
        is_cached=False,
    ),
}
