"""Bars as numpy columns. numpy is imported only when columns are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WHOLE = ("t", "n")


class Lists(msgspec.Struct, frozen=True):
    """Columns as they are answered; null is: not known."""

    t: list[int]
    o: list[float]
    h: list[float]
    l: list[float]  # noqa: E741 - the column's name everywhere
    c: list[float]
    v: list[float]
    q: list[float | None]
    n: list[int]
    bv: list[float | None]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Bars in order of time, one array a column; NaN is: not known."""

    symbol: str
    interval: str
    t: NDArray[np.int64]
    o: NDArray[np.float64]
    h: NDArray[np.float64]
    l: NDArray[np.float64]  # noqa: E741 - the column's name everywhere
    c: NDArray[np.float64]
    v: NDArray[np.float64]
    q: NDArray[np.float64]
    n: NDArray[np.int64]
    bv: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.t)


def columns_of(symbol: str, interval: str, pages: Sequence[Lists]) -> Columns:
    """Return pages, the oldest first, as one."""
    import numpy as np

    def column(name: str) -> NDArray[Any]:
        kind = np.int64 if name in WHOLE else np.float64
        # As floats, None becomes NaN.
        parts = [np.array(getattr(page, name), dtype=kind) for page in pages]
        return np.concatenate([np.empty(0, dtype=kind), *parts])

    return Columns(symbol, interval, **{name: column(name) for name in Lists.__struct_fields__})
