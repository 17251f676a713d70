"""Markets that come and go on a running server, against an exchange on loopback.

Whatever is added, removed, stopped and started when, by whom, and whatever the exchange does wrong
meanwhile: every trade of a time that was followed is stored once, and nothing is claimed to have
been seen that was not.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import pytest

from chandlery.core.errors import ConfigError, UsageError
from chandlery.engine.feeding import Action
from chandlery.engine.server import Server
from chandlery.engine.watchlist import MOST_AT_ONCE, Outcome
from chandlery.sources.live.feed import LiveFeed
from tests.engine.stage import ALWAYS, OTHERS, Stage, is_in, stage, told, until
from tests.sources.binance.scripts import CALM_S, SECONDS, script
from tests.sources.binance.world import US
from tests.sources.live.fast import FastClock

SEEDS = range(6)
MORE_SEEDS = range(1_000, 1_150)


@pytest.fixture(params=[2, 200], ids=["two-a-connection", "all-on-one"])
def _connections(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have symbols come over several connections, and over one."""
    monkeypatch.setattr("chandlery.sources.binance.venue.MOST_STREAMS", request.param)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a fast clock the time that a venue has to answer would be over at once."""
    monkeypatch.setattr("chandlery.live_venues.ASK_S", 10_000.0)


def settled(on: Stage, server: Server) -> bool:
    """Whether all that is followed is stored up to the last trade, and no hole is left to fill."""
    assert server.following is not None
    followed = [each.symbol.partition(":")[2] for each in server.following.markets()]
    is_live = all(feed.figures().state == "live" for feed in server.feeds)
    is_whole = not [gap for gap in on.store.gaps() if gap.state == "filling" or gap.end is None]
    ends = all(
        on.ids(symbol)[-1:] == [on.fake.given(symbol)[-1].id]
        for symbol in followed
        if has_begun(server, symbol)
    )
    return is_live and is_whole and ends


def has_begun(server: Server, symbol: str) -> bool:
    """Whether anything has come since a market was followed: it may have been too late for that."""
    source = server.feeds[0].source
    assert isinstance(source, LiveFeed)
    return source._run is not None and source._run.ledger.tracks[symbol].newest is not None


def is_whole(on: Stage, symbol: str) -> bool:
    """Whether something was seen, and nothing is missing just now."""
    return bool(on.seen(symbol)) and not on.store.gaps()


def have_begun(on: Stage, symbols: Sequence[str]) -> bool:
    return all(len(on.ids(symbol)) > 20 for symbol in symbols)


def outcomes(found: Sequence[Outcome]) -> list[tuple[str, str]]:
    return [(each.market, each.outcome) for each in found]


class Client:
    """Somebody who adds, removes, stops and starts at random moments."""

    def __init__(self, server: Server, clock: FastClock, seed: str) -> None:
        assert server.following is not None
        self.server, self.following, self.clock = server, server.following, clock
        self.draw = random.Random(seed)  # noqa: S311 - chance, no secret

    async def run(self, until_s: float) -> None:
        while self.clock.elapsed() < until_s:
            await self.clock.sleep(self.draw.uniform(0.1, 4.0))
            await self.once()

    async def once(self) -> None:
        some = self.draw.sample(OTHERS, self.draw.randint(1, len(OTHERS)))
        text = "binance:" + ",".join(some)
        action = self.draw.choice(("add", "add", "remove", "stop", "start", "restart"))
        if action == "add":
            assert {o for _, o in outcomes(await self.following.add(text))} <= {"added", "followed"}
        elif action == "remove":
            found = outcomes(await self.following.remove(text))
            assert {o for _, o in found} <= {"removed", "not_followed"}
        else:
            await self.act(action)

    async def act(self, action: str) -> None:
        feed = self.server.feeding.find("binance")
        assert feed is not None
        known: dict[str, Action] = {"stop": "stop", "start": "start", "restart": "restart"}
        await self.server.act(feed, known[action])


async def through(seed: int) -> None:
    """Two clients change what is followed, while everything goes wrong, over several servers."""
    faults, _, kills = script(seed)
    async with stage(seed, SECONDS + CALM_S, faults, 50.0) as on:
        for part, moment in enumerate([*kills, SECONDS - 2.0]):
            async with on.serving() as server:
                clients = [Client(server, on.clock, f"{seed}-{part}-{n}") for n in range(2)]
                async with asyncio.TaskGroup() as group:
                    for client in clients:
                        group.create_task(client.run(moment))
                if moment == SECONDS - 2.0:
                    await server.act(server.feeds[0], "start")
                    await until(on, partial(settled, on, server), partial(told, on, server))
            on.check()
        given = [trade.id for trade in on.fake.given(ALWAYS)]
        assert on.ids(ALWAYS) == given
        check_what_is_missing(on)


def check_what_is_missing(on: Stage) -> None:
    """Between what is covered, whatever is missing lies where nobody claims to have looked."""
    for symbol in OTHERS:
        stored, seen, gaps = set(on.ids(symbol)), on.seen(symbol), on.gaps(symbol)
        assert all(start < end for (start, _), (end, _) in pairwise(gaps)), (symbol, gaps)
        assert not any(low < end and start < high for low, high in gaps for start, end in seen)
        missing = [t for t in on.fake.given(symbol) if t.id not in stored]
        assert not [trade for trade in missing if is_in(trade, seen)]


@pytest.mark.usefixtures("_connections")
@pytest.mark.parametrize("seed", SEEDS)
async def test_markets_come_and_go_through_any_faults(seed: int) -> None:
    await through(seed)


@pytest.mark.nightly
@pytest.mark.usefixtures("_connections")
@pytest.mark.parametrize("seed", MORE_SEEDS)
async def test_markets_come_and_go_through_many_faults(seed: int) -> None:
    await through(seed)


def is_live(server: Server) -> bool:
    return server.feeds[0].figures().state == "live"


async def test_adding_and_removing_costs_the_others_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A busy machine must not look like a silent venue, which is asked.
    monkeypatch.setattr("chandlery.sources.live.rhythm.LEAST_S", 30.0)
    async with stage() as on, on.serving() as server:
        assert server.following is not None
        # What is missing at the start is asked for, in as many pages as it takes.
        await until(
            on, lambda: is_live(server) and len(on.ids(ALWAYS)) > 3, lambda: told(on, server)
        )
        before = len(on.fake.requests)
        for text in ("binance:ETHUSDT,SOLUSDT", "binance:adausdt"):
            await server.following.add(text)
            names = [each.rpartition(":")[2] for each in text.upper().split(",")]
            await until(on, partial(have_begun, on, names), lambda: told(on, server))
        await server.following.remove("binance:SOLUSDT")
        ended = on.ids("SOLUSDT")
        await until(on, lambda: settled(on, server), lambda: told(on, server))
        assert on.ids("SOLUSDT") == ended
        assert on.ids(ALWAYS) == [trade.id for trade in on.fake.given(ALWAYS)]
        figures = server.feeds[0].figures()
        assert (figures.reconnects, figures.counts["disconnects"]) == (0, 0)
        # Asked for when all is silent at the end, and for nothing before.
        newest = on.fake.given(ALWAYS)[-1].id
        asked = [path for path in list(on.fake.requests)[before:] if ALWAYS in path]
        assert [path for path in asked if f"fromId={newest + 1}" not in path] == []
        for symbol in ("ETHUSDT", "ADAUSDT"):
            given = [trade.id for trade in on.fake.given(symbol)]
            stored = on.ids(symbol)
            assert stored == given[given.index(stored[0]) :]
            await until(on, partial(is_seen_to_its_end, on, symbol), lambda: told(on, server))
        assert not on.store.gaps()
    on.check()


def is_seen_to_its_end(on: Stage, symbol: str) -> bool:
    [(_, end)] = on.seen(symbol)
    return end >= on.fake.given(symbol)[-1].time_us // US - 1


async def test_what_was_added_is_followed_after_a_restart_and_what_was_removed_is_not() -> None:
    async with stage() as on:
        async with on.serving() as server:
            assert server.following is not None
            await server.following.add("binance:ETHUSDT,SOLUSDT")
            await server.following.remove("binance:SOLUSDT")
            await until(on, lambda: len(on.ids("ETHUSDT")) > 3, lambda: told(on, server))
            before = len(on.ids("ETHUSDT"))
        async with on.serving() as server:
            assert server.following is not None
            assert [(each.market, each.origin) for each in server.following.markets()] == [
                ("binance:BTCUSDT", "settings"),
                ("binance:ETHUSDT", "added"),
            ]
            await until(on, lambda: len(on.ids("ETHUSDT")) > before, lambda: told(on, server))
            assert set(server.feeds[0].numbers) == {"BTCUSDT", "ETHUSDT"}


async def test_a_feed_that_is_stopped_stays_so_and_fills_its_hole_when_it_is_started() -> None:
    async with stage() as on:
        async with on.serving() as server:
            await until(on, partial(is_whole, on, ALWAYS), lambda: told(on, server))
            await server.act(server.feeds[0], "stop")
            figures = server.feeds[0].figures()
            assert (figures.state, figures.reason) == ("paused", "stopped by hand")
            [gap] = on.store.gaps()
            assert (gap.end, gap.reason) == (None, "stopped by hand")
            assert not on.fake.open
            stored = len(on.ids(ALWAYS))
        async with on.serving() as server:
            await on.clock.sleep(3)
            assert server.feeds[0].figures().state == "paused"
            assert len(on.ids(ALWAYS)) == stored
            for _ in range(2):
                await server.act(server.feeds[0], "start")
            await until(on, lambda: settled(on, server), lambda: told(on, server))
        assert on.ids(ALWAYS) == [trade.id for trade in on.fake.given(ALWAYS)]
        assert not on.store.gaps()
    on.check()


async def test_a_market_removed_while_nothing_comes_ends_its_gap() -> None:
    async with stage() as on, on.serving() as server:
        assert server.following is not None
        await server.following.add("binance:ETHUSDT")
        await until(on, partial(is_whole, on, "ETHUSDT"), lambda: told(on, server))
        await server.act(server.feeds[0], "stop")
        await server.following.remove("binance:ETHUSDT")
        number = on.number("ETHUSDT")
        [gap] = [gap for gap in on.store.gaps() if gap.market == number]
        assert (gap.state, gap.reason) == ("open", "not followed any more")
        assert gap.end is not None
        [other] = [gap for gap in on.store.gaps() if gap.market != number]
        assert other.end is None


async def test_the_last_market_of_a_venue_takes_its_feed_along() -> None:
    async with stage() as on:
        on.live = ""
        async with on.serving() as server:
            assert server.following is not None
            assert server.feeds == []
            await server.following.add("binance:ETHUSDT")
            await until(on, lambda: len(on.ids("ETHUSDT")) > 3, lambda: told(on, server))
            assert [feed.source.name for feed in server.feeds] == ["binance"]
            await server.following.remove("binance:ETHUSDT")
            assert server.feeds == []
            assert not on.fake.open
        on.check()


async def test_what_cannot_be_is_told_and_the_rest_is_done() -> None:
    async with stage(speed=10.0) as on, on.serving() as server:
        following = server.following
        assert following is not None
        found = await following.add("binance:ETHUSDT,NOSUCH,BTCUSDT,ethusdt")
        assert outcomes(found) == [
            ("binance:ETHUSDT", "added"),
            ("binance:NOSUCH", "unknown"),
            ("binance:BTCUSDT", "followed"),
        ]
        assert found[1].reason == "binance has no such market"
        assert on.number("NOSUCH") is None
        found = await following.remove("binance:ETHUSDT,BTCUSDT,SOLUSDT")
        assert outcomes(found) == [
            ("binance:ETHUSDT", "removed"),
            ("binance:BTCUSDT", "settings"),
            ("binance:SOLUSDT", "not_followed"),
        ]
        for text in ("BTCUSDT", "", "binance:" + ",".join(map(str, range(MOST_AT_ONCE + 1)))):
            with pytest.raises(UsageError, match="markets"):
                await following.add(text)
        with pytest.raises(ConfigError, match="no venue is called 'nowhere'"):
            await following.add("nowhere:BTC")
        with pytest.raises(UsageError, match="a symbol of 1 to"):
            await following.add("binance:" + "X" * 500)


async def test_a_venue_that_does_not_answer_is_followed_unasked() -> None:
    async with stage() as on, on.serving() as server:
        assert server.following is not None
        # Not before the feed has asked for itself: the fault is for who adds.
        await until(on, lambda: len(on.ids(ALWAYS)) > 3, lambda: told(on, server))
        on.fake.scripted["exchangeInfo"].append((500, {}, b"{}"))
        [found] = await server.following.add("binance:ETHUSDT")
        assert (found.outcome, "could not be asked" in found.reason) == ("added", True)
        await until(on, lambda: len(on.ids("ETHUSDT")) > 3, lambda: told(on, server))


async def test_two_who_add_the_same_at_once_add_it_once() -> None:
    async with stage() as on, on.serving() as server:
        following = server.following
        assert following is not None
        both = await asyncio.gather(*(following.add("binance:ETHUSDT") for _ in range(2)))
        assert sorted(each.outcome for [each] in both) == ["added", "followed"]
        await until(on, lambda: len(on.ids("ETHUSDT")) > 3, lambda: told(on, server))
