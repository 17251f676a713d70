"""The past of a venue's markets as a source: bars or trades of a stretch of time, then it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import structlog

from chandlery.core.delivery import Coverage, Delivery, Gap
from chandlery.core.errors import ChandleryError, InputError
from chandlery.core.intervals import Pair, subtract, union
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades, id_of_text
from chandlery.sources.live.ledger import bars_of
from chandlery.sources.live.recent import PartlyGoneError
from chandlery.sources.live.rest import GoneError, Rest
from chandlery.sources.live.sound import check_bar, check_trade
from chandlery.sources.live.surroundings import BackOff, Surroundings
from chandlery.sources.live.track import US
from chandlery.sources.live.venue import BarEvent, TradeEvent

HistoryKind = Literal["bars", "trades"]
SETTLED_S = 5
"""The exchange is given so long to close a bar."""

_log = structlog.get_logger()


class _Done(msgspec.Struct, omit_defaults=True):
    """What has been fetched already of each symbol, in seconds."""

    bars: dict[str, list[Pair]] = {}
    trades: dict[str, list[Pair]] = {}


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is wanted: [start, end) in seconds; without an end up to when it is asked for."""

    kind: HistoryKind
    start: int
    end: int | None = None
    bar: Resolution = Resolution.parse("1m")  # noqa: RUF009 - it cannot be changed


