"""Bars as JSON in the shapes that clients read, printed the same way everywhere. Pure.

Numbers have no exponent where charts show them, and what is not known is null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from chandlery.core.candles import Candles
from chandlery.formats.numbers import joined, text_of, texts_of

Form = Literal["udf", "rows", "lightweight"]

UDF = ("t", "o", "h", "l", "c", "v")
ROWS = ("t", "o", "h", "l", "c", "v", "q", "n", "bv")
LIGHTWEIGHT = {"t": "time", "o": "open", "h": "high", "l": "low", "c": "close", "v": "volume"}


@dataclass(frozen=True, slots=True)
class RowForm:
    """Bars as a list of objects, one a bar."""

    names: tuple[str, ...]
    """The columns, in order."""
    keys: tuple[str, ...]
    """What each is called."""

    def rows(self, candles: Candles) -> list[str]:
        """Return each bar as an object."""
        columns = [number_texts(candles, name) for name in self.names]
        template = _template(self.keys)
        return [template % row for row in zip(*columns, strict=True)]

    def one(self, bar: Mapping[str, float]) -> str:
        """Return the object of a bar whose numbers are given: as `rows`, without the columns."""
        return _template(self.keys) % tuple(number_text(bar[name]) for name in self.names)


@cache
def _template(keys: tuple[str, ...]) -> str:
    return "{" + ",".join(f'"{key}":%s' for key in keys) + "}"


ROW_FORMS = {
    "rows": RowForm(ROWS, ROWS),
    "lightweight": RowForm(tuple(LIGHTWEIGHT), tuple(LIGHTWEIGHT.values())),
}


def number_text(value: float) -> str:
    """Return one JSON number."""
    return str(value) if isinstance(value, int) else text_of(value) or "null"


def number_texts(candles: Candles, name: str) -> list[str]:
    """Return a column as JSON numbers."""
    texts = texts_of(getattr(candles, name))
    return [text or "null" for text in texts] if "" in texts else texts


def columns_of(candles: Candles, names: Sequence[str]) -> bytes:
    """Return columns as the fields of an object, without its braces."""
    columns = ((name.encode(), joined(getattr(candles, name))) for name in names)
    return b",".join(b'"%s":[%s]' % column for column in columns)


def bars_json(candles: Candles, form: Form) -> bytes:
    """Return bars as JSON."""
    if form == "udf":
        return b'{"s":"ok",%s}' % columns_of(candles, UDF)
    return f"[{','.join(ROW_FORMS[form].rows(candles))}]".encode()
