"""The fake exchange, a real server on a store, and waiting for what must come about."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from chandlery.core.calendar import ALWAYS_OPEN
from chandlery.core.candles import differences, fold
from chandlery.core.delivery import Delivery
from chandlery.core.resolution import Resolution
from chandlery.core.trades import BUY, SELL, Trades
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server, ServerLimits
from chandlery.sources.binance.rest import WEIGHT_HEADER, BinanceRest
from chandlery.sources.binance.sites import SPOT, Site
from chandlery.sources.binance.venue import Binance, Stream
from chandlery.sources.live.feed import LiveFeed, Markets
from chandlery.sources.live.figures import FeedCounts
from chandlery.sources.live.http import Asker, Budget
from chandlery.sources.live.progress import Progress, text_of
from chandlery.sources.live.track import Known
from chandlery.stores.memory import MemoryStore
from tests.sources.binance.fake import FakeBinance, FakeTrade, Faults, some_trades
from tests.sources.live import waiting
from tests.sources.live.fast import START, FastClock

US = 1_000_000
SYMBOLS = ("BTCUSDT", "ETHUSDT")
MINUTE = Resolution.parse("1m")


@dataclass
class World:
    """One exchange and one store; servers come and go."""

    fake: FakeBinance
    clock: FastClock
    store: MemoryStore = field(default_factory=MemoryStore)
    trades: Stream | None = "aggTrade"
    has_bars: bool = False
    resumes: bool = True

    def __post_init__(self) -> None:
        self.engine = Engine(self.store)
        self.numbers = self._numbers()
        self.feed: LiveFeed | None = None
        self.past: BinanceRest | None = None
        """Asks for the past, within the limits that the feed has too."""
        if self.resumes:
            self._begin()

    def _begin(self) -> None:
        """Write a position: the trade before the first has been seen, so none may be missed."""
        start_us = self.fake.clock.start_us
        known = {
            symbol: Known(of[0].id - 1, start_us, start_us // US)
            for symbol, of in self.fake.trades.items()
        }
        positions = {self.fake.site.name: text_of(Progress(trades=known))}
        self.engine.recorder.record(Delivery(positions=positions), self.clock.now_us())

    def _numbers(self) -> dict[str, int]:
        add = self.engine.registry.add_symbol
        return {
            symbol: add(f"BINANCE:{symbol}{self.fake.site.suffix}") for symbol in self.fake.trades
        }

    def make_feed(self) -> LiveFeed:
        around = self.clock.surroundings(self.fake.faults.seed)
        site = self.fake.site
        counts, budget = FeedCounts(), Budget(self.fake.weight_limit)
        ask = Asker(self.fake.rest_url, around, budget, counts, WEIGHT_HEADER)
        rest = BinanceRest(site, ask, budget, self.trades)
        self.past = BinanceRest(site, ask, budget, self.trades)
        venue = Binance(site, self.fake.ws_url, self.trades, self.has_bars)
        markets = Markets(self.numbers, self.engine.registry.update)
        return LiveFeed(venue, rest, markets, around, counts)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Server]:
        """Run a server with the feed until the block is left."""
        self.engine = Engine(self.store)
        self.numbers = self._numbers()
        server = Server(self.engine, self.clock, ServerLimits(query_s=1e9))
        self.feed = self.make_feed()
        async with server.running([self.feed], jobs=False):
            yield server

    def stored(self, symbol: str) -> Trades:
        return self.engine.history.trades(self.numbers[symbol], 0, 1 << 62)

    def expected(self, symbol: str) -> Trades:
        """Return what REST has of a market, in all."""
        return columns(self.fake.given(symbol), self.numbers[symbol])

    def is_complete(self) -> bool:
        return all(len(self.stored(s)) >= len(self.fake.given(s)) for s in self.fake.trades)

    def told(self, server: Server) -> str:
        """Return all that helps to see why nothing comes about."""
        assert self.feed is not None
        run = self.feed._run
        assert run is not None
        rows = [f"{s}: {len(self.stored(s))} of {len(self.fake.given(s))}" for s in self.numbers]
        tracks = {s: track.holes() for s, track in run.ledger.tracks.items()}
        rows += [str(server.feeds[0].figures()), str(self.store.gaps()), str(tracks)]
        rows += [str(run.ledger.behind), str(run.ledger.rounds)]
        rows += [str(run.filler._busy), str(self.fake.met)]
        return "\n".join(rows)

    def check(self, resolution: Resolution = MINUTE) -> None:
        """Compare all that is stored, and its bars, with all that REST has."""
        for symbol in self.fake.trades:
            expected, stored = self.expected(symbol), self.stored(symbol)
            assert stored.id.tolist() == expected.id.tolist(), symbol
            number = self.numbers[symbol]
            found = self.engine.history.candles(number, resolution, 0, 1 << 40)
            assert differences(found, fold(expected, resolution, ALWAYS_OPEN)) == []

    def check_coverage(self) -> None:
        """Whatever is claimed to be covered is stored, all of it."""
        for symbol, number in self.numbers.items():
            # First what is claimed: a commit may come between the two.
            covered = self.store.coverage(number, "trades")
            stored = set(self.stored(symbol).id.tolist())
            for start, end in covered:
                for trade in self.fake.trades[symbol]:
                    if start * US <= trade.time_us < end * US:
                        assert trade.id in stored, (symbol, trade, (start, end))


def columns(trades: list[FakeTrade], number: int) -> Trades:
    return Trades.of(
        market=[number] * len(trades),
        time=[t.time_us for t in trades],
        price=[float(t.price) for t in trades],
        size=[float(t.size) for t in trades],
        side=[SELL if t.is_maker else BUY for t in trades],
        sequence=[t.id for t in trades],
        id=[t.id for t in trades],
    ).sorted()


async def until(home: World, server: Server, is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    await waiting.until(home.clock, server, is_so, lambda: home.told(server))


def scripted(
    seed: int,
    *,
    seconds: float = 30.0,
    rate: float = 8.0,
    speed: float = 100.0,
    start: int = START,
) -> tuple[FastClock, dict[str, list[FakeTrade]]]:
    """Return a clock that has just begun, and trades of each symbol from then on."""
    random_ = random.Random(seed)  # noqa: S311 - chance, no secret
    clock = FastClock(speed, start * US)
    return clock, {
        symbol: some_trades(
            random_,
            start_us=start * US + US // 2,
            seconds=seconds,
            rate=rate,
            first_id=1_000 * (1 + row),
            price=100.0 * (1 + row),
        )
        for row, symbol in enumerate(SYMBOLS)
    }


@asynccontextmanager
async def world(
    clock: FastClock,
    trades: dict[str, list[FakeTrade]],
    faults: Faults | None = None,
    void: set[tuple[str, int]] | None = None,
    site: Site = SPOT,
) -> AsyncIterator[World]:
    """Give a world whose exchange runs."""
    async with FakeBinance(clock, trades, faults, void or (), site).running() as fake:
        yield World(fake, clock)
