"""Which paths are TradingView's. Pure.

Its client takes any JSON for an answer, so what is not there is told in plain text.
"""

from __future__ import annotations

import re

PREFIXES = ("/api/tradingview", "/udf")
"""Where the protocol is answered."""
BELOW_ROOT = ("/config", "/1.1")
"""What a client asks for that was given the bare address of the server."""

_SLASHES = re.compile(r"//+")


def normalised(path: str) -> str:
    """Return a path without repeated and trailing slashes.

    A client that is given an address with a slash at its end asks for `//config`.
    """
    if "//" in path:
        path = _SLASHES.sub("/", path)
    return path.rstrip("/") or "/"


def is_udf(path: str) -> bool:
    """Return whether a path belongs to the protocol, whether or not something is there."""
    path = normalised(path)
    return any(path == own or path.startswith(f"{own}/") for own in (*PREFIXES, *BELOW_ROOT))
