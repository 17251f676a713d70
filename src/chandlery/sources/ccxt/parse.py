"""ccxt's trades and bars as ours. Pure.

A trade without an id gets one from what it is and which of its like it is within the millisecond,
counted per answer: so it is the same trade when it comes again.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from chandlery.core.errors import InputError
from chandlery.core.trades import BUY, SELL, UNKNOWN, id_of_text
from chandlery.sources.live.lot import Lot
from chandlery.sources.live.reading import known_id

_SIDES = {"buy": BUY, "sell": SELL}
_LARGEST_MS = 1 << 53
_COLUMNS = 6
_BAR = "a bar of six numbers"
_TRADE = "a trade"
_LIST = "a list"
_TIME = "a time in milliseconds"
_NUMBER = "a number"
_FINITE = "a finite number"


class Print(NamedTuple):
    """A trade; ordered by time, then as the exchange counts."""

    ms: int
    sequence: int
    id: int
    price: float
    size: float
    side: int

    @property
    def likeness(self) -> tuple[int, float, float]:
        """What tells a trade even where its id differs from place to place."""
        return self.ms, self.price, self.size


class Ohlcv(NamedTuple):
    """A bar; `t` in seconds."""

    t: int
    o: float
    h: float
    l: float  # noqa: E741 - the column's name everywhere
    c: float
    v: float


def prints(rows: Iterable[Any], lot: Lot) -> list[Print]:
    """Return the trades of an answer in ascending order, sizes in base units."""
    likes: Counter[str] = Counter()
    return sorted(_print(row, lot, likes) for row in _list(rows))


def ohlcvs(rows: Iterable[Any]) -> list[Ohlcv]:
    """Return the bars of an answer in ascending order; those without a trade have no prices."""
    found = []
    for row in _list(rows):
        if not isinstance(row, Sequence) or len(row) < _COLUMNS:
            raise _unreadable(_BAR, row)
        if any(value is None for value in row[1:5]):
            continue
        figures = [_number(value, row) for value in row[1:_COLUMNS]]
        found.append(Ohlcv(_millis(row[0], row) // 1000, *figures))
    return sorted(found)


def lot_of(market: Mapping[str, Any]) -> Lot:
    """Return what the amounts of a ccxt market are counted in."""
    if not market.get("contract"):
        return Lot()
    size = market.get("contractSize")
    value = 1.0 if size is None else _number(size, market.get("symbol"))
    return Lot(value, is_inverse=bool(market.get("inverse")))


def _print(row: Any, lot: Lot, likes: Counter[str]) -> Print:
    if not isinstance(row, Mapping):
        raise _unreadable(_TRADE, row)
    ms = _millis(row.get("timestamp"), row)
    price, amount = _number(row.get("price"), row), _number(row.get("amount"), row)
    side = row.get("side")
    text = row.get("id")
    if text is None:
        like = f"{ms} {price!r} {amount!r} {side}"
        likes[like] += 1
        text = f"{like} {likes[like]}"
    known = known_id(str(text))
    return Print(
        ms=ms,
        sequence=known if isinstance(known, int) else 0,
        id=known if isinstance(known, int) else id_of_text(known),
        price=price,
        size=lot.base(amount, price),
        side=_SIDES.get(side, UNKNOWN) if isinstance(side, str) else UNKNOWN,
    )


def _list(rows: Iterable[Any]) -> list[Any]:
    if not isinstance(rows, Sequence) or isinstance(rows, str | bytes):
        raise _unreadable(_LIST, rows)
    return list(rows)


def _millis(value: Any, row: Any) -> int:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _unreadable(_TIME, row)
    if not 0 <= value < _LARGEST_MS:
        raise _unreadable(_TIME, row)
    return int(value)


def _number(value: Any, row: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise _unreadable(_NUMBER, row) from None
    if not math.isfinite(number):
        raise _unreadable(_FINITE, row)
    return number


def _unreadable(expected: str, found: Any) -> InputError:
    shown = repr(found)
    message = f"{expected} expected from ccxt, found {shown[:120]}"
    return InputError(message, hint="this exchange may need a newer ccxt")
