"""What is known of Binance's public archives and of its recorded streams.

See https://github.com/binance/binance-public-data: archives have no header on spot, one on
futures; times are in ms, on spot from 2025 on in us.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from chandlery.core.errors import UnknownResolutionError
from chandlery.core.resolution import Resolution

_NAME = re.compile(
    r"([A-Z0-9]{4,24}(?:_[A-Z0-9]+)?)-(?:(trades|aggTrades)|([0-9]{1,2}(?:s|m|h|d|w|mo)))"
    r"-[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?\."
)
_TRADE = {"id": 0, "price": 1, "size": 2, "time": 4, "maker": 5}
_AGG_TRADE = {"id": 0, "price": 1, "size": 2, "time": 5, "maker": 6}
_KLINE = {"time": 0, "o": 1, "h": 2, "l": 3, "c": 4, "v": 5, "q": 7, "n": 8, "bv": 9}
_LAYOUTS = (
    (6, (5,), _TRADE),
    (7, (5, 6), _TRADE),
    (7, (6,), _AGG_TRADE),
    (8, (6, 7), _AGG_TRADE),
)
"""Width, which columns are flags, and what the columns are."""
_KLINE_WIDTH = 12

TRADE_EVENTS: Mapping[str, str] = {"trade": "t", "aggTrade": "a"}
"""The events that are trades, and the key of the id in each."""
EVENT_KEYS: Mapping[str, str] = {
    "time": "T",
    "price": "p",
    "size": "q",
    "maker": "m",
    "market": "s",
}
VENUE = "BINANCE"


def named(file_name: str) -> tuple[str | None, Resolution | None]:
    """Return the market and the interval that an archive's name tells."""
    found = _NAME.match(file_name)
    if found is None:
        return None, None
    symbol, _, interval = found.groups()
    try:
        resolution = Resolution.parse(interval) if interval else None
    except UnknownResolutionError:
        resolution = None
    return f"{VENUE}:{symbol}", resolution


def columns(rows: Sequence[Sequence[str]]) -> dict[str, int] | None:
    """Return what the columns of a bare archive are, or None if it is none."""
    width = len(rows[0])
    if width == _KLINE_WIDTH and _all(rows, 0, _is_count) and _all(rows, 6, _is_count):
        return dict(_KLINE)
    for expected, flags, layout in _LAYOUTS:
        if width == expected and all(
            _all(rows, column, _is_flag) == (column in flags) for column in range(4, width)
        ):
            return dict(layout) if _all(rows, layout["time"], _is_count) else None
    return None


def event_of(value: Any) -> dict[str, Any] | None:
    """Return the event inside a stream's message, or None where it holds none."""
    if not isinstance(value, dict):
        return None
    event = value.get("data", value)
    return event if isinstance(event, dict) else None


def is_stream(value: Any) -> bool:
    """Return whether a message comes from a recorded stream."""
    return isinstance(value, dict) and (("stream" in value and "data" in value) or "e" in value)


def is_market_trade(event: dict[str, Any]) -> bool:
    """Return whether a trade event is a trade of the market (futures send others with it)."""
    return bool(event.get("X", "MARKET") == "MARKET")


def _all(rows: Sequence[Sequence[str]], column: int, test: Any) -> bool:
    good = sum(bool(test(row[column].strip())) for row in rows)
    return 2 * good > len(rows)


def _is_flag(text: str) -> bool:
    return text.lower() in ("true", "false")


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) >= 10
