"""An exchange of ccxt as a source: its symbols side by side, gaps and coverage told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field

import msgspec
import structlog

from chandlery.core.delivery import Coverage, Delivery, Gap
from chandlery.core.errors import ConfigError, InputError
from chandlery.core.trades import Trades
from chandlery.sources.ccxt.exchange import Opened, Row
from chandlery.sources.ccxt.parse import Print, lot_of
from chandlery.sources.ccxt.symbol import Broke, Came, Symbol
from chandlery.sources.live.surroundings import BackOff, Surroundings, ended

TRADES = "trades"
MOST_WAITING = 1_000
"""Answers that wait to be taken; then the exchange is not asked for more."""
_log = structlog.get_logger()
LOST = "the exchange does not give these trades any more"


class Place(msgspec.Struct):
    """Up to where a symbol was read: its last trade, and the seconds before which all was seen."""

    last: Print | None = None
    covered_s: int | None = None


@dataclass(slots=True)
class CcxtCounts:
    """What a source has met since it began."""

    trades: int = 0
    breaks: int = 0
    lost: int = 0
    broken: dict[str, str] = field(default_factory=dict)
    """Why nothing comes of a symbol just now."""
    refused: dict[str, str] = field(default_factory=dict)
    """Why nothing ever will, until the source is begun again."""


class CcxtSource:
    """See `Source`. Symbols are ccxt's: `BTC/USD`, `BTC/USDT:USDT`."""

    def __init__(
        self, opened: Opened, numbers: Mapping[str, int], surroundings: Surroundings
    ) -> None:
        """Take an open exchange, the store's number of each symbol, and time and waiting."""
        self._opened = opened
        self._numbers = numbers
        self._around = surroundings
        self._found = CcxtCounts()
        self._places: dict[str, Place] = {}

    @property
    def name(self) -> str:
        """See `Source.name`."""
        return f"ccxt-{self._opened.exchange.id}"

    @property
    def numbers(self) -> Mapping[str, int]:
        """The store's number of each of its symbols."""
        return self._numbers

    @property
    def state(self) -> str:
        """Whether something comes of every symbol but those that are refused for good."""
        return "waiting" if self._found.broken else "live"

    @property
    def reason(self) -> str:
        """Why something is missing."""
        found = self._found
        return "; ".join(dict.fromkeys((*found.refused.values(), *found.broken.values())))

    @property
    def refused(self) -> Mapping[str, str]:
        """Why nothing will come of a symbol, until the source is begun again."""
        return self._found.refused

    @property
    def reconnects(self) -> int:
        """How often something broke."""
        return self._found.breaks

    @property
    def counts(self) -> dict[str, int]:
        """What it has met, by name."""
        found = self._found
        return {"trades": found.trades, "lost": found.lost, "markets": len(self._numbers)}

    async def deliveries(self, position: str | None) -> AsyncIterator[Delivery]:
        """See `Source.deliveries`. Never ends; raises ConfigError if no symbol can be read."""
        self._places = places_of(position)
        queue: asyncio.Queue[tuple[str, Came | Broke]] = asyncio.Queue(MOST_WAITING)
        tasks: list[asyncio.Task[None]] = []
        try:
            markets = await self._loaded()
            self._found.broken.clear()
            self._found.refused.clear()
            for symbol in self._numbers:
                self._places.setdefault(symbol, Place())
                work = self._hand_on(symbol, markets.get(symbol), queue)
                tasks.append(asyncio.create_task(work))
            while self._found.refused.keys() < self._numbers.keys():
                symbol, value = await queue.get()
                yield self._delivery(symbol, value)
        finally:
            await ended(*tasks)
            await self._opened.exchange.close()
        message = f"nothing can be read from {self.name}: {self.reason}"
        hint = "look at the keys, and write symbols as ccxt does, such as BTC/USDT"
        raise ConfigError(message, hint=hint)

    async def _loaded(self) -> Mapping[str, Row]:
        back_off = BackOff(self._around)
        while True:
            try:
                return await self._opened.exchange.load_markets()
            except self._opened.final as error:
                message = f"{self.name} does not tell its markets: {error}"
                raise ConfigError(message, hint="look at the keys of this exchange") from error
            except self._opened.retried as error:
                self._found.broken[""] = str(error) or type(error).__name__
                await self._around.sleep(back_off.next_s())

    async def _hand_on(
        self, symbol: str, market: Row | None, queue: asyncio.Queue[tuple[str, Came | Broke]]
    ) -> None:
        """Put what comes of a symbol into the queue, and at last why nothing more does."""
        if market is None:
            await queue.put((symbol, Broke(f"no such market: {symbol}", is_final=True)))
            return
        try:
            last = self._places[symbol].last
            each = Symbol(symbol, lot_of(market), self._opened, self._around, last)
            async for value in each.values():
                await queue.put((symbol, value))
        except Exception as error:  # noqa: BLE001 - it is told, and the other symbols go on
            await queue.put((symbol, Broke(f"{symbol}: {error}", is_final=True)))

    def _delivery(self, symbol: str, value: Came | Broke) -> Delivery:
        place, number = self._places[symbol], self._numbers[symbol]
        if isinstance(value, Broke):
            self._note(symbol, value)
            if place.covered_s is None:
                return Delivery()
            return Delivery(gaps=(Gap(number, TRADES, place.covered_s, None, value.reason),))
        self._found.broken.pop(symbol, None)
        self._found.trades += len(value.trades)
        gaps, coverage = self._seen(symbol, value)
        place.last = value.trades[-1]
        return Delivery(
            trades=trades_of(number, value.trades),
            positions={self.name: text_of(self._places)},
            coverage=coverage,
            gaps=gaps,
        )

    def _note(self, symbol: str, broke: Broke) -> None:
        found = self._found
        found.breaks += 1
        if broke.is_final:
            found.broken.pop(symbol, None)
            found.refused[symbol] = broke.reason
            _log.error("feed refused", feed=self.name, reason=broke.reason)
        else:
            found.broken[symbol] = broke.reason

    def _seen(self, symbol: str, came: Came) -> tuple[tuple[Gap, ...], tuple[Coverage, ...]]:
        """Return what is lost and what is covered, and move on to there."""
        place, number = self._places[symbol], self._numbers[symbol]
        gaps: tuple[Gap, ...] = ()
        if place.covered_s is None:
            place.covered_s = came.trades[0].ms // 1000 + 1
        elif not came.is_whole:
            self._found.lost += 1
            again_s = max(came.from_ms // 1000, place.covered_s) + 1
            gaps = (Gap(number, TRADES, place.covered_s, again_s, LOST, "lost"),)
            place.covered_s = again_s
        # The second of the last trade may not be over.
        start, end = place.covered_s, came.trades[-1].ms // 1000
        if end <= start:
            return gaps, ()
        place.covered_s = end
        return gaps, (Coverage(number, TRADES, start, end),)


def trades_of(number: int, found: Iterable[Print]) -> Trades:
    """Return trades as columns."""
    rows = list(found)
    return Trades.of(
        market=[number] * len(rows),
        time=[row.ms * 1000 for row in rows],
        price=[row.price for row in rows],
        size=[row.size for row in rows],
        side=[row.side for row in rows],
        sequence=[row.sequence for row in rows],
        id=[row.id for row in rows],
    )


def text_of(places: Mapping[str, Place]) -> str:
    """Return positions as JSON."""
    return msgspec.json.encode(places).decode()


def places_of(text: str | None) -> dict[str, Place]:
    """Read what `text_of` wrote; None is the beginning."""
    if text is None:
        return {}
    try:
        return msgspec.json.decode(text, type=dict[str, Place])
    except msgspec.MsgspecError as error:
        message = f"the saved position of a feed cannot be read: {error}"
        raise InputError(message, hint="start with another data directory") from error
