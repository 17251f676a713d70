"""Administration: for the command line on the server's own machine, and for scripts.

Whoever calls must have the scope admin, which the outermost layer sees to for all of
`/api/v1/admin`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from chandlery.api.access.keys import ApiKey
from chandlery.api.access.principal import SCOPES
from chandlery.api.admin import feed_routes, insight_routes, market_routes, task_routes
from chandlery.api.admin.answers import Asked, body_of, json_of
from chandlery.api.admin.desk import Admin
from chandlery.api.admin.frames import MEDIA_TYPE, Ended, Failed, columns_of, written
from chandlery.api.admin.requests import (
    BackfillRequest,
    CandlesRequest,
    KeyRequest,
    RangeRequest,
    TradesRequest,
)
from chandlery.core.columns import US
from chandlery.core.errors import ChandleryError, UsageError
from chandlery.core.resolution import Resolution
from chandlery.engine.backfill import backfilling
from chandlery.engine.chores import maintain_steps, rebuild_range, rebuild_steps, verify_steps
from chandlery.engine.gaps import gap_rows
from chandlery.engine.job_list import current_jobs
from chandlery.engine.markets import summaries as summaries_of
from chandlery.engine.pieces import Wanted, pieces, trade_pieces
from chandlery.sources.source import Source


@post("/api/v1/admin/candles", status_code=200)
async def candles(state: State, request: Asked) -> Stream:
    """Return candles as frames, exactly as they are stored, however many."""
    admin: Admin = state.admin
    asked = await body_of(request, CandlesRequest)
    engine = admin.server.engine
    wanted = Wanted(
        engine.registry.number(asked.symbol),
        Resolution.parse(asked.resolution),
        asked.start,
        asked.end,
        asked.limit,
        asked.fill,
    )
    now = admin.server.clock.now_us() // US
    found = pieces(engine, wanted, now)
    return _stream(admin.export(columns_of(piece) for piece in found))


@post("/api/v1/admin/trades", status_code=200)
async def trades(state: State, request: Asked) -> Stream:
    """Return trades as frames."""
    admin: Admin = state.admin
    asked = await body_of(request, TradesRequest)
    engine = admin.server.engine
    number = engine.registry.number(asked.symbol)
    found = trade_pieces(engine, number, (asked.start, asked.end), asked.limit)
    return _stream(admin.export(columns_of(piece) for piece in found))


@get("/api/v1/admin/summaries")
async def summaries(
    state: State, text: FromQuery[str] = "", limit: FromQuery[int] = 1_000
) -> Response[bytes]:
    """Return the markets with how far their data reaches, and their last prices."""
    admin: Admin = state.admin
    return json_of(await asyncio.to_thread(lambda: summaries_of(admin.server.engine, text, limit)))


@get("/api/v1/admin/jobs")
async def jobs(state: State) -> Response[bytes]:
    """Return the roll-ups as they stand."""
    admin: Admin = state.admin
    now = admin.server.clock.now_us() // US
    return json_of(await asyncio.to_thread(lambda: current_jobs(admin.server.engine, now)))


@get("/api/v1/admin/gaps")
async def list_gaps(state: State, symbol: FromQuery[str] = "") -> Response[bytes]:
    """Return what was not collected of a market, or of all."""
    admin: Admin = state.admin
    now = admin.server.clock.now_us() // US
    engine = admin.server.engine
    return json_of(await asyncio.to_thread(lambda: gap_rows(engine, symbol or None, now)))


@post("/api/v1/admin/verify", status_code=200)
async def verify(state: State) -> Stream:
    """Compare every candle with its trades."""
    admin: Admin = state.admin
    return _stream(admin.chore(verify_steps(admin.server.engine, admin.server.clock)))


@post("/api/v1/admin/rebuild", status_code=200)
async def rebuild(state: State, request: Asked) -> Stream:
    """Make the candles of a market again."""
    admin: Admin = state.admin
    asked = await body_of(request, RangeRequest)
    server = admin.server
    wanted = rebuild_range(server.engine, asked.symbol, asked.start, asked.end)
    steps = rebuild_steps(server.engine, server.clock, wanted)
    return _stream(admin.chore(steps, lambda: server.live.refresh(*wanted)))


@post("/api/v1/admin/maintain", status_code=200)
async def maintain(state: State) -> Stream:
    """Let go of what is past its time, and tidy the file."""
    admin: Admin = state.admin
    server = admin.server
    steps = maintain_steps(server.engine, server.clock, admin.retention)
    return _stream(admin.chore(steps, server.live.forget))


@post("/api/v1/admin/backfill", status_code=200)
async def backfill(state: State, request: Asked) -> Stream:
    """Fetch the past of markets from their venue; it stops when nobody listens any more."""
    admin: Admin = state.admin
    asked = await body_of(request, BackfillRequest)
    if admin.server.open_history is None:
        message = "this server knows no venues"
        raise UsageError(message)
    sources = admin.server.open_history((asked.markets, asked.kind, asked.start, asked.end))
    return _stream(_fetched(admin, sources))


async def _fetched(admin: Admin, sources: Sequence[Source]) -> AsyncIterator[bytes]:
    try:
        async with aclosing(backfilling(admin.server, sources)) as steps:
            async for step in steps:
                yield written(step)
        yield written(Ended())
    except ChandleryError as error:
        yield written(Failed(error.message, error.hint, isinstance(error, UsageError)))


@get("/api/v1/admin/keys")
async def list_keys(state: State) -> Response[bytes]:
    """Return the keys, without anything of their secrets."""
    admin: Admin = state.admin
    return json_of([_without_hash(key) for key in admin.keys.all()])


@post("/api/v1/admin/keys", status_code=200)
async def create_key(state: State, request: Asked) -> Response[bytes]:
    """Make a key; its text is shown this once."""
    admin: Admin = state.admin
    asked = await body_of(request, KeyRequest)
    if asked.scope not in SCOPES:
        message = f"a scope expected ({', '.join(SCOPES)}), found {asked.scope!r}"
        raise UsageError(message)
    issued = await asyncio.to_thread(
        lambda: admin.keys.create(asked.name, SCOPES[asked.scope], asked.lifetime_s)
    )
    return json_of({"key": _without_hash(issued.key), "text": issued.text})


@post("/api/v1/admin/keys/{key_id:str}/revoke", status_code=200)
async def revoke_key(state: State, key_id: FromPath[str]) -> Response[bytes]:
    """Have a key count no longer."""
    admin: Admin = state.admin
    return json_of(_without_hash(await asyncio.to_thread(lambda: admin.keys.revoke(key_id))))


ROUTES = (
    *feed_routes.ROUTES,
    *task_routes.ROUTES,
    *insight_routes.ROUTES,
    *market_routes.ROUTES,
    candles,
    trades,
    summaries,
    jobs,
    list_gaps,
    verify,
    rebuild,
    maintain,
    backfill,
    list_keys,
    create_key,
    revoke_key,
)


def _stream(frames: AsyncIterator[bytes]) -> Stream:
    # Not to be held back by a proxy until it is whole.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(frames, media_type=MEDIA_TYPE, headers=headers)


def _without_hash(key: ApiKey) -> ApiKey:
    return msgspec.structs.replace(key, sha256="")
