"""`/marks` and `/timescale_marks`: what users marked, and where nothing was collected."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from litestar import Request, Response, delete, get, post

from chandlery.api.answering import server_of
from chandlery.api.query import Query
from chandlery.api.udf.answers import json, patiently, query_of
from chandlery.api.udf.forms import form_of
from chandlery.api.udf.lookup import number_of
from chandlery.api.udf.principal import PUBLIC, owner_of
from chandlery.api.udf.stamps import bound, stamps
from chandlery.core.calendar import Calendar
from chandlery.core.columns import Int64s
from chandlery.core.errors import UsageError
from chandlery.core.marks import bar_times, is_open_within
from chandlery.core.moments import iso_of
from chandlery.core.resolution import Resolution
from chandlery.engine.charts import Shelf, key_of
from chandlery.engine.gaps import gaps
from chandlery.engine.live import TooManyBarsError, Window
from chandlery.engine.server import Server

MOST_A_BAR = 10
"""Marks that TradingView shows at one bar."""
MOST_LINES = 5
"""Gaps that one mark tells of."""
MOST_TEXT = 1_000
GAP_COLOR, GAP_LABEL = "red", "!"
COLORS = ("red", "green", "blue", "yellow")
PLACES = ("bar", "timescale")

_HEX = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for: marks of a market with start <= time < end."""

    server: Server
    number: int
    resolution: Resolution
    start: int
    end: int

    @property
    def calendar(self) -> Calendar:
        """The market's."""
        return self.server.engine.registry.calendars.of(self.number)


