"""Feeds and the markets they follow, over HTTP. See docs/administration.md."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from litestar import Response, delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery

from chandlery.api.admin.answers import Asked, body_of, json_of, page_of
from chandlery.api.admin.desk import Admin
from chandlery.api.admin.requests import BackfillRequest, FollowRequest
from chandlery.api.admin.task_routes import backfill_work
from chandlery.config.values import read_span
from chandlery.core.columns import US
from chandlery.core.errors import UsageError
from chandlery.engine.feeding import Action
from chandlery.engine.feeds import Feed
from chandlery.engine.following import Following
from chandlery.engine.server import Server
from chandlery.engine.watchlist import MOST_ADDED

PREFIX = "/api/v1/admin/feeds"
Acting = Literal["start", "stop", "restart"]


@get(PREFIX)
async def feeds(state: State) -> Response[bytes]:
    """Return how each feed is doing, and which venues there are."""
    server: Server = state.admin.server
    venues = server.following.venues if server.following else []
    return json_of({"feeds": [row_of(feed) for feed in server.feeds], "venues": venues})


@get(f"{PREFIX}/markets")
async def markets(
    state: State,
    request: Asked,
    limit: FromQuery[int] = 200,
    offset: FromQuery[int] = 0,
) -> Response[bytes]:
    """Return what is followed, and where that was said."""
    server: Server = state.admin.server
    page = page_of(limit, offset)
    found = server.following.markets() if server.following else []
    wanted = request.query_params.get("query", "").strip().lower()
    rows = [each for each in found if wanted in f"{each.market} {each.symbol}".lower()]
    return json_of({"total": len(rows), "markets": rows[page]})


@post(f"{PREFIX}/markets", status_code=200)
async def follow(state: State, request: Asked) -> Response[bytes]:
    """Follow markets too, and fetch their past if that is wanted."""
    admin: Admin = state.admin
    asked = await body_of(request, FollowRequest)
    seconds = _span(asked.backfill)
    found = await _following(admin.server).add(asked.markets)
    known = [each.market for each in found if each.outcome != "unknown"]
    task = None
    if seconds and known:
        start = admin.server.clock.now_us() // US - seconds
        wanted = BackfillRequest(",".join(known), "bars", start)
        task = admin.tasks.begin(backfill_work(admin.server, wanted)).id
    return json_of({"markets": found, "task": task})


@delete(f"{PREFIX}/markets", status_code=200)
async def unfollow(state: State, markets: FromQuery[str]) -> Response[bytes]:
    """Follow markets no more."""
    admin: Admin = state.admin
    return json_of({"markets": await _following(admin.server).remove(markets)})


@post(f"{PREFIX}/{{name:str}}/start", status_code=200)
async def start(state: State, name: FromPath[str]) -> Response[bytes]:
    """Begin to read a feed that is stopped."""
    return await _acted(state.admin, name, "start")


@post(f"{PREFIX}/{{name:str}}/stop", status_code=200)
async def stop(state: State, name: FromPath[str]) -> Response[bytes]:
    """Close a feed, until it is started."""
    return await _acted(state.admin, name, "stop")


@post(f"{PREFIX}/{{name:str}}/restart", status_code=200)
async def restart(state: State, name: FromPath[str]) -> Response[bytes]:
    """Close a feed and begin anew."""
    return await _acted(state.admin, name, "restart")


ROUTES = (feeds, markets, follow, unfollow, start, stop, restart)


def row_of(feed: Feed) -> dict[str, Any]:
    """Return how a feed is doing, as JSON has it."""
    return {**asdict(feed.figures()), "markets": len(feed.numbers), "can": feed.can}


async def _acted(admin: Admin, name: str, action: Action) -> Response[bytes]:
    feed = admin.server.feeding.named(name)
    await admin.server.act(feed, action)
    return json_of(row_of(feed))


def _following(server: Server) -> Following:
    if server.following is None:
        message = "this server follows no venues"
        raise UsageError(message, hint=f"`chandlery serve` does, up to {MOST_ADDED} added markets")
    return server.following


def _span(text: str | None) -> int:
    if not text:
        return 0
    try:
        return int(read_span(text))
    except ValueError:
        message = f"backfill: a time such as 30d expected, found {text[:40]!r}"
        raise UsageError(message) from None
