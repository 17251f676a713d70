"""How numbers are printed: the shortest decimal that reads back as the same float. Pure.

From 1e-18 up to 1e16 there is no exponent, and a whole number has no fraction: 64000, 0.5,
0.000000000000000001. What is not known (NaN) is an empty text.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from chandlery.core.columns import Floats

SMALLEST_PLAIN = 1e-18
PLAIN_FROM, PLAIN_TO = 1e-4, 1e15
"""Between these the encoder writes no exponent either."""

FEW = 4
"""So few numbers are faster one by one than as a column."""

_LEADING = {str(places): f"0.{'0' * (places - 1)}" for places in range(1, 19)}
"""What stands before the digits of a number, by its negative exponent."""


def text_of(value: float) -> str:
    """Return one number as text."""
    if value != value:
        return ""
    return _plain(repr(float(value)))


def texts_of(column: NDArray[Any]) -> list[str]:
    """Return a column of numbers as texts: `text_of` of each, some ten times faster."""
    if len(column) <= FEW:
        return [text_of(value) if type(value) is float else str(value) for value in column.tolist()]
    values = np.ascontiguousarray(column)
    texts = _encoded(values).decode().replace("null", "").split(",")
    if values.dtype.kind == "f":
        _take_out_exponents(texts, values)
    return texts


def joined(column: NDArray[Any]) -> bytes:
    """Return a column as JSON numbers with commas between: `texts_of` of nearly all, much faster.

    What is not known is null.
    """
    values = np.ascontiguousarray(column)
    if len(values) <= FEW or (values.dtype.kind == "f" and not _are_plain(values)):
        return ",".join(text or "null" for text in texts_of(values)).encode()
    return _encoded(values)


def _encoded(values: NDArray[Any]) -> bytes:
    """Return numbers as the encoder writes them, with commas between, but for `.0`."""
    encoded = orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]
    return (encoded + b",").replace(b".0,", b",")[:-1]


def _are_plain(values: Floats) -> bool:
    """Return whether all are of a size that is never written with an exponent."""
    return bool(values.min() >= PLAIN_FROM and values.max() < PLAIN_TO)


def _take_out_exponents(texts: list[str], values: Floats) -> None:
    if _are_plain(values):
        return
    size = np.abs(values)
    is_small = (values < PLAIN_FROM) & (values >= SMALLEST_PLAIN)
    for row in np.flatnonzero(is_small).tolist():
        digits, has_exponent, exponent = texts[row].partition("e-")
        if has_exponent:
            texts[row] = _LEADING[exponent] + digits.replace(".", "")
    is_zero = (values == 0) & ~np.signbit(values)
    is_settled = is_small | is_zero | ((size >= PLAIN_FROM) & (size < PLAIN_TO)) | np.isnan(values)
    for row in np.flatnonzero(~is_settled).tolist():
        texts[row] = text_of(values[row])


def decimals_of(text: str) -> int:
    """Return how many digits a text has after its decimal point."""
    return len(text.partition(".")[2])


def _plain(text: str) -> str:
    """Return the text of a float without an exponent where that is short, and without `.0`."""
    text = text.removesuffix(".0")
    digits, has_exponent, exponent = text.partition("e")
    if not has_exponent:
        return "0" if text == "-0" else text
    places = -int(exponent)
    if places < 0 or abs(float(text)) < SMALLEST_PLAIN:
        return f"{digits.removesuffix('.0')}e{int(exponent)}"
    sign = "-" if digits.startswith("-") else ""
    figures = digits.lstrip("-").removesuffix(".0").replace(".", "")
    return f"{sign}0.{'0' * (places - 1)}{figures}"
