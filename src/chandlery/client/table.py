"""The bars of one series as a stream leaves them. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from chandlery.client.events import BarEvent, Event, Resync, Snapshot
from chandlery.client.feeds import CandleFeed
from chandlery.client.values import Candle


class CandleTable:
    """Keeps the bars of a series current. With what it holds, a stream can be resumed.

    After a `Snapshot` it holds what that does: whoever shows more loads the older bars when one
    comes, and puts them in right behind it.
    """

    def __init__(self, symbol: str, interval: str, bars: int = 1_000) -> None:
        self.symbol, self.interval, self.bars = symbol, interval, bars
        self.sequence: int | None = None
        self._by_time: dict[int, Candle] = {}

    def __len__(self) -> int:
        return len(self._by_time)

    def feed(self) -> CandleFeed:
        """Return what to follow: all of it, or what has changed since."""
        return CandleFeed(self.symbol, self.interval, self.bars, self.sequence)

    def apply(self, event: Event) -> bool:
        """Take an event; return whether it was one of this series."""
        if not isinstance(event, BarEvent | Resync):
            return False
        if (event.symbol, event.interval) != (self.symbol, self.interval):
            return False
        if isinstance(event, Resync):
            self._by_time.clear()
            self.sequence = None
        else:
            if isinstance(event, Snapshot):
                self._by_time.clear()
            self._by_time.update((bar.t, bar) for bar in event.bars)
            self.sequence = event.sequence
        return True

    def put(self, bars: Iterable[Candle]) -> None:
        """Add older bars; those that are here already stay as they are."""
        for bar in bars:
            self._by_time.setdefault(bar.t, bar)

    def rows(self) -> list[Candle]:
        """Return the bars in order of time."""
        return [self._by_time[t] for t in sorted(self._by_time)]
