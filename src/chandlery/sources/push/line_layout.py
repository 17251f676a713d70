"""Lines that all have the layout of the first one, read at once: clients send no others.

A pattern made of the first line takes 1 us a line, where taking lines apart takes 6.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

MOST_NAMES = 64
"""Of lines that are read at once: a pattern of very many would take long to make."""
_MEASUREMENT = r'[^,= "\\\n#][^,= "\\\n]*'
_TAG = r'[^,= "\\\n]+'
_FIELD = r'(?:"[^" ,=\\\n]*"|[^," \\=\n]+)'
_TIME = r"-?\d{1,19}"
_LINE = re.compile(
    rf"({_MEASUREMENT})((?:,{_TAG}={_TAG})*) ({_TAG}={_FIELD}(?:,{_TAG}={_FIELD})*)( {_TIME})?"
)
_SIZES = ("size", "amount", "volume", "qty")

Columns = dict[str, Sequence[str]]


class Layout:
    """The places of what we need in lines of one form; `places` has none of what they lack."""

    def __init__(self, pattern: re.Pattern[str], places: dict[str, int]) -> None:
        self._pattern = pattern
        self._places = places

    @classmethod
    def of(cls, line: str) -> Layout | None:
        """Return the layout of a line, if it is a plain one that holds a trade."""
        found = _LINE.fullmatch(line)
        if found is None:
            return None
        tags = [part.partition("=")[0] for part in found[2].split(",")[1:]]
        fields = [part.partition("=")[0] for part in found[3].split(",")]
        count = len(tags) + len(fields)
        if count > MOST_NAMES or len({*tags, *fields}) < count:
            return None
        names = ["measurement", *(f"tag {name}" for name in tags), *fields]
        places = _places(names)
        if "price" not in places or "size" not in places:
            return None
        return cls(_pattern(tags, fields, is_timed=bool(found[4])), places)

    def columns(self, text: str, lines: int) -> Columns | None:
        """Return the texts of columns; None if not all lines are of this layout."""
        found = self._pattern.findall(text)
        if len(found) != lines:
            return None
        columns = list(zip(*found, strict=True))
        return {name: columns[place] for name, place in self._places.items()}


def _pattern(tags: Sequence[str], fields: Sequence[str], *, is_timed: bool) -> re.Pattern[str]:
    parts = [f"^({_MEASUREMENT})", *(f",{re.escape(name)}=({_TAG})" for name in tags), " "]
    parts.append(",".join(f"{re.escape(name)}=({_FIELD})" for name in fields))
    parts.append(f" ({_TIME})" if is_timed else "()")
    return re.compile("".join(parts) + r"\r?$", re.MULTILINE)


def _places(names: Sequence[str]) -> dict[str, int]:
    """Return which group holds what."""
    wanted: dict[str, tuple[str, ...]] = {
        "symbol": ("tag symbol", "tag market", "measurement"),
        "price": ("price",),
        "size": _SIZES,
        "side": ("side", "tag side"),
        "id": ("id", "tag id"),
        "sequence": ("sequence",),
    }
    found = {
        what: next((names.index(name) for name in several if name in names), None)
        for what, several in wanted.items()
    }
    places = {what: place for what, place in found.items() if place is not None}
    return places | {"time": len(names)}


def each(texts: Sequence[str], read: Callable[[str], Any]) -> list[Any]:
    """Return what texts say, each different one being read once."""
    known = {text: read(text) for text in dict.fromkeys(texts)}
    return [known[text] for text in texts]
