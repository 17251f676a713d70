"""Which columns of candles and trades are shown, under which names. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chandlery.core.candles import Candles
from chandlery.core.columns import Int32s
from chandlery.core.trades import BUY, SELL, Trades

CANDLE_COLUMNS = ("t", "o", "h", "l", "c", "v", "q", "n", "bv")
TRADE_COLUMNS = ("time", "price", "size", "side", "id")
SIDES = {BUY: "buy", SELL: "sell"}

Symbols = Mapping[int, str]
"""The symbol of each market's number."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Texts that repeat, as codes: `texts[codes[row]]` is the row's."""

    codes: NDArray[np.int64]
    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def tolist(self) -> list[str]:
        """Return each row's text."""
        return [self.texts[code] for code in self.codes.tolist()]


def candle_columns(candles: Candles) -> dict[str, NDArray[Any]]:
    """Return the columns that users see, in order. `t` is in seconds."""
    return {name: getattr(candles, name) for name in CANDLE_COLUMNS}


def side_labels(trades: Trades) -> Labels:
    """Return `buy`, `sell` or an empty text for each trade."""
    texts = (SIDES[SELL], "", SIDES[BUY])
    return Labels(np.sign(trades.side).astype(np.int64) + 1, texts)


def symbol_labels(market: Int32s, symbols: Symbols) -> Labels:
    """Return the symbol of each row's market."""
    numbers, codes = np.unique(market, return_inverse=True)
    return Labels(codes, tuple(symbols[number] for number in numbers.tolist()))
