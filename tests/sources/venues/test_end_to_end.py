"""Each venue from its settings to the store, over real sockets, with a break on the way."""

from __future__ import annotations

import pytest

from chandlery.config import load
from chandlery.core.trades import BUY, SELL, Trades
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server, ServerLimits
from chandlery.sources.live.feed import LiveFeed
from chandlery.stores.memory import MemoryStore
from chandlery.venues import VENUES, registered
from tests.sources.live.fast import FastClock
from tests.sources.live.waiting import until
from tests.sources.venues.dialects import DIALECTS
from tests.sources.venues.stand_in import BACK_S, CUT_S, StandIn, Tick

US = 1_000_000
SIZE = 0.5


def test_every_venue_but_binance_which_has_its_own_is_tried() -> None:
    assert DIALECTS.keys() == VENUES.keys() - {"binance"}


@pytest.mark.parametrize("name", sorted(DIALECTS))
async def test_what_a_break_lost_is_asked_for_at_the_addresses_of_the_settings(name: str) -> None:
    clock, engine = FastClock(50.0), Engine(MemoryStore())
    async with StandIn(DIALECTS[name](), clock).running() as exchange:
        feed, number = feed_of(name, exchange, engine)
        server = Server(engine, clock, ServerLimits(query_s=1e9))
        last = exchange.ticks[-1]
        async with server.running([feed], jobs=False):

            def is_there() -> bool:
                stored = engine.history.trades(number, 0, 1 << 62)
                return last.id in stored.id and feed.state == "live"

            await until(clock, server, is_there, lambda: str(server.feeds[0].figures()))
            counts = server.feeds[0].figures().counts
            trades = engine.history.trades(number, 0, 1 << 62)
        market = engine.registry.market(number)
    assert (market.base, market.quote) == ("BTC", name_of_quote(exchange))
    assert exchange.connections == 2
    assert counts["reconnects"] >= 2
    assert counts["malformed"] == 0
    assert int(trades.id[0]) < 10
    kept = set(trades.id.tolist())
    expected = [tick for tick in exchange.ticks if tick.id >= int(trades.id[0])]
    check_trades(trades, [tick for tick in expected if tick.id in kept])
    lost_us = [tick.us for tick in expected if tick.id not in kept]
    if name == "hyperliquid":
        check_lost(engine, exchange, lost_us)
    else:
        assert lost_us == []
        assert engine.store.gaps() == []


def name_of_quote(exchange: StandIn) -> str:
    return "USDT" if "USDT" in exchange.dialect.symbol else "USD"


def check_trades(trades: Trades, ticks: list[Tick]) -> None:
    """Each is stored once, as it was told."""
    rows = zip(trades.id, trades.time, trades.price, trades.side, trades.size, strict=True)
    told = [
        (tick.id, tick.us, float(tick.price), BUY if tick.is_buy else SELL, SIZE) for tick in ticks
    ]
    assert [tuple(row) for row in rows] == told


def feed_of(name: str, exchange: StandIn, engine: Engine) -> tuple[LiveFeed, int]:
    """Return the feed that the settings make of a venue."""
    addresses = {f"{name}.rest_url": exchange.rest_url, f"{name}.ws_url": exchange.ws_url}
    around = exchange.clock.surroundings()
    symbol = exchange.dialect.symbol
    [outfit] = VENUES[name](load(addresses).settings, [symbol], around)
    feed = outfit.open(registered(engine, outfit), engine, around)
    return feed, engine.registry.number(outfit.market_of(symbol))


def check_lost(engine: Engine, exchange: StandIn, lost_us: list[int]) -> None:
    """What Hyperliquid has no more is told to be lost, and covered by nothing."""
    start_us = exchange.clock.start_us
    assert lost_us
    assert all(CUT_S - 2 < (us - start_us) / US < BACK_S + 20 for us in lost_us)
    [gap] = engine.store.gaps()
    assert gap.end is not None
    assert all(gap.start * US <= us < gap.end * US for us in lost_us)
    for start, end in engine.store.coverage(0, "trades"):
        assert not any(start * US <= us < end * US for us in lost_us)
