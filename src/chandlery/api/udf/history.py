"""`/history`: the bars of a chart.

The client takes what it gets for all there is, and asks for nothing twice. So the answer holds
every bar of [from, to) and at least `countback` bars before `to`. With `countback` an empty answer
means that nothing is older; without it the time of the next older bar is told.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from litestar import Request, Response, get

from chandlery.api.answering import server_of
from chandlery.api.pages import text_of
from chandlery.api.query import Query
from chandlery.api.udf.answers import json, json_text, patiently, query_of
from chandlery.api.udf.lookup import number_of
from chandlery.api.udf.stamps import bound, horizon, is_renamed, stamps
from chandlery.core.calendar import Calendar
from chandlery.core.columns import US
from chandlery.core.resolution import Resolution
from chandlery.engine.live import MOST_BARS, Page, Window
from chandlery.engine.server import Server
from chandlery.formats.bars_json import bars_json

NO_DATA = b'{"s":"no_data"}'


@get("/history")
async def history(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return bars as a table of columns."""
    server, query = server_of(request), query_of(request)
    symbol = query.text("symbol")
    resolution = Resolution.parse(query.text("resolution"))
    number = await patiently(lambda: number_of(server, symbol))
    calendar = server.engine.registry.calendars.of(number)
    window = window_of(query, calendar, resolution, server.clock.now_us() // US)
    if not _is_empty(window):
        page = await patiently(lambda: server.live.page(number, resolution, window))
        if len(page):
            return json_text(await _text(server, page, calendar))
    if window.count is not None:
        return json_text(NO_DATA)
    return await _nothing(server, number, resolution, window)


def window_of(query: Query, calendar: Calendar, resolution: Resolution, now: int) -> Window:
    """Return which bars are asked for: none in the future, and no count if it is not positive."""
    start, end = query.seconds("from"), query.seconds("to")
    countback = query.whole("countback") or 0
    end = min(bound(calendar, resolution, end), horizon(calendar, resolution, now))
    start = min(bound(calendar, resolution, start), end)
    if countback > 0:
        return Window(start, end, min(countback, MOST_BARS), at_least=True)
    return Window(start, end)


def _is_empty(window: Window) -> bool:
    return window.start == window.end and window.count is None


async def _text(server: Server, page: Page, calendar: Calendar) -> bytes:
    if not is_renamed(calendar, page.resolution):
        return await text_of(server, page, "udf")
    bars = page.candles
    return bars_json(replace(bars, t=stamps(calendar, page.resolution, bars.t)), "udf")


async def _nothing(
    server: Server, number: int, resolution: Resolution, window: Window
) -> Response[bytes]:
    """Tell which bar is the newest before the range, in seconds, or that there is none."""
    start = window.start or 0
    t = await patiently(lambda: server.live.latest_before(number, resolution, start))
    if t is None:
        return json_text(NO_DATA)
    calendar = server.engine.registry.calendars.of(number)
    name = stamps(calendar, resolution, np.array([t], dtype=np.int64))[0]
    return json({"s": "no_data", "nextTime": int(name)})
