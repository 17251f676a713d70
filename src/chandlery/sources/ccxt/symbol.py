"""One symbol of an exchange: watched, or asked for again and again, and caught up after a break."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from chandlery.sources.ccxt.exchange import Opened
from chandlery.sources.ccxt.fill import Filled, filled
from chandlery.sources.ccxt.parse import Print, prints
from chandlery.sources.live.lot import Lot
from chandlery.sources.live.surroundings import BackOff, Surroundings

KEPT = 1_000
"""What ccxt keeps of a stream at most: an answer of so many may lack what came before."""
MOST_TRIES = 4
"""How often a hole is asked for when asking fails; then it is lost, and the stream goes on."""
POLL_S = 2.0


@dataclass(frozen=True, slots=True)
class Came:
    """Trades in order. They follow those before without a hole if `is_whole`."""

    trades: list[Print]
    is_whole: bool = True
    from_ms: int = 0
    """From when on there is no hole, if it is not whole."""


@dataclass(frozen=True, slots=True)
class Broke:
    """Nothing comes any more."""

    reason: str
    is_final: bool = False
    """Nothing ever will, until the source is begun again."""


class Symbol:
    """The trades of one symbol, from the last known one on."""

    def __init__(
        self, name: str, lot: Lot, opened: Opened, surroundings: Surroundings, last: Print | None
    ) -> None:
        self.name = name
        self.last = last
        self._lot = lot
        self._opened = opened
        self._around = surroundings
        self.trouble = ""
        """Why asking failed the last time."""
        self._is_broken = last is not None

    async def values(self) -> AsyncIterator[Came | Broke]:
        """Yield what comes, for ever. A failure that is final is raised as ccxt raises it."""
        back_off = BackOff(self._around)
        while True:
            try:
                came = await self._next()
            except self._opened.final:
                raise
            except self._opened.retried as error:
                if not self._is_broken:
                    yield Broke(str(error) or type(error).__name__)
                self._is_broken = True
                await self._around.sleep(back_off.next_s())
                continue
            back_off.reset()
            if came.trades:
                # An answer without trades says nothing of what was missed.
                self._is_broken = False
                self.last = came.trades[-1]
                yield came

    async def _next(self) -> Came:
        if not self._opened.exchange.has.get("watchTrades"):
            return await self._polled()
        rows = prints(await self._opened.exchange.watch_trades(self.name), self._lot)
        if self.last is None or not rows:
            return Came(rows)
        if not self._is_broken and len(rows) < KEPT:
            return Came(rows)
        # A snapshot may begin before what is known: then only what follows it is missing.
        is_known = rows[0].ms <= self.last.ms
        missed = Filled([], is_whole=True) if is_known else await self._filled(rows[0])
        return Came([*missed.trades, *rows], missed.is_whole, rows[0].ms)

    async def _polled(self) -> Came:
        """Ask for what is new; ccxt cannot watch this exchange."""
        await self._around.sleep(POLL_S)
        if self.last is None:
            rows = await self._opened.exchange.fetch_trades(self.name)
            return Came(prints(rows, self._lot))
        missed = await self._filled(None)
        newest = missed.trades[-1] if missed.trades else self.last
        return Came(missed.trades, missed.is_whole, newest.ms)

    async def _filled(self, first: Print | None) -> Filled:
        if self.last is None or self._opened.exchange.has.get("fetchTrades") is False:
            return Filled([], is_whole=False)
        back_off = BackOff(self._around)
        for _ in range(MOST_TRIES):
            try:
                return await filled(self._fetch, self.last, first, self._around.sleep)
            except self._opened.final:
                raise
            except self._opened.retried as error:
                self.trouble = str(error) or type(error).__name__
                await self._around.sleep(back_off.next_s())
        return Filled([], is_whole=False)

    async def _fetch(self, since_ms: int) -> list[Print]:
        rows = await self._opened.exchange.fetch_trades(self.name, max(since_ms, 0))
        return prints(rows, self._lot)
