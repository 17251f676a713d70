"""What a client may do, and the names and codes of every way to be refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ROUTE = "/ws"
"""Where handshakes are taken, and what they are limited and counted as."""


class Code(StrEnum):
    """Why something was refused. Each is in docs/websocket.md."""

    MESSAGE_TOO_BIG = "message_too_big"
    TOO_MANY_FRAGMENTS = "too_many_fragments"
    BAD_FRAME = "bad_frame"
    NOT_TEXT = "not_text"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    INVALID_MESSAGE = "invalid_message"
    UNKNOWN_OP = "unknown_op"
    UNKNOWN_CHANNEL = "unknown_channel"
    UNKNOWN_SYMBOL = "unknown_symbol"
    UNKNOWN_INTERVAL = "unknown_interval"
    TOO_MANY_BARS = "too_many_bars"
    TOO_MANY_SUBSCRIPTIONS = "too_many_subscriptions"
    NOT_SUBSCRIBED = "not_subscribed"
    TOO_FAST = "too_fast"
    TOO_SLOW = "too_slow"
    TOO_MANY_CLIENTS = "too_many_clients"
    TOO_MANY_FROM_ADDRESS = "too_many_from_address"
    NOT_ALLOWED = "not_allowed"
    AUTHENTICATION_REQUIRED = "authentication_required"
    AUTHENTICATION_FAILED = "authentication_failed"
    HEARTBEAT_MISSED = "heartbeat_missed"
    BUSY = "busy"
    DRAINING = "draining"
    INTERNAL_ERROR = "internal_error"


GOING_AWAY, PROTOCOL_ERROR, UNSUPPORTED, BAD_DATA = 1001, 1002, 1003, 1007
POLICY, TOO_BIG = 1008, 1009
INTERNAL, RESTART, TRY_LATER = 1011, 1012, 1013

CLOSES = {
    Code.MESSAGE_TOO_BIG: TOO_BIG,
    Code.TOO_MANY_FRAGMENTS: POLICY,
    Code.BAD_FRAME: PROTOCOL_ERROR,
    Code.NOT_TEXT: UNSUPPORTED,
    Code.NOT_UTF8: BAD_DATA,
    Code.TOO_FAST: POLICY,
    Code.TOO_SLOW: TRY_LATER,
    Code.AUTHENTICATION_REQUIRED: POLICY,
    Code.AUTHENTICATION_FAILED: POLICY,
    Code.HEARTBEAT_MISSED: INTERNAL,
    Code.DRAINING: RESTART,
    Code.INTERNAL_ERROR: INTERNAL,
}
"""The codes after which the connection is closed, and the WebSocket code it is closed with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one client, and all of them, may do. Sizes are bytes, times seconds."""

    most_clients: int = 20_000
    most_per_address: int = 10
    most_subscriptions: int = 200
    most_bars: int = 1_000
    """Bars of one snapshot; more changed bars than this are answered with one, too."""
    message_bytes: int = 4_096
    message_depth: int = 8
    message_fragments: int = 16
    messages_per_s: float = 10.0
    message_burst: int = 200
    """Messages at once: a client that connects may subscribe to all it follows."""
    heartbeat_s: float = 20.0
    """How often the server gives a sign of life, and then waits for one."""
    authenticate_s: float = 5.0
    buffer_bytes: int = 65_536
    """Beyond this nothing more is queued for a client, until it has drained."""
    most_buffer_bytes: int = 262_144
    drain_s: float = 10.0
    """How long a client may take to drain."""
    flush_s: float = 0.02
    """The least time between two messages about one series."""
    ticker_s: float = 0.25
    """The least time between two tickers of one market."""
    trades_kept: int = 200
    """The newest trades of a market: what a client gets that fell behind, or of one flush."""
    slice_s: float = 0.004
    """How long messages are written before the event loop does anything else."""
