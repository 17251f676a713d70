"""The figures of every part, as Prometheus is told them."""

from __future__ import annotations

from collections.abc import Iterator

from chandlery.api.operations.operations import Operations
from chandlery.api.operations.summary import SHARES, commit_ms
from chandlery.engine.feeds import STATES
from chandlery.engine.statistics import Figure


def figures_of(operations: Operations) -> Iterator[Figure]:
    """Yield the figures that can be read without waiting for anything."""
    yield Figure("uptime_seconds", "Seconds since the server began.", lambda: operations.uptime_s)
    yield from _writer(operations)
    yield from _live(operations)
    yield from _clients(operations)
    yield from _feeds(operations)
    yield from operations.server.statistics.figures.values()


def _writer(operations: Operations) -> Iterator[Figure]:
    own = operations.server.ingest.figures
    yield Figure("commits", "Commits.", lambda: own.commits, kind="counter")
    yield Figure("trades_accepted", "Trades stored.", lambda: own.accepted, kind="counter")
    yield Figure("trades_repeated", "Trades there already.", lambda: own.repeats, kind="counter")
    yield Figure(
        "trades_refused", "Trades refused.", lambda: own.refused, label="reason", kind="counter"
    )
    tally = operations.server.engine.recorder.tally
    yield Figure(
        "trades_left_out",
        "Trades that filters left out of the candles as they came.",
        lambda: tally.left_out,
        kind="counter",
    )
    yield Figure("commit_failures", "Commits that failed.", lambda: own.failures, kind="counter")
    yield Figure("writer_failing", "1 while the store refuses.", lambda: float(bool(own.failing)))
    yield Figure("queue_rows", "Rows that wait to be written.", lambda: own.queued_rows)
    yield Figure(
        "commit_seconds",
        "Quantiles of the last commits.",
        lambda: _by_quantile(commit_ms(operations)),
        label="quantile",
    )


def _by_quantile(found: dict[str, float]) -> dict[str, float]:
    return {str(SHARES[name]): milliseconds / 1e3 for name, milliseconds in found.items()}


def _live(operations: Operations) -> Iterator[Figure]:
    own = operations.server.live.figures
    yield Figure("live_hits", "Pages from memory.", lambda: own.hits, kind="counter")
    yield Figure("live_misses", "Pages from the store.", lambda: own.misses, kind="counter")
    yield Figure("live_bytes", "Memory of the hot series.", lambda: own.bytes)
    yield Figure("live_series", "Hot series.", lambda: own.series)


def _clients(operations: Operations) -> Iterator[Figure]:
    read = operations.clients
    yield Figure("websocket_clients", "Clients of the stream.", lambda: read().clients)
    yield Figure(
        "websocket_slow_closes",
        "Clients let go because they read too slowly.",
        lambda: read().slow_closes,
        kind="counter",
    )
    yield Figure("websocket_messages", "Messages sent.", lambda: read().messages, kind="counter")
    yield Figure(
        "websocket_opening_bytes",
        "What is kept for clients that come back at once.",
        lambda: read().opening_bytes,
    )


def _feeds(operations: Operations) -> Iterator[Figure]:
    server = operations.server

    def running() -> dict[str, float]:
        found = (feed.figures() for feed in server.feeds)
        return {own.name: float(own.state in ("running", "live")) for own in found}

    def age() -> dict[str, float]:
        found = (feed.figures() for feed in server.feeds)
        ages = ((own.name, own.last_msg_age_ms) for own in found)
        return {name: ms / 1e3 for name, ms in ages if ms is not None}

    def reconnects() -> dict[str, float]:
        found = (feed.figures() for feed in server.feeds)
        return {own.name: own.reconnects for own in found}

    def states() -> dict[str, float]:
        found: dict[str, float] = dict.fromkeys(STATES, 0.0)
        for feed in server.feeds:
            state = feed.figures().state
            found[state] = found.get(state, 0.0) + 1
        return found

    yield Figure("feeds", "Feeds that are in a state.", states, label="state")
    yield Figure("feed_running", "1 while a feed runs.", running, label="feed")
    yield Figure("feed_last_message_age_seconds", "Since its last delivery.", age, label="feed")
    yield Figure(
        "feed_reconnects", "How often it began again.", reconnects, label="feed", kind="counter"
    )