@get("/marks")
async def marks(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the marks that users put at bars."""
    asked = await _asked(request)
    saved = await _saved(request, asked, "bar")
    times = await _times(asked, [int(head["time"]) for _, head in saved])
    return json(_thinned([_mark(*one, time) for one, time in zip(saved, times, strict=True)]))


@get("/timescale_marks")
async def timescale_marks(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the marks that users put at the time scale, and one where a gap ends."""
    asked = await _asked(request)
    saved = await _saved(request, asked, "timescale")
    between = await patiently(lambda: asked.server.ask(lambda: _gaps(asked)))
    moments = [int(head["time"]) for _, head in saved] + [end for _, end in between]
    times = await _times(asked, moments)
    own = [_timescale_mark(*one, t) for one, t in zip(saved, times[: len(saved)], strict=True)]
    told = _gap_marks(between, times[len(saved) :])
    taken = {mark["time"] for mark in told}
    by_time = {mark["time"]: mark for mark in own if mark["time"] not in taken}
    return json(sorted([*told, *by_time.values()], key=lambda mark: int(mark["time"])))


@post("/marks", request_max_body_size=100_000)
async def add_mark(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Save a mark: a form with symbol and time, and text, label, color and place if wanted."""
    server, fields = server_of(request), (await form_of(request)).query
    symbol, head = fields.text("symbol"), _head(fields)
    number = await patiently(lambda: number_of(server, symbol))
    shelf = _shelf(server, owner_of(request), number)
    now_ms = server.clock.now_us() // 1_000
    return json({"s": "ok", "id": await server.ask(lambda: shelf.add("", head, "{}", now_ms))})


@delete("/marks", status_code=200)
async def remove_mark(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Let go of a mark, by symbol and id."""
    server, query = server_of(request), query_of(request)
    symbol, key = query.text("symbol"), query.text("id")
    number = await patiently(lambda: number_of(server, symbol))
    shelf = _shelf(server, owner_of(request), number)
    if not await server.ask(lambda: shelf.remove(key_of(key))):
        message = f"there is no mark {key} here"
        raise UsageError(message)
    return json({"s": "ok"})


async def _asked(request: Request[Any, Any, Any]) -> _Asked:
    server, query = server_of(request), query_of(request)
    symbol, resolution = query.text("symbol"), Resolution.parse(query.text("resolution"))
    start, end = query.seconds("from"), query.seconds("to")
    number = await patiently(lambda: number_of(server, symbol))
    return _Asked(server, number, resolution, start, end)


def _shelf(server: Server, owner: str, number: int) -> Shelf:
    return Shelf(server.engine.store, owner, key_of("marks", str(number)))


async def _saved(
    request: Request[Any, Any, Any], asked: _Asked, place: str
) -> list[tuple[str, dict[str, str]]]:
    """Return the asker's marks and those of the public that lie in the range, by time."""
    owners = dict.fromkeys((PUBLIC, owner_of(request)))

    def read() -> list[tuple[str, dict[str, str]]]:
        found = [
            one
            for owner in owners
            for one in _shelf(asked.server, owner, asked.number).heads().items()
        ]
        wanted = [
            (key, head)
            for key, head in found
            if head["place"] == place and asked.start <= int(head["time"]) < asked.end
        ]
        return sorted(wanted, key=lambda one: (int(one[1]["time"]), int(one[0])))

    return await patiently(lambda: asked.server.ask(read))


async def _times(asked: _Asked, moments: Sequence[int]) -> list[int]:
    """Return at which bar of the chart each moment is shown."""
    if not moments:
        return []
    calendar, resolution = asked.calendar, asked.resolution
    t = bar_times(calendar, resolution, np.array(moments, dtype=np.int64), await _bars(asked))
    return [int(name) for name in stamps(calendar, resolution, t)]


async def _bars(asked: _Asked) -> Int64s:
    """Return the times of the bars in the range, none if they are too many."""
    start = bound(asked.calendar, asked.resolution, asked.start)
    end = bound(asked.calendar, asked.resolution, asked.end)
    if start >= end:
        return np.empty(0, dtype=np.int64)
    window = Window(start, end)
    try:
        page = await patiently(
            lambda: asked.server.live.page(asked.number, asked.resolution, window)
        )
    except TooManyBarsError:
        return np.empty(0, dtype=np.int64)
    return page.candles.t


def _gaps(asked: _Asked) -> list[tuple[int, int]]:
    return [
        (gap.start, gap.end)
        for gap in gaps(asked.server.engine, asked.number)
        if gap.end > asked.start
        and gap.start < asked.end
        and is_open_within(asked.calendar, gap.start, gap.end)
    ]


def _gap_marks(between: Sequence[tuple[int, int]], times: Sequence[int]) -> list[dict[str, Any]]:
    """Return one mark for all the gaps that end at a bar."""
    at: defaultdict[int, list[str]] = defaultdict(list)
    for (start, end), time in zip(between, times, strict=True):
        at[time].append(f"{iso_of(start)} to {iso_of(end)}")
    return [
        {
            "id": f"gap-{time}",
            "time": time,
            "color": GAP_COLOR,
            "label": GAP_LABEL,
            "tooltip": ["Not collected:", *_short(lines)],
        }
        for time, lines in at.items()
    ]


def _short(lines: list[str]) -> list[str]:
    more = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], *([f"and {more} more"] if more > 0 else [])]


def _head(fields: Query) -> dict[str, str]:
    color = fields.optional("color") or COLORS[2]
    if color not in COLORS and not _HEX.fullmatch(color):
        message = f"a color out of {', '.join(COLORS)} or such as #2962ff expected"
        raise UsageError(message)
    return {
        "time": str(fields.seconds("time")),
        "text": fields.optional("text", most=MOST_TEXT) or "",
        "label": (fields.optional("label") or "")[:1],
        "color": color,
        "place": fields.choice("place", PLACES) or PLACES[0],
    }


def _mark(key: str, head: dict[str, str], time: int) -> dict[str, Any]:
    color = head["color"]
    return {
        "id": int(key),
        "time": time,
        "color": color if color in COLORS else {"border": color, "background": color},
        "text": escape(head["text"]),
        "label": head["label"],
        "labelFontColor": "white",
        "minSize": 14,
    }


def _timescale_mark(key: str, head: dict[str, str], time: int) -> dict[str, Any]:
    return {
        "id": f"mark-{key}",
        "time": time,
        "color": head["color"],
        "label": head["label"],
        "tooltip": [escape(head["text"])],
    }


def _thinned(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return no more marks a bar than are shown."""
    at: defaultdict[int, int] = defaultdict(int)
    kept = []
    for mark in found:
        at[mark["time"]] += 1
        if at[mark["time"]] <= MOST_A_BAR:
            kept.append(mark)
    return kept
