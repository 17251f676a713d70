"""Secrets taken out of log lines: whatever a bug or a library puts there, a key is not shown."""

from __future__ import annotations

import re
from typing import Any

from structlog.types import EventDict, WrappedLogger

HIDDEN = "***"

_NAMES = frozenset(
    (
        "authorization",
        "cookie",
        "set-cookie",
        "x-api-key",
        "api_key",
        "jwt_secret",
        "password",
        "secret",
        "token",
    )
)
_TEXTS = (
    (re.compile(r"chd_([0-9a-f]{4,12})_[0-9a-f]{8,}"), rf"chd_\1_{HIDDEN}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), HIDDEN),
    (re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"), HIDDEN),
    (
        re.compile(r"(?i)([?&](?:api_?key|key|token|secret|password|signature)=)[^&\s'\"]+"),
        rf"\1{HIDDEN}",
    ),
)
"""An API key (its id stays, to find it by), credentials of a header, a JWT, those in an address."""


def hide_secrets(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Take what looks like a secret out of a log line; a processor of structlog."""
    for key, value in event.items():
        event[key] = HIDDEN if key.lower() in _NAMES and value else hidden(value)
    return event


def hidden(value: Any) -> Any:
    """Return a value without what looks like a secret."""
    if isinstance(value, str):
        for pattern, replacement in _TEXTS:
            value = pattern.sub(replacement, value)
        return value
    if isinstance(value, dict):
        return {
            key: HIDDEN if str(key).lower() in _NAMES and inner else hidden(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [hidden(inner) for inner in value]
    return value
