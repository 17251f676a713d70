"""Long work begun, looked at and cancelled over HTTP. See docs/administration.md."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from litestar import Response, delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath

from chandlery.api.admin.answers import Asked, body_of, json_of
from chandlery.api.admin.desk import Admin
from chandlery.api.admin.requests import BackfillRequest, RangeRequest
from chandlery.core.errors import UsageError
from chandlery.engine.backfill import backfilling
from chandlery.engine.chores import (
    Report,
    maintain_steps,
    rebuild_range,
    rebuild_steps,
    rollup_steps,
    verify_steps,
)
from chandlery.engine.server import Server
from chandlery.engine.tasks import Task, Work, blocking

PREFIX = "/api/v1/admin/tasks"


@get(PREFIX)
async def tasks(state: State) -> Response[bytes]:
    """Return all tasks, the newest first."""
    admin: Admin = state.admin
    return json_of(admin.tasks.all())


@get(f"{PREFIX}/{{task_id:str}}")
async def task(state: State, task_id: FromPath[str]) -> Response[bytes]:
    """Return a task."""
    admin: Admin = state.admin
    return json_of(admin.tasks.one(task_id))


@delete(f"{PREFIX}/{{task_id:str}}", status_code=200)
async def cancel(state: State, task_id: FromPath[str]) -> Response[bytes]:
    """Have a task end after the step it is at."""
    admin: Admin = state.admin
    return json_of(await admin.tasks.cancel(task_id))


@post(f"{PREFIX}/backfill", status_code=200)
async def begin_backfill(state: State, request: Asked) -> Response[bytes]:
    """Fetch the past of markets from their venue."""
    admin: Admin = state.admin
    asked = await body_of(request, BackfillRequest)
    return _begun(admin, backfill_work(admin.server, asked))


@post(f"{PREFIX}/rebuild", status_code=200)
async def begin_rebuild(state: State, request: Asked) -> Response[bytes]:
    """Make the candles of a market again."""
    admin: Admin = state.admin
    asked, server = await body_of(request, RangeRequest), admin.server
    wanted = rebuild_range(server.engine, asked.symbol, asked.start, asked.end)

    def steps() -> AsyncGenerator[Report]:
        return blocking(rebuild_steps(server.engine, server.clock, wanted))

    symbol = server.engine.registry.market(wanted[0]).symbol
    return _begun(admin, Work("rebuild", symbol, steps, lambda: server.live.refresh(*wanted)))


@post(f"{PREFIX}/rollup", status_code=200)
async def begin_rollup(state: State) -> Response[bytes]:
    """Make what is due now."""
    admin: Admin = state.admin
    engine, clock = admin.server.engine, admin.server.clock
    return _begun(
        admin, Work("rollup", "what is due", lambda: blocking(rollup_steps(engine, clock)))
    )


@post(f"{PREFIX}/verify", status_code=200)
async def begin_verify(state: State) -> Response[bytes]:
    """Compare every candle with its trades."""
    admin: Admin = state.admin
    engine, clock = admin.server.engine, admin.server.clock
    return _begun(
        admin, Work("verify", "every candle", lambda: blocking(verify_steps(engine, clock)))
    )


@post(f"{PREFIX}/maintain", status_code=200)
async def begin_maintain(state: State) -> Response[bytes]:
    """Let go of what is past its time, and tidy the file."""
    admin: Admin = state.admin
    server = admin.server

    def steps() -> AsyncGenerator[Report]:
        return blocking(maintain_steps(server.engine, server.clock, admin.retention))

    return _begun(admin, Work("maintain", "the store", steps, server.live.forget))


ROUTES = (
    tasks,
    task,
    cancel,
    begin_backfill,
    begin_rebuild,
    begin_rollup,
    begin_verify,
    begin_maintain,
)


def backfill_work(server: Server, asked: BackfillRequest) -> Work:
    """Return what fetches the past of markets; refuse what cannot be before anything is begun."""
    if server.open_history is None:
        message = "this server knows no venues"
        raise UsageError(message)
    if asked.start < 0 or (asked.end is not None and asked.start >= asked.end):
        message = f"a start before the end expected, found {asked.start} and {asked.end}"
        raise UsageError(message)
    sources = server.open_history((asked.markets, asked.kind, asked.start, asked.end))
    about = f"{asked.markets[:200]}: {asked.kind}"
    return Work("backfill", about, lambda: backfilling(server, sources))


def _begun(admin: Admin, work: Work) -> Response[bytes]:
    task: Task = admin.tasks.begin(work)
    return json_of(task)
