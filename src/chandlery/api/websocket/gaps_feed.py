"""The feed of what was not collected of a market: the newest gaps, told anew when they change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from typing_extensions import override

from chandlery.api.websocket.latest_feed import LatestFeed
from chandlery.api.websocket.messages import encoded
from chandlery.api.websocket.topics import Topic
from chandlery.engine.gaps import KINDS, Gap

MOST_GAPS = 50
"""Older ones are left out; `/api/v1/gaps` tells all."""

GapsOf = Callable[[int, str], list[Gap]]
"""Returns the gaps of a market and kind, from memory."""


class GapsFeed(LatestFeed):
    """Sends all the newest gaps whenever one opens, closes or has another state."""

    def __init__(self, topic: Topic, symbol: str, gaps_of: GapsOf) -> None:
        super().__init__(topic)
        self._symbol = symbol
        self._gaps_of = gaps_of
        self.is_stale = False
        """Whether what was collected has changed since it was looked at."""

    @override
    async def open(self) -> None:
        self.look()
        self.mark = self.position()

    def look(self) -> bool:
        """Look at the gaps; return whether they are others."""
        self.is_stale = False
        rows = [_row(kind, gap) for kind in KINDS for gap in self._gaps_of(self.topic.market, kind)]
        rows.sort(key=lambda row: (row["start"], row["kind"]))
        told = {"channel": "gaps", "symbol": self._symbol, "count": len(rows)}
        return self.put(encoded("gaps", told | {"gaps": rows[-MOST_GAPS:]}))


def _row(kind: str, gap: Gap) -> dict[str, Any]:
    end = gap.end if gap.has_ended else None
    reason = gap.reason[:200]
    return {"kind": kind, "start": gap.start, "end": end, "state": gap.state, "reason": reason}
