"""Trades from the exchange through the server into the store, whatever goes wrong."""

from __future__ import annotations

from tests.sources.binance.world import scripted, until, world


async def test_every_trade_of_the_stream_is_stored_once() -> None:
    clock, trades = scripted(1, seconds=10)
    async with world(clock, trades) as home, home.serving() as server:
        await until(home, server, home.is_complete)
        home.check()
        home.check_coverage()
