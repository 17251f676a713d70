"""How a stream's connection is made, and what its faults are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidProxy,
    InvalidStatus,
    InvalidURI,
)

from chandlery.client.calls import refusal
from chandlery.client.errors import (
    BadRequestError,
    ClientError,
    NoAnswerError,
    UnreachableError,
)
from chandlery.client.options import Options
from chandlery.clock import SystemClock

MOST_BYTES = 16_000_000
"""Of a message; a thousand bars are about 150 KB."""
CLOSE_S = 2.0

TROUBLE = (OSError, ConnectionClosed, InvalidHandshake, InvalidURI, InvalidProxy)
"""What may come of a connection; a timeout is an OSError."""

_clock = SystemClock()


def settings(headers: Mapping[str, str], options: Options) -> dict[str, Any]:
    """Return what to connect with. The server's pings are enough: there are none of ours."""
    return {
        "additional_headers": {name: headers[name] for name in headers if name != "User-Agent"},
        "user_agent_header": headers["User-Agent"],
        "compression": None,
        "open_timeout": options.timeout_s,
        "close_timeout": CLOSE_S,
        "ping_interval": None,
        "max_size": MOST_BYTES,
        "proxy": True if options.trust_env else None,
    }


def trouble(error: Exception) -> ClientError:
    """Return what a fault of a connection is."""
    if isinstance(error, InvalidStatus):
        answer = error.response
        now_s = _clock.now_us() / 1e6
        return refusal(answer.status_code, answer.headers, bytes(answer.body or b""), now_s)
    said = str(error) or type(error).__name__
    if isinstance(error, TimeoutError):
        return NoAnswerError(f"nothing came from the server in time: {said}")
    if isinstance(error, InvalidURI | InvalidProxy):
        return BadRequestError(said, hint="look at the address, or at the proxy's")
    return UnreachableError(f"the connection was lost: {said}")
