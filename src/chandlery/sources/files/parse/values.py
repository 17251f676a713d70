"""Raw values of one column as numbers, sides and ids: all at once, or one by one if that fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chandlery.core.columns import Floats, Int8s, Int64s
from chandlery.core.trades import BUY, SELL, UNKNOWN, id_of_text
from chandlery.sources.files.parse.faults import Faults

_LARGEST = (1 << 63) - 1
_MOST_DIGITS = 19
_PLAIN = ({bytes}, {str}, {int}, {float}, {int, float})
"""Kinds of values that Python's converters read as we mean them (not, say, True as 1)."""

SIDES: dict[str, int] = {
    **dict.fromkeys(("buy", "b", "bid", "1", "+1", "1.0"), BUY),
    **dict.fromkeys(("sell", "s", "ask", "-1", "-1.0"), SELL),
    **dict.fromkeys(("", "0", "none", "null", "unknown", "n/a", "na"), UNKNOWN),
}
"""The taker's side, in lower case."""
MAKERS: dict[str, int] = {
    **dict.fromkeys(("true", "t", "1"), SELL),
    **dict.fromkeys(("false", "f", "0"), BUY),
    **dict.fromkeys(("", "none", "null"), UNKNOWN),
}
"""Whether the buyer was the maker: then the taker sold."""


def _spellings(sides: Mapping[str, int]) -> dict[bytes, int]:
    cases: tuple[Callable[[str], str], ...] = (str.lower, str.upper, str.capitalize)
    return {case(word).encode(): side for word, side in sides.items() for case in cases}


_SIDE_BYTES, _MAKER_BYTES = _spellings(SIDES), _spellings(MAKERS)
_NO_SIDE = 2


def numbers(values: list[Any], field: str, faults: Faults, *, is_careful: bool = False) -> Floats:
    """Return the floats nearest to the values, marking those that are no number."""
    if _is_plain(values, is_careful=is_careful):
        try:
            return np.fromiter(map(float, values), dtype=np.float64, count=len(values))
        except (ValueError, OverflowError):
            pass
    found = [_float(value) for value in values]
    failed = np.array([number is None for number in found], dtype=np.bool_)
    faults.mark(failed, field, "expected a number")
    return np.array(found, dtype=np.float64)


def numbers_or(default: float, values: list[Any], field: str, faults: Faults) -> Floats:
    """Return numbers of a column whose values may be left out."""
    filled = [default if value in (None, b"", "") else value for value in values]
    if len({type(value) for value in filled}) > 1:
        filled = [value if isinstance(value, bytes) else str(value).encode() for value in filled]
    return numbers(filled, field, faults, is_careful=True)


def sides(values: list[Any], faults: Faults) -> Int8s:
    """Return the taker's sides that the values name."""
    return _coded(values, (_SIDE_BYTES, SIDES), faults, ("side", "expected buy or sell"))


def makers(values: list[Any], faults: Faults) -> Int8s:
    """Return the taker's sides from flags that say whether the buyer was the maker."""
    return _coded(values, (_MAKER_BYTES, MAKERS), faults, ("maker", "expected true or false"))


def ids(values: list[Any], faults: Faults, *, is_careful: bool = False) -> Int64s:
    """Return whole numbers as they are, and a stable negative id of any other text."""
    if _is_plain(values, is_careful=is_careful) and float not in set(map(type, values)):
        try:
            return np.fromiter(map(int, values), dtype=np.int64, count=len(values))
        except (ValueError, OverflowError):
            pass
    found = [_id(value) for value in values]
    failed = np.array([identity is None for identity in found], dtype=np.bool_)
    faults.mark(failed, "id", "expected an id")
    return np.array([identity or 0 for identity in found], dtype=np.int64)


def _is_plain(values: list[Any], *, is_careful: bool) -> bool:
    if not values:
        return False
    if type(values[0]) is not bytes:
        kinds = set(map(type, values))
        return kinds in _PLAIN and (kinds != {str} or not any("_" in value for value in values))
    return not (is_careful and b"_" in b"".join(values))


def _float(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, bytes | str | int | float):
        return None
    if (isinstance(value, bytes) and b"_" in value) or (isinstance(value, str) and "_" in value):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _coded(
    values: list[Any],
    tables: tuple[dict[bytes, int], dict[str, int]],
    faults: Faults,
    complaint: tuple[str, str],
) -> Int8s:
    exact, words = tables
    try:
        return np.fromiter(map(exact.__getitem__, values), dtype=np.int8, count=len(values))
    except (KeyError, TypeError):
        pass
    known: dict[Any, int] = {}
    codes: NDArray[np.int8] = np.empty(len(values), dtype=np.int8)
    for row, value in enumerate(values):
        text = _text(value)
        if text not in known:
            known[text] = words.get(text.strip().lower(), _NO_SIDE)
        codes[row] = known[text]
    field, reason = complaint
    faults.mark(codes == _NO_SIDE, field, reason)
    return codes


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _id(value: Any) -> int | None:
    """Return the id of one value, or None where there is none."""
    try:
        text = value.decode() if isinstance(value, bytes) else str(value)
    except UnicodeDecodeError:
        return None
    text = text.strip()
    if value is None or not text:
        return None
    digits = text.removeprefix("-")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
    if is_number and -_LARGEST <= int(text) <= _LARGEST:
        return int(text)
    return id_of_text(text)
