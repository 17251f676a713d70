"""Where pushes become durable: read aside, symbols made markets, written, then answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from chandlery.api.push.bodies import Bodies
from chandlery.api.push.limits import PushLimits
from chandlery.api.push.once import Once
from chandlery.api.push.outcome import Outcome
from chandlery.core.columns import Int32s
from chandlery.core.delivery import Delivery
from chandlery.core.errors import StoreUnavailableError, UsageError
from chandlery.core.events import EventMaps
from chandlery.core.market import Market, symbol_of
from chandlery.core.trades import Refused, Trades, refusals
from chandlery.engine.ingest import BusyError
from chandlery.engine.server import Server
from chandlery.sources.push import Asked, Parsed, Rows, plain_trades, trades_of

Result = TypeVar("Result")

SMALL_BYTES = 32 * 1024
"""What is read at once; more is read in a thread, beside the event loop."""
COMMIT_S = 30.0
"""How long a push waits to be durable before its sender is told to send it again."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """Trades that may be written, the rows that they were, and what may not."""

    rows: Rows
    trades: Trades
    rejected: dict[int, str]


class Desk:
    """Takes pushes from every surface."""

    def __init__(
        self, server: Server, limits: PushLimits | None = None, events: EventMaps | None = None
    ) -> None:
        self.limits = limits or PushLimits()
        self.events = events or EventMaps()
        self.bodies = Bodies(self.limits.body_bytes)
        self.once = Once(server.clock)
        self._server = server
        self._registry = server.engine.registry
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="push")

    def asked(self, symbol: str = "", unit: str | None = None) -> Asked:
        """Return what a parser is told."""
        return Asked(symbol, unit, self.limits.rows)

    def now_us(self) -> int:
        """Return the time."""
        return self._server.clock.now_us()

    def refuse_if_full(self) -> None:
        """Raise if the writer takes nothing just now, before anything is read for it."""
        if self._server.ingest.is_full:
            message = "too many rows wait to be written already"
            raise BusyError(message, hint="send again in a second")

    async def take(self, size: int, read: Callable[[], Parsed]) -> Outcome:
        """Read a body of so many bytes, write what is good, and say what became of each row."""
        return await self._submit(await self.aside(size, lambda: self._prepared(read())))

    async def write(self, parsed: Parsed) -> Outcome:
        """Make the good rows durable."""
        return await self._submit(self._prepared(parsed))

    async def aside(self, size: int, work: Callable[[], Result]) -> Result:
        """Do work on so many bytes: in a thread of its own if they are many.

        One thread is enough, for only one at a time can run; readers of charts have others.
        """
        if size <= SMALL_BYTES:
            return work()
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """Let the thread go."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _prepared(self, parsed: Parsed) -> _Ready:
        """Return the trades that may be written, their markets being registered."""
        rejected = dict(parsed.rejected)
        rows = self._possible(parsed.rows, rejected)
        rows, market = self._with_markets(rows, parsed.symbols, rejected)
        return _Ready(rows, trades_of(rows, market), rejected)

    async def _submit(self, ready: _Ready) -> Outcome:
        rows, rejected = ready.rows, ready.rejected
        if not len(rows):
            return Outcome(rejected=rejected)
        try:
            async with asyncio.timeout(COMMIT_S):
                receipt = await self._server.ingest.submit_now(Delivery(trades=ready.trades))
        except TimeoutError:
            message = f"not known to be durable within {COMMIT_S:g} s"
            hint = "send the same again: what is there already is not doubled"
            raise StoreUnavailableError(message, hint=hint) from None
        _reject(rows, receipt.refused, rejected)
        return Outcome(receipt.accepted, len(receipt.repeats), rejected)

    def _possible(self, rows: Rows, rejected: dict[int, str]) -> Rows:
        """Leave out what the writer would refuse: it must not make a market."""
        refused = refusals(plain_trades(rows, rows.symbol, rows.sequence), self.now_us())
        if not len(refused):
            return rows
        _reject(rows, refused, rejected)
        return rows.take(np.delete(np.arange(len(rows)), refused.rows()))

    def _with_markets(
        self, rows: Rows, symbols: tuple[str, ...], rejected: dict[int, str]
    ) -> tuple[Rows, Int32s]:
        numbers = np.full(len(symbols), -1, dtype=np.int32)
        reasons = {}
        for code in np.unique(rows.symbol).tolist():
            try:
                numbers[code] = self._number(symbols[code])
            except UsageError as error:
                reasons[code] = f"symbol: {error.message}"
        market = numbers[rows.symbol]
        if not reasons:
            return rows, market
        is_known = market >= 0
        bad = rows.take(~is_known)
        for place, code in zip(bad.index.tolist(), bad.symbol.tolist(), strict=True):
            rejected[place] = reasons[code]
        return rows.take(is_known), market[is_known]

    def _number(self, symbol: str) -> int:
        known = self._registry.known(symbol)
        if known is not None:
            return known
        symbol = symbol_of(symbol)
        if len(self._registry) >= self.limits.markets:
            message = f"no market {symbol!r} here, and push.markets lets no more be made"
            raise UsageError(message)
        return self._registry.add([Market.of(symbol)])[0]


def _reject(rows: Rows, refused: Refused, rejected: dict[int, str]) -> None:
    for reason, places in refused.by_reason.items():
        for place in rows.index[places].tolist():
            rejected[place] = reason
