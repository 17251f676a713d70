"""The store's numbers of a file's symbols, each asked for once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from chandlery.core.columns import Int32s
from chandlery.core.errors import InputError
from chandlery.sources.files.parse.faults import Faults

_NONE = -1


class Markets:
    """Numbers the symbols of one file. With `only`, all its rows are of that market."""

    def __init__(self, number_of: Callable[[str], int], only: str | None, prefix: str = "") -> None:
        self._number_of = number_of
        self._only = only
        self._prefix = prefix
        self._known: dict[Any, int] = {}
        self._symbol: Any = None

    def all_one(self, rows: int) -> Int32s:
        """Return the number of the one market for all rows."""
        if self._only is None or not rows:
            return np.full(rows, _NONE, dtype=np.int32)
        if self._only not in self._known:
            self._known[self._only] = self._number_of(self._only)
        return np.full(rows, self._known[self._only], dtype=np.int32)

    def of_values(self, values: list[Any], faults: Faults) -> Int32s:
        """Return the number of each symbol, marking values that are none."""
        if not set(map(type, values)) <= {bytes, str}:
            values = [value if isinstance(value, bytes | str) else "" for value in values]
        if self._only is not None:
            self.refuse_several(set(values))
            return self.all_one(len(values))
        for value in set(values).difference(self._known):
            symbol = _symbol(value)
            self._known[value] = self._number_of(self._prefix + symbol) if symbol else _NONE
        numbers = map(self._known.__getitem__, values)
        result = np.fromiter(numbers, dtype=np.int32, count=len(values))
        faults.mark(result == _NONE, "market", "expected a symbol")
        return result

    def refuse_several(self, symbols: set[Any]) -> None:
        """Raise if a file that was said to be of one market names more than one."""
        names = sorted(filter(None, (_symbol(value) for value in symbols)))
        self._symbol = self._symbol or (names[0] if names else None)
        others = [name for name in names if name != self._symbol]
        if others:
            message = f"the file holds several markets ({self._symbol}, {others[0]}), not one"
            raise InputError(message, hint="leave the market out: the file's symbols are taken")


def _symbol(value: Any) -> str:
    try:
        text = value.decode() if isinstance(value, bytes) else value
    except UnicodeDecodeError:
        return ""
    return text.strip() if isinstance(text, str) else ""
