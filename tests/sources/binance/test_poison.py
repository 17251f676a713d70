"""Frames that are not fit to be read: each is told, and none of them costs a trade."""

from __future__ import annotations

import pytest

from chandlery.sources.binance.sites import SPOT
from tests.sources.binance.test_feed import figures, finished
from tests.sources.binance.world import scripted, until, world

POISON = {
    "bytes that are no text": b"\xff\xfe\x80",
    "sixteen megabytes": b"x" * 16 * 1_048_576,
    "one byte too many": b"x" * (SPOT.limits.largest_frame + 1),
}
BITTER = {
    "a number too large": '{"e":"aggTrade","s":"B","a":1,"p":"1e400","q":"1","T":1,"m":true}',
    "an infinite one": '{"e":"aggTrade","s":"B","a":1,"p":Infinity,"q":"1","T":1,"m":true}',
    "a million brackets": "[" * 1_000_000,
    "a number of a million digits": f'{{"e":"aggTrade","a":{"9" * 1_000_000}}}',
}


@pytest.mark.parametrize("name", POISON)
async def test_a_frame_that_breaks_the_connection_costs_no_trade(name: str) -> None:
    clock, trades = scripted(51, seconds=25)
    async with world(clock, trades) as home, home.serving() as server:
        await until(home, server, lambda: len(home.stored("BTCUSDT")) > 30)
        [connection] = home.fake.open
        await connection.send(POISON[name], text=True)
        found = await finished(home, server)
        assert found.reconnects == 1
        assert found.counts["lost"] == 0


@pytest.mark.parametrize("name", BITTER)
async def test_a_frame_that_cannot_be_read_is_counted_and_kept_in_short(name: str) -> None:
    clock, trades = scripted(52, seconds=25)
    async with world(clock, trades) as home, home.serving() as server:
        await until(home, server, lambda: len(home.stored("BTCUSDT")) > 30)
        [connection] = home.fake.open
        await connection.send(BITTER[name])
        await until(home, server, lambda: figures(server).counts["malformed"] == 1)
        found = await finished(home, server)
        assert (found.reconnects, found.counts["lost"]) == (0, 0)
        assert home.feed is not None
        [sample] = home.feed.figures.samples
        assert len(sample) <= 500
        assert BITTER[name].startswith(sample)
