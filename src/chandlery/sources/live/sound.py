"""Whether what a venue says can be: everything from outside is taken for hostile. Pure."""

from __future__ import annotations

import math

from chandlery.core.errors import InputError
from chandlery.core.trades import EARLIEST_US
from chandlery.sources.live.venue import BarEvent, TradeEvent

MOST = 1e18
LAST_US = 4_102_444_800_000_000
"""2100: a time after it is in a wrong unit."""
BIGGEST_ID = (1 << 63) - 1
MOST_CHARACTERS = 256


def check_trade(event: TradeEvent) -> None:
    """Raise InputError for a trade that cannot be."""
    price, size = _number(event.price), _number(event.size)
    if not (0 < price < MOST and 0 < size < MOST):
        message = f"a price and a size above 0 expected, found {event.price!r}, {event.size!r}"
        raise InputError(_short(message))
    if not EARLIEST_US < event.time_us < LAST_US:
        message = f"a time since 2009 in microseconds expected, found {event.time_us}"
        raise InputError(_short(message))
    if isinstance(event.id, int) and not 0 <= event.id < BIGGEST_ID:
        message = f"an id of 64 bits expected, found {event.id}"
        raise InputError(_short(message))
    if not -BIGGEST_ID <= event.sequence < BIGGEST_ID:
        message = f"a sequence of 64 bits expected, found {event.sequence}"
        raise InputError(_short(message))


def check_bar(event: BarEvent) -> None:
    """Raise InputError for a bar that cannot be."""
    is_price = all(0 < value < MOST for value in (event.o, event.h, event.l, event.c))
    is_ordered = event.l <= min(event.o, event.c) and event.h >= max(event.o, event.c)
    is_volume = 0 <= event.v < MOST and not (event.q < 0 or event.bv < 0 or event.n < 0)
    is_time = EARLIEST_US < event.t * 1_000_000 < LAST_US
    if not (is_price and is_ordered and is_volume and is_time):
        message = f"a bar with high >= open, close >= low > 0 expected, found {event}"
        raise InputError(_short(message))


def _number(value: str | float) -> float:
    try:
        return float(value)
    except (ValueError, TypeError):
        return math.nan


def _short(message: str) -> str:
    return message[:MOST_CHARACTERS]
