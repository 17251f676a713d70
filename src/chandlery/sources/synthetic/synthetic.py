"""The source of made-up trades: a day of history at once, then trades as the clock moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

from chandlery.core.clock import Clock
from chandlery.core.columns import US
from chandlery.core.delivery import Coverage, Delivery
from chandlery.core.trades import Trades
from chandlery.sources.synthetic.book import Book
from chandlery.sources.synthetic.market_spec import MarketSpec
from chandlery.sources.synthetic.pace import Pace
from chandlery.sources.synthetic.reel import Reel

Sleep = Callable[[float], Awaitable[None]]

INTERVAL_S = 0.1
"""How often live trades are handed over."""
MINUTE_US = 60 * US


class Synthetic:
    """See `Source`. No trade is later than the clock, and the same second has the same trades.

    Without a position it first delivers `pace.history_s` of trades that end now. After a restart
    it goes on from its position, and so fills the time it was away; if that is longer than
    the history, only the last of it, as long as the history.
    """

    name = "synthetic"

    def __init__(
        self,
        specs: Sequence[MarketSpec],
        numbers: Sequence[int],
        clock: Clock,
        sleep: Sleep,
        pace: Pace | None = None,
    ) -> None:
        """Take the markets, the store's number of each, and the time and waiting to use."""
        self._book = Book.of(specs, numbers)
        self.numbers = {
            spec.market.symbol: number for spec, number in zip(specs, numbers, strict=True)
        }
        """The store's number of each market."""
        self._clock = clock
        self._sleep = sleep
        self._pace = Pace() if pace is None else pace

    async def deliveries(self, position: str | None) -> AsyncIterator[Delivery]:
        """See `Source.deliveries`. Never ends."""
        asked_us = self._clock.now_us()
        if position is None:
            reel = Reel.starting(self._book, self._pace, asked_us)
        else:
            reel = Reel.resuming(self._book, self._pace, position)
            asked_us = reel.progress.upto_us
        while True:
            now_us = self._clock.now_us()
            for delivery in self._ready(reel, asked_us, now_us):
                yield delivery
            asked_us = now_us
            await self._sleep(INTERVAL_S)

    def _ready(self, reel: Reel, asked_us: int, now_us: int) -> Iterator[Delivery]:
        """Yield what there is up to now, given when it was last asked for."""
        last_us = max(asked_us, reel.progress.upto_us)
        if now_us - last_us > max(self._pace.history_us, MINUTE_US):
            # The second that was begun is in the coverage already, so it is finished first.
            yield from self._read(reel, -(-reel.progress.upto_us // US) * US)
            reel.skip_to(now_us - now_us % US - self._pace.history_us)
        yield from self._read(reel, now_us)

    def _read(self, reel: Reel, until_us: int) -> Iterator[Delivery]:
        for trades, start_us, end_us in reel.read(until_us):
            yield self._delivery(reel, trades, range(start_us // US, -(-end_us // US)))

    def _delivery(self, reel: Reel, trades: Trades, seconds: range) -> Delivery:
        return Delivery(
            trades=trades,
            positions={self.name: reel.position},
            coverage=tuple(
                Coverage(number, "trades", seconds.start, seconds.stop)
                for number in self._book.number.tolist()
            ),
        )
