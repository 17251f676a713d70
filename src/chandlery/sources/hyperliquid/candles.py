"""When a candle is closed: Hyperliquid never says so, the next one does."""

from __future__ import annotations

from chandlery.sources.hyperliquid.parse import Candle


class OpenCandles:
    """The open candle of each coin, as far as it was seen without a break."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], Candle] = {}

    def take(self, candle: Candle) -> Candle | None:
        """Take a candle in, and return the one that it shows to be closed."""
        key = (candle.s, candle.i)
        before = self._open.get(key)
        if before is not None and candle.t < before.t:
            return None
        self._open[key] = candle
        return before if before is not None and candle.t > before.t else None

    def forget(self, coin: str, interval: str) -> None:
        """Forget a candle whose last changes may be missing: its connection is new."""
        self._open.pop((coin, interval), None)
