"""Candles as JSON bytes: a list of objects, or one object of columns. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from chandlery.core.candles import Candles
from chandlery.formats.rows import CANDLE_COLUMNS, candle_columns


def candles_json(candles: Candles) -> bytes:
    """Return a list of {t,o,h,l,c,v,q,n,bv}; what is not known is null. `t` is in seconds."""
    columns = [column.tolist() for column in candle_columns(candles).values()]
    rows = zip(*columns, strict=True)
    return orjson.dumps([dict(zip(CANDLE_COLUMNS, row, strict=True)) for row in rows])


def columns_json(candles: Candles) -> bytes:
    """Return {"t": [...], "o": [...], ...}; what is not known is null. `t` is in seconds."""
    columns: dict[str, NDArray[Any]] = {
        name: np.ascontiguousarray(column) for name, column in candle_columns(candles).items()
    }
    return orjson.dumps(columns, option=orjson.OPT_SERIALIZE_NUMPY)
