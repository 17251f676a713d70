"""Trades that come over the WebSocket: the same desk, answered with a receipt."""

from __future__ import annotations

from typing import Protocol

import msgspec

from chandlery.api.push.desk import Desk
from chandlery.api.push.outcome import Outcome
from chandlery.sources.push import read_json


class Publisher(Protocol):
    """Takes what clients publish."""

    async def publish(self, symbol: str, trades: bytes) -> Outcome:
        """Make trades, a JSON array, durable, and say what became of each."""
        ...


class DeskPublisher:
    """Takes what clients publish to the desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def publish(self, symbol: str, trades: bytes) -> Outcome:
        """See Publisher.publish."""
        asked = self._desk.asked(symbol)
        return await self._desk.take(len(trades), lambda: read_json(trades, "json", asked))


def receipt(outcome: Outcome, id_: msgspec.Raw) -> dict[str, object]:
    """Return the fields of the message that says so."""
    return {
        "id": id_,
        "accepted": outcome.accepted,
        "duplicate": outcome.duplicate,
        "rejected": outcome.listed(),
    }
