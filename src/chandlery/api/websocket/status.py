"""What the channel `status` tells: of the whole server, and of the feed that a market belongs to.

Ages are told in steps, so that a message changes a few times while nothing comes and not each time.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from chandlery.api.websocket.messages import encoded
from chandlery.api.websocket.topics import NO_MARKET
from chandlery.engine.feeds import Feed
from chandlery.engine.server import Server

SILENT_S = (0, 5, 10, 30, 60, 300, 900, 3_600)
"""The steps in which it is told for how long nothing has come of a feed."""
MOST_FEEDS = 100
MOST_REASON = 200


@dataclass(frozen=True, slots=True)
class Outlook:
    """How the server and its feeds are at one moment; two that are equal tell the same."""

    status: str
    reason: str
    rows: list[dict[str, Any]]
    by_market: dict[int, int]
    """The row of each market's feed."""
    refused: dict[int, str]
    """Why nothing will come of a market, though its feed goes on."""

    @classmethod
    def of(cls, server: Server, *, is_draining: bool) -> Outlook:
        """Look at a server."""
        reason = server.ingest.figures.failing or ""
        status = "failing" if reason else "ok"
        status, reason = ("draining", "") if is_draining else (status, reason)
        # Of two feeds that bring a market the first counts.
        by_market = {
            number: row
            for row, feed in reversed(list(enumerate(server.feeds)))
            for number in feed.numbers.values()
        }
        refused = {
            number: why
            for row, feed in enumerate(server.feeds)
            for number, why in feed.refused.items()
            if by_market.get(number) == row
        }
        return cls(status, reason, [row_of(feed) for feed in server.feeds], by_market, refused)

    def message(self, market: int, symbol: str) -> bytes:
        """Return the message of a topic: of a market, or of the whole server."""
        told: dict[str, Any] = {"channel": "status"}
        if market != NO_MARKET:
            told["symbol"] = symbol
        told |= {"status": self.status, "reason": self.reason}
        if market == NO_MARKET:
            told["feeds"] = self.rows[:MOST_FEEDS]
        else:
            row = self.by_market.get(market)
            told["feed"] = None if row is None else self.rows[row]
            if row is not None and market in self.refused:
                own = {"state": "stopped", "reason": self.refused[market][:MOST_REASON]}
                told["feed"] = self.rows[row] | own
        return encoded("status", told)


def row_of(feed: Feed) -> dict[str, Any]:
    """Return how a feed is doing, in so few words that they seldom change."""
    found = feed.figures()
    age_ms = found.last_msg_age_ms
    return {
        "name": found.name,
        "state": found.state,
        "reason": found.reason[:MOST_REASON],
        "reconnects": found.reconnects,
        "silent_s": None if age_ms is None else SILENT_S[bisect_right(SILENT_S, age_ms / 1e3) - 1],
    }
