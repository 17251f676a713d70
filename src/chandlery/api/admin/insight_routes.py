"""What was collected, and what it takes, over HTTP. See docs/administration.md."""

from __future__ import annotations

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromQuery

from chandlery.api.admin.answers import checked, json_of
from chandlery.api.admin.desk import Admin
from chandlery.core.columns import US
from chandlery.engine.storage import BUDGET_S, tables
from chandlery.engine.timeline import Asked, timeline

LATEST = 1 << 40


@get("/api/v1/admin/coverage")
async def coverage(  # noqa: PLR0913 - one parameter a parameter
    state: State,
    symbol: FromQuery[str],
    kind: FromQuery[str] = "trades",
    start: FromQuery[int | None] = None,
    end: FromQuery[int | None] = None,
    resolution_s: FromQuery[int | None] = None,
) -> Response[bytes]:
    """Return what was collected of a market, as intervals for a timeline."""
    admin: Admin = state.admin
    for name, value in (("start", start), ("end", end), ("resolution_s", resolution_s)):
        checked(name, value or 0, 0, LATEST)
    asked, now = Asked(symbol, kind, start, end, resolution_s), admin.server.clock.now_us() // US
    return json_of(await admin.server.ask(lambda: timeline(admin.server.engine, asked, now)))


@get("/api/v1/admin/storage")
async def storage(state: State) -> Response[bytes]:
    """Return what each table holds, and how long it is kept."""
    admin: Admin = state.admin
    engine = admin.server.engine
    found = await admin.server.ask(lambda: tables(engine, admin.retention), BUDGET_S)
    free, total = await admin.server.ask(admin.disk)
    size = sum(table.bytes for table in found)
    return json_of({"tables": found, "bytes": size, "free_bytes": free, "total_bytes": total})


ROUTES = (coverage, storage)
