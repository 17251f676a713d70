"""What a body holds: good rows as columns, and why each of the others is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from chandlery.core.columns import Batch, Bools, Floats, Int8s, Int32s, Int64s


@dataclass(frozen=True, slots=True, eq=False)
class Rows(Batch):
    """Good rows. `index` is the place in the body, `symbol` the place in `Parsed.symbols`.

    `is_named`: it has an id; `is_ordered`: its id or sequence tells its place in its instant;
    `is_numbered`: it has a sequence.
    """

    index: Int64s
    symbol: Int32s
    time: Int64s
    price: Floats
    size: Floats
    side: Int8s
    sequence: Int64s
    id: Int64s
    is_named: Bools
    is_ordered: Bools
    is_numbered: Bools

    DTYPES: ClassVar[dict[str, type]] = {
        "index": np.int64,
        "symbol": np.int32,
        "time": np.int64,
        "price": np.float64,
        "size": np.float64,
        "side": np.int8,
        "sequence": np.int64,
        "id": np.int64,
        "is_named": np.bool_,
        "is_ordered": np.bool_,
        "is_numbered": np.bool_,
    }


@dataclass(frozen=True, slots=True)
class Parsed:
    """All the rows of a body."""

    rows: Rows
    symbols: tuple[str, ...]
    rejected: dict[int, str]
    """Why each bad row was rejected, by its place in the body."""


@dataclass(slots=True)
class Raw:
    """Rows as columns of raw values; None where there is no value."""

    index: list[int]
    symbol: list[Any]
    time: list[Any]
    price: list[Any]
    size: list[Any]
    side: list[Any]
    id: list[Any]
    sequence: list[Any]

    def __len__(self) -> int:
        return len(self.index)
