"""Indicators written down as they are defined, bar by bar: slow, and obviously right."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chandlery.core.candles import Candles

NAN = math.nan


def middle(candles: Candles, row: int, length: int) -> float:
    """Return the middle of the range of the last bars up to a row."""
    if row + 1 < length:
        return NAN
    rows = range(row + 1 - length, row + 1)
    highest = max(float(candles.h[each]) for each in rows)
    lowest = min(float(candles.l[each]) for each in rows)
    return (highest + lowest) / 2


def ichimoku(candles: Candles, conversion: int, base: int, span: int) -> dict[str, list[float]]:
    rows = range(len(candles))
    fast = [middle(candles, row, conversion) for row in rows]
    slow = [middle(candles, row, base) for row in rows]
    return {
        "conversion": fast,
        "base": slow,
        "span_a": [(a + b) / 2 for a, b in zip(fast, slow, strict=True)],
        "span_b": [middle(candles, row, span) for row in rows],
        "lagging": [float(candles.c[row]) for row in rows],
    }


def atr(candles: Candles, length: int) -> list[float]:
    ranges = [NAN] * min(1, len(candles))
    for row in range(1, len(candles)):
        high, low, before = (
            float(value) for value in (candles.h[row], candles.l[row], candles.c[row - 1])
        )
        ranges.append(max(high - low, abs(high - before), abs(low - before)))
    averages: list[float] = []
    for row, own in enumerate(ranges):
        if row < length:
            averages.append(NAN)
        elif row == length:
            averages.append(math.fsum(ranges[1 : length + 1]) / length)
        else:
            averages.append((averages[-1] * (length - 1) + own) / length)
    return averages


def supertrend(candles: Candles, length: int, multiplier: float) -> tuple[list[float], list[float]]:
    """Return line and direction, as TradingView describes them (its direction is negated)."""
    count = len(candles)
    line, direction = [NAN] * count, [NAN] * count
    upper, lower = [NAN] * count, [NAN] * count
    average = atr(candles, length)
    for row in range(length, count):
        hl2 = float(candles.h[row] + candles.l[row]) / 2
        close, before = float(candles.c[row]), float(candles.c[row - 1])
        upper[row] = hl2 + multiplier * average[row]
        lower[row] = hl2 - multiplier * average[row]
        if row == length:
            is_up = close > upper[row]
        else:
            if not (lower[row] > lower[row - 1] or before < lower[row - 1]):
                lower[row] = lower[row - 1]
            if not (upper[row] < upper[row - 1] or before > upper[row - 1]):
                upper[row] = upper[row - 1]
            was_up = direction[row - 1] == 1
            is_up = close >= lower[row] if was_up else close > upper[row]
        direction[row] = 1.0 if is_up else -1.0
        line[row] = lower[row] if is_up else upper[row]
    return line, direction


def vwap(prices: Sequence[float], volumes: Sequence[float], periods: Sequence[int]) -> list[float]:
    found = []
    for row, period in enumerate(periods):
        rows = [each for each in range(row + 1) if periods[each] == period]
        sizes = [0.0 if math.isnan(volumes[each]) else volumes[each] for each in rows]
        paid = math.fsum(prices[each] * size for each, size in zip(rows, sizes, strict=True))
        traded = math.fsum(sizes)
        found.append(paid / traded if traded else NAN)
    return found


def obv(closes: Sequence[float], volumes: Sequence[float]) -> list[float]:
    total, found = 0.0, []
    for row, close in enumerate(closes):
        size = 0.0 if math.isnan(volumes[row]) else volumes[row]
        if row and close > closes[row - 1]:
            total += size
        if row and close < closes[row - 1]:
            total -= size
        found.append(total)
    return found
