"""An exchange on loopback, a store, and servers that come and go: markets may be added to them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from chandlery.config import Settings, load
from chandlery.core.delivery import Delivery
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine
from chandlery.engine.following import Following
from chandlery.engine.server import Server, ServerLimits
from chandlery.live_venues import LiveVenues
from chandlery.sources.live.progress import Progress, text_of
from chandlery.sources.live.track import Known
from chandlery.stores.memory import MemoryStore
from chandlery.venues import feeds_of, histories_of
from tests.sources.binance.fake import FakeBinance, FakeTrade, Faults, some_trades
from tests.sources.binance.world import US, columns
from tests.sources.live.fast import START, FastClock
from tests.sources.live.waiting import PATIENCE_S

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "ADAUSDT")
ALWAYS, *OTHERS = SYMBOLS


@dataclass
class Stage:
    """An exchange, a store, and servers that come and go."""

    fake: FakeBinance
    clock: FastClock
    live: str = f"binance:{ALWAYS}"
    store: MemoryStore = field(default_factory=MemoryStore)

    def __post_init__(self) -> None:
        """Have the first market followed from its first trade on."""
        engine = Engine(self.store)
        engine.registry.add_symbol(f"BINANCE:{ALWAYS}")
        known = {ALWAYS: Known(self.fake.trades[ALWAYS][0].id - 1, START * US, START)}
        positions = {"binance": text_of(Progress(trades=known))}
        engine.recorder.record(Delivery(positions=positions), self.clock.now_us())

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Server]:
        engine = Engine(self.store)
        server = Server(engine, self.clock, ServerLimits(query_s=1e9))
        settings = self.settings()
        around = self.clock.surroundings(self.fake.faults.seed)
        following = Following(server, LiveVenues(settings, engine, around), settings.feeds.live)
        server.following = following
        server.open_history = lambda wanted: histories_of(settings, engine, self.clock, wanted)
        added = [each.market for each in following.markets() if each.origin == "added"]
        async with server.running(feeds_of(settings, engine, around, added), jobs=False):
            yield server

    def settings(self) -> Settings:
        said = {"binance.rest_url": self.fake.rest_url, "binance.ws_url": self.fake.ws_url}
        return load({"store": "memory", "feeds.live": self.live, **said}).settings

    def number(self, symbol: str) -> int | None:
        return Engine(self.store).registry.known(f"BINANCE:{symbol}")

    def trades(self, symbol: str) -> Trades:
        number = self.number(symbol)
        if number is None:
            return Trades.empty()
        return Engine(self.store).history.trades(number, 0, 1 << 62)

    def ids(self, symbol: str) -> list[int]:
        return [int(id_) for id_ in self.trades(symbol).id]

    def gaps(self, symbol: str) -> list[tuple[int, int]]:
        """Return the seconds of which it is known that they were not seen."""
        number = self.number(symbol)
        return [
            (gap.start, 1 << 40 if gap.end is None else gap.end)
            for gap in self.store.gaps()
            if (gap.market, gap.kind) == (number, "trades")
        ]

    def seen(self, symbol: str) -> list[tuple[int, int]]:
        number = self.number(symbol)
        return [] if number is None else self.store.coverage(number, "trades")

    def check(self) -> None:
        """What is there REST has just so, once; what is covered is there."""
        for symbol, trades in self.fake.trades.items():
            stored = self.ids(symbol)
            assert len(stored) == len(set(stored)), symbol
            given = [trade for trade in self.fake.given(symbol) if trade.id in set(stored)]
            right = columns(given, self.number(symbol) or 0)
            assert self.trades(symbol).time.tolist() == right.time.tolist(), symbol
            assert self.trades(symbol).price.tolist() == right.price.tolist(), symbol
            for trade in trades:
                if is_in(trade, self.seen(symbol)):
                    assert trade.id in stored, (symbol, trade, self.seen(symbol))


def is_in(trade: FakeTrade, intervals: Sequence[tuple[int, int]]) -> bool:
    return any(start * US <= trade.time_us < end * US for start, end in intervals)


def scripted(
    seed: int, seconds: float, speed: float
) -> tuple[FastClock, dict[str, list[FakeTrade]]]:
    draw = random.Random(seed)  # noqa: S311 - chance, no secret
    clock = FastClock(speed)
    return clock, {
        symbol: some_trades(
            draw,
            start_us=START * US + US // 2,
            seconds=seconds,
            rate=8.0,
            first_id=1_000 * (1 + row),
            price=100.0 * (1 + row),
        )
        for row, symbol in enumerate(SYMBOLS)
    }


@asynccontextmanager
async def stage(
    seed: int = 1, seconds: float = 90.0, faults: Faults | None = None, speed: float = 100.0
) -> AsyncIterator[Stage]:
    clock, trades = scripted(seed, seconds, speed)
    async with FakeBinance(clock, trades, faults).running() as fake:
        yield Stage(fake, clock)


async def until(on: Stage, is_so: Callable[[], bool], told: Callable[[], object]) -> None:
    """Wait until something is so."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                await on.clock.sleep(0.5)
    except TimeoutError:
        raise AssertionError(told()) from None


def told(on: Stage, server: Server) -> str:
    rows = [f"{symbol}: {len(on.ids(symbol))}, {on.seen(symbol)}" for symbol in SYMBOLS]
    rows += [str(feed.figures()) for feed in server.feeds]
    return "\n".join([*rows, str(on.store.gaps()), str(on.fake.met)])
