"""The types of our columns, and the frozen batch that trades and candles share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Int8s: TypeAlias = NDArray[np.int8]
Int32s: TypeAlias = NDArray[np.int32]
Int64s: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Rows: TypeAlias = NDArray[Any] | slice

US = 1_000_000
"""Microseconds in a second: trades are stamped in the first, bars in the second."""


class Batch:
    """Parallel columns of one length. A subclass is a frozen dataclass of arrays."""

    DTYPES: ClassVar[dict[str, type]]
    __slots__ = ()

    def __len__(self) -> int:
        return len(getattr(self, next(iter(self.DTYPES))))

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns by name, in order, without copying."""
        return {name: getattr(self, name) for name in self.DTYPES}

    def row(self, number: int) -> dict[str, Any]:
        """Return the numbers of one row, by column."""
        return {name: column[number].item() for name, column in self.columns().items()}

    def take(self, rows: Rows) -> Self:
        """Return the rows that an index, a mask or a slice selects."""
        return type(self)(**{name: column[rows] for name, column in self.columns().items()})

    @classmethod
    def of(cls, **columns: Any) -> Self:
        """Build a batch from anything array-like, converting each column to its type."""
        arrays: dict[str, NDArray[Any]] = {
            name: np.asarray(columns[name], dtype=dtype) for name, dtype in cls.DTYPES.items()
        }
        lengths = {name: len(array) for name, array in arrays.items()}
        if len(set(lengths.values())) > 1:
            message = f"columns of one length expected, found {lengths}"
            raise ValueError(message)
        return cls(**arrays)

    @classmethod
    def empty(cls) -> Self:
        """Return a batch of no rows."""
        return cls.of(**dict.fromkeys(cls.DTYPES, ()))

    @classmethod
    def concat(cls, batches: Iterable[Self]) -> Self:
        """Join batches one after the other."""
        parts = [batch.columns() for batch in batches if len(batch)]
        if not parts:
            return cls.empty()
        if len(parts) == 1:
            return cls(**parts[0])
        return cls(**{name: np.concatenate([part[name] for part in parts]) for name in cls.DTYPES})


def starts_of_runs(*keys: NDArray[Any]) -> Int64s:
    """Return where a new run of equal keys begins, over sorted parallel key columns."""
    if not len(keys[0]):
        return np.empty(0, dtype=np.int64)
    differs = keys[0][1:] != keys[0][:-1]
    for key in keys[1:]:
        differs |= key[1:] != key[:-1]
    return np.concatenate(([0], np.flatnonzero(differs) + 1))


def order_of(market: Int32s, moment: Int64s) -> Int64s | None:
    """Return the stable order of rows by (market, moment); None if they are in it already.

    Most columns come as a few sorted runs, or ordered by time: one merge of whole numbers, or a
    radix sort by market, is five times as fast as a sort by two keys.
    """
    if not len(market):
        return None
    same = market[1:] == market[:-1]
    if np.all((market[1:] > market[:-1]) | (same & (moment[1:] >= moment[:-1]))):
        return None
    low, first = int(market.min()), int(moment.min())
    markets, span = int(market.max()) - low + 1, int(moment.max()) - first + 1
    if markets <= 1 << 16 and np.all(moment[1:] >= moment[:-1]):
        return np.argsort((market - low).astype(np.uint16), kind="stable")
    if markets * span < 1 << 62:
        key = (market.astype(np.int64) - low) * span + (moment - first)
        return np.argsort(key, kind="stable")
    return np.lexsort((moment, market))
