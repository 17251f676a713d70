"""`/metrics` for Prometheus, on the main port or on one of its own.

What belongs to the event loop is copied there; the text, which takes milliseconds, is made in a
thread.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar, Request, Response, get
from litestar.datastructures import State
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder

from chandlery.api.http import Http
from chandlery.api.operations.exposition import Exposition, Sample
from chandlery.api.operations.figures import figures_of
from chandlery.api.operations.operations import Operations
from chandlery.core.errors import StoreError


@get("/metrics")
async def metrics(state: State, request: Request[None, None, State]) -> Response[bytes]:
    """Return all figures in the form that is asked for: Prometheus text or OpenMetrics."""
    operations: Operations = state.operations
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    exposition = _taken(operations)

    def text() -> bytes:
        exposition.samples += _of_jobs(operations)
        registry = CollectorRegistry()
        registry.register(exposition)
        ProcessCollector(registry=registry)
        return bytes(encode(registry))

    return Response(await operations.server.ask(text), headers={"content-type": content_type})


@asynccontextmanager
async def serve_metrics(operations: Operations, listening: socket.socket) -> AsyncIterator[None]:
    """Answer `/metrics`, and nothing else, on a socket of its own until the block ends."""
    app = Litestar(
        [metrics],
        state=State({"operations": operations}),
        openapi_config=None,
        logging_config=None,
    )
    answers = asyncio.Event()
    http = Http(app, answers.set)
    work = asyncio.create_task(http.serve([listening]))
    await answers.wait()
    try:
        yield
    finally:
        http.should_exit = True
        await work


def _taken(operations: Operations) -> Exposition:
    """Copy what is known just now."""
    samples = [Sample.of(figure, figure.read()) for figure in figures_of(operations)]
    return Exposition(samples, operations.server.statistics)


def _of_jobs(operations: Operations) -> list[Sample]:
    """Return how far the roll-ups are behind; nothing while the store cannot be read."""
    try:
        jobs = operations.jobs()
    except StoreError:
        return []
    lag = {job.name.removeprefix("roll-up "): float(job.lag_s) for job in jobs}
    marks = {job.name.removeprefix("roll-up "): float(job.marks) for job in jobs}
    return [
        Sample("rollup_lag_seconds", "How far a rung is behind.", lag, label="rung"),
        Sample("rollup_dirty_windows", "Windows to be made again.", marks, label="rung"),
    ]
