"""`/history` from memory, without any framework: what every open chart asks for again and again.

Anything that is not plain is left to the endpoint itself, which answers with the same bytes.
"""

from __future__ import annotations

from typing import NamedTuple

from chandlery.api.query import Query
from chandlery.api.udf.stamps import is_renamed
from chandlery.core.columns import US
from chandlery.core.errors import ChandleryError
from chandlery.core.resolution import Resolution
from chandlery.engine.live import MOST_BARS, Page, Window
from chandlery.engine.server import Server

MOST_REMEMBERED = 10_000
"""Query strings whose meaning is remembered: open charts ask the same again and again."""
LONGEST_QUERY = 256
"""Longer ones are left to the endpoint: no chart sends them, and memory is bounded."""


MOST_SHOWN = 256
"""Pages that are kept: each keeps its bars in memory."""


class _Asked(NamedTuple):
    """What a query string means."""

    market: int
    resolution: Resolution
    window: Window


class HotHistory:
    """Answers from the hot series, or not at all."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._asked: dict[bytes, _Asked] = {}
        self._shown: dict[bytes, Page] = {}
        """What was answered last: it stands until a bar of it changes."""
        self._calendars = server.engine.registry.calendars

    def page(self, query_string: bytes) -> Page | None:
        """Return the bars that are asked for; None if the endpoint is to answer."""
        if self._server.engine.registry.calendars is not self._calendars:
            self._calendars = self._server.engine.registry.calendars
            self._asked.clear()
            self._shown.clear()
        shown = self._shown.get(query_string)
        if shown is not None and self._server.live.is_current(shown):
            return shown
        page = self._found(query_string) if len(query_string) <= LONGEST_QUERY else None
        if page is not None:
            if len(self._shown) >= MOST_SHOWN:
                self._shown.clear()
            self._shown[query_string] = page
        return page

    def _found(self, query_string: bytes) -> Page | None:
        asked = self._asked.get(query_string) or self._understood(query_string)
        if asked is None:
            return None
        page = self._server.live.hot(*asked)
        if page is None or not len(page):
            return None
        # A trade may be stamped a little ahead of now; its bar is not shown before its time.
        return page if page.last_t <= self._server.clock.now_us() // US else None

    def _understood(self, query_string: bytes) -> _Asked | None:
        try:
            query = Query.parse(query_string)
            market = self._server.engine.registry.known(query.text("symbol"))
            resolution = Resolution.parse(query.text("resolution"))
            start, end = query.seconds("from"), query.seconds("to")
            countback = query.whole("countback") or 0
        except ChandleryError:
            return None
        if market is None:
            return None
        if is_renamed(self._server.engine.registry.calendars.of(market), resolution):
            return None
        window = Window(start, end)
        if countback > 0:
            window = Window(start, end, min(countback, MOST_BARS), at_least=True)
        if len(self._asked) >= MOST_REMEMBERED:
            self._asked.clear()
        asked = self._asked[query_string] = _Asked(market, resolution, window)
        return asked
