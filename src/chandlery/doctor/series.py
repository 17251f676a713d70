"""One symbol at one resolution: what a chart was given, and what there is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from chandlery.core.calendar import Calendar
from chandlery.core.resolution import Resolution
from chandlery.doctor.answer import Exchange
from chandlery.doctor.history import History, history_of, times_of
from chandlery.doctor.listing import Listing
from chandlery.doctor.pager import Pager, PageRequest
from chandlery.doctor.visit import Visit

SCROLLED = 1_000
"""Bars to which the chart is scrolled back."""
WIDE, SLICES = 2_000, 4
"""Bars of a wide request, and the narrow ones it is compared with."""


@dataclass(frozen=True)
class HistoryAnswer:
    """A question for bars and its answer; `now` is when it was asked."""

    listing: Listing
    calendar: Calendar
    resolution: Resolution
    request: PageRequest
    exchange: Exchange
    now: int

    @cached_property
    def history(self) -> History:
        """The answer as the client understands it."""
        return history_of(self.exchange.data)

    @cached_property
    def times(self) -> list[int]:
        """The bar times, as they came."""
        return times_of(self.exchange.fields) if self.history.status == "ok" else []

    @property
    def label(self) -> str:
        """The symbol and the resolution."""
        return f"{self.listing.symbol} {self.resolution.tradingview}"


class Series:
    """Asks for the bars of a symbol at a resolution.

    `known` are all bar times seen while browsing: a page for the chart, a scroll, one wide range,
    and the same range in slices.
    """

    def __init__(self, visit: Visit, listing: Listing, resolution: Resolution) -> None:
        self.visit = visit
        self.listing = listing
        self.resolution = resolution
        self.calendar = listing.calendar or Calendar()
        self.answers: list[HistoryAnswer] = []
        self.pager = Pager(self.calendar, resolution, visit.now)
        self.paged: Exchange | None = None
        self.wide: HistoryAnswer | None = None
        self.slices: list[HistoryAnswer] = []
        self.known: list[int] = []

    @property
    def label(self) -> str:
        """The symbol and the resolution."""
        return f"{self.listing.symbol} {self.resolution.tradingview}"

    async def ask(self, request: PageRequest) -> HistoryAnswer:
        """Ask for bars."""
        now = self.visit.now
        params = request.params(self.listing.symbol, self.resolution.tradingview)
        exchange = await self.visit.get("/history", **_spelled(params))
        parts = self.listing, self.calendar, self.resolution, request, exchange, now
        self.answers.append(answer := HistoryAnswer(*parts))
        return answer

    async def browse(self) -> None:
        """Open a chart, scroll it back, and ask for the same time in other ways."""
        await self._page()
        self.pager.scroll(SCROLLED)
        await self._page()
        if not self.pager.bars:
            return
        end = self.pager.bars[-1].t + 1
        start = max(self.back(end, WIDE), 0)
        self.wide = await self.ask(PageRequest(start, end))
        edges = [start + (end - start) * part // SLICES for part in range(SLICES + 1)]
        for low, high in pairwise(edges):
            self.slices.append(await self.ask(PageRequest(low, high)))
        seen = {t for answer in (self.wide, *self.slices) for t in answer.times}
        self.known = sorted(t for t in seen | {bar.t for bar in self.pager.bars} if t < end)

    def back(self, end: int, bars: int) -> int:
        """Return where so many bars before `end` would begin."""
        return self.calendar.back(self.resolution, end, bars)

    def next_open(self, t: int) -> int:
        """Return the instant at which the bar after that of bar time `t` begins."""
        opens = self.calendar.open(self.resolution, np.array([t], dtype=np.int64))
        return int(self.calendar.next_open(self.resolution, opens)[0])

    async def _page(self) -> None:
        while (request := self.pager.request) is not None:
            answer = await self.ask(request)
            self.paged = answer.exchange
            self.pager.take(answer.history)


def _spelled(params: dict[str, str]) -> dict[str, str]:
    """Return the parameters as keywords: `from` is a word of Python's."""
    return {("from_" if name == "from" else name): value for name, value in params.items()}
