"""A venue whose ids tell nothing: what was missed is known by the time of disconnection."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from typing_extensions import override

from chandlery.sources.binance.venue import Binance
from chandlery.sources.live.feed import LiveFeed
from tests.sources.binance.fake import Faults
from tests.sources.binance.world import World, scripted, until, world


class Unnumbered(Binance):
    """Binance, as if its ids had holes."""

    @property
    @override
    def are_ids_contiguous(self) -> bool:
        return False


@dataclass
class UnnumberedWorld(World):
    @override
    def make_feed(self) -> LiveFeed:
        feed = super().make_feed()
        venue = feed._venue
        assert isinstance(venue, Binance)
        feed._venue = Unnumbered(venue.site, venue.ws_url, venue.trades, venue.has_bars)
        return feed


@pytest.mark.parametrize("seed", range(4))
async def test_what_was_missed_is_asked_for_by_time(seed: int) -> None:
    clock, trades = scripted(seed, seconds=20, speed=40.0)
    faults = Faults(seed, cut=0.03, repeat=0.1, reorder=0.1, garbage=0.1, error=0.2, until_s=20)
    async with world(clock, trades, faults) as plain:
        home = UnnumberedWorld(plain.fake, clock)
        async with home.serving() as server:
            feed = server.feeds[0]
            await until(
                home,
                server,
                lambda: home.is_complete() and feed.figures().state == "live",
            )
        home.check()
        home.check_coverage()
        assert home.fake.met["cut"] == feed.figures().counts["disconnects"]
