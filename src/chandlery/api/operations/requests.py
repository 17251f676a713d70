"""What a request leaves in the logs: an id in every line it causes, and a line of its own.

Of a request only its method, the path and how it ended are told: a query string, headers and
bodies may hold what is nobody's business.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from contextvars import Token
from dataclasses import dataclass
from typing import Any, TypeAlias

import structlog

SLOW_S = 1.0
"""A request that takes longer is told even where single requests are not."""
LONGEST_PATH = 200

_told = {"each": True}
_GIVEN = re.compile(rb"[A-Za-z0-9_.:-]{8,64}")
_log = structlog.get_logger()

Bound: TypeAlias = Mapping[str, Token[Any]]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a request ended. `route` is the pattern of its path."""

    method: str
    path: str
    route: str
    status: int
    seconds: float
    who: str = ""
    """The key's or token's name, or nothing."""
    request_id: str = ""
    """For whoever has undone `bind` by then."""


def new_id(given: bytes | None = None) -> str:
    """Return the id of a request: the one it came with, if that is harmless, or a new one."""
    if given is not None and _GIVEN.fullmatch(given):
        return given.decode()
    return secrets.token_hex(8)


def bind(request_id: str) -> Bound:
    """Have every log line from here on carry the id, in this task and those it starts."""
    return structlog.contextvars.bind_contextvars(request_id=request_id)


def unbind(bound: Bound) -> None:
    """Undo `bind`."""
    structlog.contextvars.reset_contextvars(**bound)


def tell_each(*, each: bool) -> None:
    """Say whether quick requests are told too: asking the log each time would take longer."""
    _told["each"] = each


def log_request(ended: Ended, *, may_be_long: bool = False) -> None:
    """Tell a request: each where everything is told, a slow one always unless it may be long."""
    is_slow = ended.seconds > SLOW_S and not may_be_long
    if not is_slow and not _told["each"]:
        return
    tell = _log.warning if is_slow else _log.debug
    tell(
        "slow request" if is_slow else "request",
        method=ended.method,
        path=ended.path[:LONGEST_PATH],
        route=ended.route,
        status=ended.status,
        ms=round(ended.seconds * 1e3, 3),
        **({"who": ended.who} if ended.who else {}),
        **({"request_id": ended.request_id} if ended.request_id else {}),
    )
