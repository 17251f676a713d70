"""USD-M futures from the settings to the store: addresses, weights and names of their own."""

from __future__ import annotations

from chandlery.config import load
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server, ServerLimits
from chandlery.sources.binance.sites import USDM
from chandlery.stores.memory import MemoryStore
from chandlery.venues import feeds_of
from tests.sources.binance.fake import FakeBinance, Faults, singles
from tests.sources.binance.world import columns, scripted
from tests.sources.live.waiting import until

SYMBOL, MARKET = "BTCUSDT", "BINANCE:BTCUSDT.P"


async def test_perpetuals_are_followed_and_filled_at_addresses_of_their_own() -> None:
    clock, trades = scripted(41, seconds=30)
    faults = Faults(skip=0.1, cut=0.03, until_s=26)
    engine = Engine(MemoryStore())
    async with FakeBinance(clock, {SYMBOL: trades[SYMBOL]}, faults, site=USDM).running() as fake:
        own = {"binance.usdm_rest_url": fake.rest_url, "binance.usdm_ws_url": fake.ws_url}
        settings = load({"feeds.live": f"binance:{SYMBOL}.P", **own}).settings
        [feed] = feeds_of(settings, engine, clock.surroundings())
        server = Server(engine, clock, ServerLimits(query_s=1e9))
        number = engine.registry.number(MARKET)
        last = fake.trades[SYMBOL][-1].id
        async with server.running([feed], jobs=False):

            def is_there() -> bool:
                ids = engine.history.trades(number, 0, 1 << 62).id
                is_live = server.feeds[0].figures().state == "live"
                return is_live and last in ids and len(ids) > 100

            await until(clock, server, is_there, lambda: str(server.feeds[0].figures()))
            counts = server.feeds[0].figures().counts
        stored = engine.history.trades(number, 0, 1 << 62)
        given = fake.given(SYMBOL)
        first = int(stored.id[0])
    assert stored.id.tolist() == [trade.id for trade in given if trade.id >= first]
    expected = columns([trade for trade in given if trade.id >= first], number)
    assert stored.price.tolist() == expected.price.tolist()
    assert counts["skips"] > 0
    assert counts["filled"] > 0
    assert counts["lost"] == 0
    assert all(path.startswith("/fapi/v1/") for path in fake.requests)
    assert 0 < fake.most_weight <= fake.weight_limit * 0.9
    assert engine.registry.market(number).quote == "USDT"


async def test_ids_within_aggregates_that_skip_are_no_holes() -> None:
    clock, trades = scripted(42, seconds=15)
    assert any(
        singles(later)["f"] != singles(before)["l"] + 1
        for before, later in zip(trades[SYMBOL], trades[SYMBOL][1:], strict=False)
    )
    engine = Engine(MemoryStore())
    async with FakeBinance(clock, {SYMBOL: trades[SYMBOL]}, site=USDM).running() as fake:
        own = {"binance.usdm_rest_url": fake.rest_url, "binance.usdm_ws_url": fake.ws_url}
        settings = load({"feeds.live": f"binance:{SYMBOL}.P", **own}).settings
        [feed] = feeds_of(settings, engine, clock.surroundings())
        server = Server(engine, clock, ServerLimits(query_s=1e9))
        number, last = engine.registry.number(MARKET), fake.trades[SYMBOL][-1].id
        async with server.running([feed], jobs=False):
            await until(
                clock,
                server,
                lambda: last in engine.history.trades(number, 0, 1 << 62).id,
                lambda: str(server.feeds[0].figures()),
            )
            figures = server.feeds[0].figures()
    assert figures.counts["skips"] == figures.counts["lost"] == 0
    assert engine.store.gaps() == []
