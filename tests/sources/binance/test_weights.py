"""A day at an exchange that counts what it is asked: it never has to say that it is too much.

The limit is so low that the feed and the history that is fetched beside it meet it every time.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chandlery.engine.server import Server
from chandlery.sources.live.history import History, Stretch
from tests.sources.binance.fake import FakeBinance, Faults, some_trades
from tests.sources.binance.test_faults import is_settled
from tests.sources.binance.world import SYMBOLS, US, World, until
from tests.sources.live.fast import START, FastClock
from tests.sources.live.shifted import ShiftedClock

HOUR, DAY = 3_600, 86_400
LIMIT = 80
"""What may be asked in a minute: 13 pages of aggregated trades beside the list of markets."""
HOURS_OF_PAST = 12
"""Which are fetched at a time: one request each and symbol."""


@asynccontextmanager
async def day(seed: int, speed: float, ahead_s: float = 0.0) -> AsyncIterator[World]:
    """Give an exchange with a day of trades, seldom enough to be cheap."""
    clock = FastClock(speed)
    draw = random.Random(seed)  # noqa: S311 - chance, no secret
    trades = {
        symbol: some_trades(
            draw, start_us=START * US + US, seconds=DAY, rate=0.02, first_id=1_000, price=100.0
        )
        for symbol in SYMBOLS
    }
    faults = Faults(seed, skip=0.05, cut=0.02, error=0.02, empty=0.05, too_many=0.02)
    faults.life_s, faults.retry_after_s = 1_800, 20
    fake = FakeBinance(clock, trades, faults)
    fake.weight_limit = LIMIT
    async with fake.running():
        yield World(fake, ShiftedClock(clock, ahead_s))


async def fetch_past(home: World, server: Server, number: int) -> None:
    """Fetch hours that were not fetched before: there are no trades in them."""
    assert home.past is not None
    end = START - number * HOURS_OF_PAST * HOUR
    stretch = Stretch("trades", end - HOURS_OF_PAST * HOUR, end)
    around = home.clock.surroundings(number)
    history = History(f"past {number}", home.past, home.numbers, stretch, around)
    async for _ in server.pull(history):
        pass


def check_weight(home: World, most: float) -> None:
    """The limit was met, the exchange never had to say so, and was left alone when it asked."""
    fake = home.fake
    assert fake.met["over limit"] == fake.met["418"] == fake.early_requests == 0, fake.met
    assert 0.6 * LIMIT < fake.most_weight <= most
    assert fake.met["429"] > 0
    minutes = sorted(fake.weights)
    assert (minutes[-1] - minutes[0]) * 60 > DAY - 2 * HOUR


async def test_a_day_of_holes_filled_and_history_fetched_is_within_the_limit() -> None:
    async with day(41, speed=250) as home:
        for number in range(8):
            async with home.serving() as server:
                await fetch_past(home, server, number)
                await until(home, server, lambda: is_up_to_date(home))
            home.check_coverage()
            home.fake.clock.pass_by((number + 1) * 3 * HOUR - home.clock.elapsed())
        async with home.serving() as server:
            await until(home, server, lambda: is_settled(home))
        home.check()
        check_weight(home, 0.9 * LIMIT)


def is_up_to_date(home: World) -> bool:
    """Whether all is stored that there was up to a little while ago."""
    until_us = home.clock.now_us() - 30 * US
    return all(
        len(home.stored(symbol)) >= sum(t.time_us < until_us for t in home.fake.given(symbol))
        for symbol in home.numbers
    )


@pytest.mark.nightly
@pytest.mark.parametrize("ahead_s", [0.0, 2.5])
async def test_a_whole_day_is_within_the_limit(ahead_s: float) -> None:
    """One request may be too many where the exchange's minutes begin at another moment."""
    async with day(42, 400, ahead_s) as home:
        async with home.serving() as server:
            for number in range(12):
                await fetch_past(home, server, number)
                await home.clock.sleep((number + 1) * 2 * HOUR - home.clock.elapsed())
            await until(home, server, lambda: is_settled(home))
            assert server.feeds[0].figures().reconnects > 12
        home.check()
        home.check_coverage()
        check_weight(home, 0.9 * LIMIT + (20 if ahead_s else 0))