class History:
    """See `Source`. What was fetched is not fetched again, however often it is begun."""

    def __init__(
        self,
        name: str,
        rest: Rest,
        numbers: Mapping[str, int],
        stretch: Stretch,
        surroundings: Surroundings,
    ) -> None:
        self.name = name
        self._rest = rest
        self._numbers = numbers
        self._stretch = stretch
        self._around = surroundings
        self._done = _Done()
        self._after: int | None = None
        """The newest id of a symbol's trades that were fetched."""
        self.state = "fetching"
        self.reason = ""
        self.fetched_s = 0
        """How many seconds have been fetched, of all symbols together."""
        self.wanted_s = 0
        """How many there were to fetch."""

    async def deliveries(self, position: str | None) -> AsyncIterator[Delivery]:
        """See `Source.deliveries`."""
        self._done = _done_of(position)
        self.wanted_s = self.fetched_s = 0
        try:
            async for end in self._ends():
                wanted = {symbol: self._missing(symbol, end) for symbol in self._numbers}
                parts = [(s, low, high) for s, of in wanted.items() for low, high in reversed(of)]
                self.wanted_s += sum(high - low for _, low, high in parts)
                # The newest first: that is what charts show.
                for symbol, low, high in parts:
                    async for delivery in self._part(symbol, low, high):
                        yield delivery
        finally:
            await self._rest.close()

    async def _ends(self) -> AsyncIterator[int]:
        """Yield up to where to fetch; at last the bar that was forming, once it is closed."""
        if self._stretch.end is not None:
            yield self._stretch.end
            return
        now_s = self._around.clock.now_us() // US
        step = self._stretch.bar.seconds if self._stretch.kind == "bars" else 1
        end = now_s // step * step
        yield end
        if self._stretch.kind == "bars":
            now_s = self._around.clock.now_us() // US
            await self._around.sleep(max(0, end + step + SETTLED_S - now_s))
            yield end + step

    def _missing(self, symbol: str, end: int) -> list[Pair]:
        step = self._stretch.bar.seconds if self._stretch.kind == "bars" else 1
        start = self._stretch.start // step * step
        return subtract([(start, end)], self._have().get(symbol, []))

    def _have(self) -> dict[str, list[Pair]]:
        return self._done.bars if self._stretch.kind == "bars" else self._done.trades

    async def _part(self, symbol: str, low: int, high: int) -> AsyncIterator[Delivery]:
        """Yield page after page; a failure is waited out, and what is gone is left out."""
        back_off, at_us = BackOff(self._around), low * US
        self._after = None
        page = self._bars if self._stretch.kind == "bars" else self._trades
        while at_us < high * US:
            try:
                delivery, upto_us = await page(symbol, at_us, high)
            except GoneError as error:
                again = high
                if isinstance(error, PartlyGoneError):
                    again = min(high, max(-(-error.from_us // US), at_us // US + 1))
                yield self._lost(symbol, at_us // US, again, str(error))
                at_us = again * US
                continue
            except ChandleryError as error:
                self.reason = str(error)
                _log.warning("history waits", source=self.name, reason=self.reason)
                await self._around.sleep(back_off.next_s())
                continue
            self.reason = ""
            back_off.reset()
            self.fetched_s += (upto_us - at_us) // US
            yield self._finished(delivery, symbol, at_us // US, upto_us // US)
            at_us = upto_us

    def _lost(self, symbol: str, low: int, high: int, reason: str) -> Delivery:
        kind = self._stretch.kind
        self.fetched_s += high - low
        return Delivery(gaps=(Gap(self._numbers[symbol], kind, low, high, reason, "lost"),))

    def _finished(self, delivery: Delivery, symbol: str, low: int, high: int) -> Delivery:
        have = self._have()
        have[symbol] = union([*have.get(symbol, []), (low, high)])
        text = msgspec.json.encode(self._done).decode()
        seen = Coverage(self._numbers[symbol], self._stretch.kind, low, high)
        coverage = (seen,) if low < high else ()
        return Delivery(delivery.trades, delivery.bars, {self.name: text}, coverage)

    async def _bars(self, symbol: str, at_us: int, high: int) -> tuple[Delivery, int]:
        bar = self._stretch.bar
        page = await self._rest.bars(symbol, bar, at_us // US, high)
        events = [event for event in page.bars if _is_sound(event)]
        upto = high
        if not page.is_last and page.bars:
            upto = min(high, max(event.t for event in page.bars) + bar.seconds)
        rows = [(self._numbers[symbol], event) for event in events]
        return Delivery(bars=(bars_of(rows, bar),) if rows else ()), upto * US

    async def _trades(self, symbol: str, at_us: int, high: int) -> tuple[Delivery, int]:
        if self._after is None:
            page = await self._rest.trades_between(symbol, at_us, high * US)
        else:
            page = await self._rest.trades_after(symbol, self._after)
        newest_us = max((event.time_us for event in page.trades), default=at_us)
        events = [e for e in page.trades if e.time_us < high * US and _is_sound(e)]
        trades = _columns(self._numbers[symbol], events)
        if page.is_last or newest_us >= high * US:
            return Delivery(trades=trades), high * US
        ids = [event.id for event in page.trades if isinstance(event.id, int)]
        if ids:
            # More trades than a page holds may share a second: by id none is left out.
            self._after = max(ids)
            return Delivery(trades=trades), max(at_us, newest_us // US * US)
        return Delivery(trades=trades), max(page.upto_us or 0, newest_us, at_us + 1)


def _columns(number: int, events: Sequence[TradeEvent]) -> Trades:
    return Trades.of(
        market=[number] * len(events),
        time=[event.time_us for event in events],
        price=[float(event.price) for event in events],
        size=[float(event.size) for event in events],
        side=[event.side for event in events],
        sequence=[event.sequence for event in events],
        id=[e.id if isinstance(e.id, int) else id_of_text(e.id) for e in events],
    )


def _is_sound(event: TradeEvent | BarEvent) -> bool:
    try:
        if isinstance(event, TradeEvent):
            check_trade(event)
        else:
            check_bar(event)
    except InputError as error:
        _log.warning("left out", reason=str(error))
        return False
    return True


def _done_of(position: str | None) -> _Done:
    if position is None:
        return _Done()
    try:
        return msgspec.json.decode(position, type=_Done)
    except msgspec.MsgspecError as error:
        message = f"the saved position of a history cannot be read: {error}"
        raise InputError(message, hint="start with another data directory") from error
