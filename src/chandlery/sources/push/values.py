"""Raw values of a column as numbers, sides and ids: all at once, or one by one if that fails."""

from __future__ import annotations

from typing import Any

import numpy as np

from chandlery.core.columns import Bools, Floats, Int8s, Int64s
from chandlery.core.trades import BUY, SELL, UNKNOWN, id_of_text
from chandlery.sources.push.faults import Faults, shown

LARGEST = (1 << 63) - 1
MOST_CHARACTERS = 256
"""Of an id."""
_LONGEST_NUMBER = 80
_WORDS: dict[Any, int] = {
    **dict.fromkeys(("buy", "b", "bid", "1", "+1"), BUY),
    **dict.fromkeys(("sell", "s", "ask", "-1"), SELL),
    **dict.fromkeys(("", "0", "unknown", "none", "null"), UNKNOWN),
}
SIDES: dict[Any, int] = {
    **_WORDS,
    **{word.upper(): side for word, side in _WORDS.items()},
    **{word.capitalize(): side for word, side in _WORDS.items()},
    1: BUY,
    -1: SELL,
    0: UNKNOWN,
    None: UNKNOWN,
}
"""The taker's side by what it is called."""


def numbers(values: list[Any], field: str, faults: Faults) -> Floats:
    """Return the nearest floats, marking what is no positive finite number."""
    found = _floats(values)
    for row in np.flatnonzero(~((found > 0) & (found < np.inf))).tolist():
        faults.mark(row, f"{field}: expected a positive number, found {shown(values[row])}")
    return found


def _floats(values: list[Any]) -> Floats:
    kinds = set(map(type, values))
    is_plain = kinds <= {int, float} or (kinds == {str} and _is_short("".join(values), values))
    if is_plain:
        try:
            return np.fromiter(map(float, values), np.float64, len(values))
        except (OverflowError, ValueError):
            pass
    return np.array([_float(value) for value in values], dtype=np.float64)


def _is_short(joined: str, values: list[str]) -> bool:
    """Return whether Python reads these texts as numbers just as we mean them."""
    return "_" not in joined and max(map(len, values)) <= _LONGEST_NUMBER


def _float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return np.nan
    if isinstance(value, str) and (len(value) > _LONGEST_NUMBER or "_" in value):
        return np.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return np.nan


def sides(values: list[Any], faults: Faults) -> Int8s:
    """Return the taker's sides, marking what names none."""
    try:
        return np.fromiter(map(SIDES.__getitem__, values), np.int8, len(values))
    except (KeyError, TypeError):
        pass
    found = np.zeros(len(values), dtype=np.int8)
    for row, value in enumerate(values):
        side = SIDES.get(value.strip().lower() if isinstance(value, str) else value)
        if side is None or isinstance(value, bool):
            faults.mark(row, f"side: expected buy or sell, found {shown(value)}")
        else:
            found[row] = side
    return found


def ids(values: list[Any], faults: Faults) -> tuple[Int64s, Bools, Bools]:
    """Return ids, which rows have one, and whose ids are numbers.

    Whole numbers of 63 bits are ids as they are, written as text or not; any other text has a
    stable negative id.
    """
    rows = len(values)
    if set(map(type, values)) == {int}:
        try:
            found = np.fromiter(values, np.int64, rows)
        except OverflowError:
            pass
        else:
            return found, np.ones(rows, np.bool_), np.ones(rows, np.bool_)
    if all(value is None for value in values):
        return np.zeros(rows, np.int64), np.zeros(rows, np.bool_), np.zeros(rows, np.bool_)
    return _ids_one_by_one(values, faults)


def _ids_one_by_one(values: list[Any], faults: Faults) -> tuple[Int64s, Bools, Bools]:
    found = np.zeros(len(values), dtype=np.int64)
    is_named, is_number = np.zeros((2, len(values)), dtype=np.bool_)
    for row, value in enumerate(values):
        if value is None:
            continue
        text = _text(value)
        if not text or len(text) > MOST_CHARACTERS:
            faults.mark(row, f"id: expected a number or a text, found {shown(value)}")
            continue
        number = whole(text)
        is_named[row], is_number[row] = True, number is not None
        found[row] = id_of_text(text) if number is None else number
    return found, is_named, is_number


def sequences(values: list[Any], faults: Faults) -> tuple[Int64s, Bools]:
    """Return the sequence numbers, and which rows have one."""
    found = np.zeros(len(values), dtype=np.int64)
    is_there = np.array([value is not None for value in values], dtype=np.bool_)
    for row in np.flatnonzero(is_there).tolist():
        number = whole(_text(values[row]))
        if number is None:
            reason = f"sequence: expected a whole number, found {shown(values[row])}"
            faults.mark(row, reason)
        else:
            found[row] = number
    return found, is_there


def whole(text: str) -> int | None:
    """Return the whole number of 63 bits that a text is, or None."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 19):
        return None
    number = int(text)
    return number if -LARGEST <= number <= LARGEST else None


def _text(value: Any) -> str:
    """Return the text of an id; none of what cannot be one."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    text = str(value).strip()
    # Bytes that are no UTF-8 came through as lone surrogates.
    return text if text.isascii() or _is_encodable(text) else ""


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
