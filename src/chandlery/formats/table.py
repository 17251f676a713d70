"""Candles as a table for the terminal. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.table import Table

from chandlery.core.candles import Candles
from chandlery.core.columns import Floats
from chandlery.formats.numbers import decimals_of, text_of, texts_of
from chandlery.formats.rows import Symbols

HEADINGS = ("time (UTC)", "open", "high", "low", "close", "volume", "quote", "trades", "taker buy")
VOLUME_DIGITS = 6
"""Significant digits of a volume in a table: enough to compare, few enough to read."""


def candles_table(
    candles: Candles, symbols: Symbols | None = None, title: str | None = None
) -> Table:
    """Return a table with a row for each candle, a leading symbol where symbols are given.

    Prices have as many decimals as the finest price shown, so that the points line up.
    In a narrow terminal cells are folded: no digit is left out.
    """
    table = Table(title=title, title_justify="left")
    if symbols is not None:
        table.add_column("symbol", overflow="fold")
    table.add_column(HEADINGS[0], overflow="fold")
    for heading in HEADINGS[1:]:
        table.add_column(heading, justify="right", overflow="fold")
    columns = _columns(candles)
    if symbols is not None:
        columns.insert(0, [symbols[number] for number in candles.market.tolist()])
    for row in zip(*columns, strict=True):
        table.add_row(*row)
    return table


def iso_time(seconds: int) -> str:
    """Return a moment as ISO 8601 UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _columns(candles: Candles) -> list[list[str]]:
    prices = [texts_of(column) for column in (candles.o, candles.h, candles.l, candles.c)]
    decimals = max((decimals_of(text) for column in prices for text in column), default=0)
    return [
        [iso_time(seconds) for seconds in candles.t.tolist()],
        *([_padded(text, decimals) for text in column] for column in prices),
        _volumes(candles.v),
        _volumes(candles.q),
        texts_of(candles.n),
        _volumes(candles.bv),
    ]


def _padded(text: str, decimals: int) -> str:
    if "e" in text or not decimals:
        return text
    point = "" if "." in text else "."
    return text + point + "0" * (decimals - decimals_of(text))


def _volumes(values: Floats) -> list[str]:
    return [text_of(float(f"{value:.{VOLUME_DIGITS}g}")) for value in values.tolist()]
