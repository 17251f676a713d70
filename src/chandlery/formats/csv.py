"""Candles and trades as CSV text. Numbers are the shortest that read back the same. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from chandlery.core.candles import Candles
from chandlery.core.trades import Trades
from chandlery.formats.numbers import texts_of
from chandlery.formats.rows import (
    CANDLE_COLUMNS,
    TRADE_COLUMNS,
    Labels,
    Symbols,
    candle_columns,
    side_labels,
    symbol_labels,
)

_QUOTED = frozenset(',"\r\n')


def candles_header(symbols: Symbols | None = None) -> str:
    """Return the first line of candles, `symbol` first where symbols are shown."""
    return _header(CANDLE_COLUMNS, symbols)


def trades_header(symbols: Symbols | None = None) -> str:
    """Return the first line of trades, `symbol` first where symbols are shown."""
    return _header(TRADE_COLUMNS, symbols)


def candles_rows(candles: Candles, symbols: Symbols | None = None) -> str:
    """Return a line for each candle; what is not known is an empty cell. `t` is in seconds."""
    cells = [texts_of(column) for column in candle_columns(candles).values()]
    if symbols is not None:
        cells.insert(0, _cells(symbol_labels(candles.market, symbols)))
    return _lines(cells)


def trades_rows(trades: Trades, symbols: Symbols | None = None) -> str:
    """Return a line for each trade. `time` is in microseconds, `side` is buy, sell or empty."""
    cells = [texts_of(column) for column in (trades.time, trades.price, trades.size)]
    cells += [_cells(side_labels(trades)), texts_of(trades.id)]
    if symbols is not None:
        cells.insert(0, _cells(symbol_labels(trades.market, symbols)))
    return _lines(cells)


def candles_csv(candles: Candles, symbols: Symbols | None = None) -> str:
    """Return the header and a line for each candle."""
    return candles_header(symbols) + candles_rows(candles, symbols)


def trades_csv(trades: Trades, symbols: Symbols | None = None) -> str:
    """Return the header and a line for each trade."""
    return trades_header(symbols) + trades_rows(trades, symbols)


def _header(names: Sequence[str], symbols: Symbols | None) -> str:
    leading = () if symbols is None else ("symbol",)
    return ",".join((*leading, *names)) + "\n"


def _cells(labels: Labels) -> list[str]:
    quoted = tuple(_cell(text) for text in labels.texts)
    return Labels(labels.codes, quoted).tolist()


def _cell(text: str) -> str:
    if _QUOTED.isdisjoint(text):
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _lines(cells: Sequence[Sequence[str]]) -> str:
    lines = "\n".join(map(",".join, zip(*cells, strict=True)))
    return lines + "\n" if lines else ""
