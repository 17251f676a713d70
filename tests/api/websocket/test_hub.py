"""The hub on a real server, with clients whose ends are kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chandlery.api.websocket import Limits
from chandlery.api.websocket.feeds import STATUS
from chandlery.api.websocket.limits import Code
from chandlery.api.websocket.topics import Topic
from chandlery.core.columns import US
from chandlery.core.delivery import Coverage, Delivery, Gap
from chandlery.core.resolution import Resolution
from chandlery.engine.feeds import Feed
from tests.api.websocket.serving import START, House, house, trades_at
from tests.api.websocket.wires import Follower

MINUTE = Topic("candles", 0, Resolution.parse("1m"))
TRADES, TICKER, GAPS = Topic("trades", 0), Topic("ticker", 0), Topic("gaps", 0)
QUICK = Limits(flush_s=0.0, ticker_s=0.0)


@pytest.fixture
async def ours() -> AsyncIterator[House]:
    async with house(QUICK) as found:
        await found.trade(0, 1, 61, first_id=1)
        yield found


async def settled() -> None:
    """Let everything that is due happen."""
    for _ in range(20):
        await asyncio.sleep(0)


def nothing_is_left(house: House) -> bool:
    hub = house.hub
    held = [*hub.clients, *hub.feeds._feeds, *hub.feeds._opening, *hub.feeds._trades]
    held += [*hub.feeds._tickers, *hub._connected, *hub.pump._queue]
    listening = [
        one for series in house.server.live.held.series.values() for one in series.listeners
    ]
    return not held and not listening and not len(hub.feeds.status)


async def test_what_is_followed_is_sent_once_encoded_for_all(ours: House) -> None:
    both = [Follower.of(ours.hub), Follower.of(ours.hub)]
    for one in both:
        await one.follow(MINUTE)
        assert one.types() == ["subscribed", "snapshot"]
    await ours.trade(62, first_id=10)
    await settled()
    (first,), (second,) = (one.wire.frames for one in both)
    assert first is second
    (update,) = both[0].said()
    assert update["type"] == "update"
    assert [bar["t"] for bar in update["bars"]] == [START + 60]


async def test_leaving_and_losing_leaves_nothing_behind(ours: House) -> None:
    one, other = Follower.of(ours.hub), Follower.of(ours.hub)
    for topic in (MINUTE, TRADES, TICKER, STATUS):
        await one.follow(topic)
        await other.follow(topic)
    await ours.trade(62, first_id=10)
    for topic in (MINUTE, TRADES, TICKER, STATUS):
        one.unfollow(topic)
    assert not one.client.subscriptions
    await ours.trade(63, first_id=11)
    ours.hub.leave(one.client)
    other.client.paused()
    await ours.trade(64, first_id=12)
    await settled()
    ours.hub.leave(other.client)
    await settled()
    assert nothing_is_left(ours)
    ours.hub.leave(other.client)


async def test_a_client_that_leaves_while_a_feed_opens_leaves_nothing(ours: House) -> None:
    one = Follower.of(ours.hub)
    subscribing = asyncio.create_task(one.follow(MINUTE))
    await asyncio.sleep(0)
    ours.hub.leave(one.client)
    await subscribing
    assert nothing_is_left(ours)
    other = Follower.of(ours.hub)
    cancelled = asyncio.create_task(other.follow(Topic("candles", 0, Resolution.parse("5m"))))
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)
    ours.hub.leave(other.client)
    await settled()
    assert nothing_is_left(ours)


async def test_a_series_that_cannot_be_read_is_told_and_can_be_asked_again(
    ours: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Follower.of(ours.hub)
    watch = ours.server.live.watch

    async def broken(*_: Any) -> None:
        raise OSError

    monkeypatch.setattr(ours.server.live, "watch", broken)
    with pytest.raises(OSError):  # noqa: PT011 - the very error that was raised
        await one.follow(MINUTE)
    monkeypatch.setattr(ours.server.live, "watch", watch)
    await one.follow(MINUTE)
    assert one.types() == ["subscribed", "snapshot"]
    ours.hub.leave(one.client)
    assert nothing_is_left(ours)


async def test_who_does_not_drain_is_not_queued_for_and_gets_what_is_newest(ours: House) -> None:
    slow, quick = Follower.of(ours.hub), Follower.of(ours.hub)
    for one in (slow, quick):
        await one.follow(MINUTE)
        one.said()
    slow.client.paused()
    for number in range(10, 60):
        await ours.trade(62, first_id=number, price=float(number))
        await settled()
    assert len(quick.said()) == 50
    assert slow.wire.frames == []
    slow.client.resumed()
    (update,) = slow.said()
    assert (update["bars"][0]["c"], update["bars"][0]["n"]) == (59, 51)
    await ours.trade(63, first_id=99)
    await settled()
    assert slow.wire.frames == quick.wire.frames


async def test_a_snapshot_holds_as_many_bars_as_were_asked_for(ours: House) -> None:
    for first in range(0, 900, 300):
        await ours.trade(*(60 * n for n in range(first, first + 300)), first_id=100 + first)
    one = Follower.of(ours.hub)
    await one.follow(MINUTE, bars=2)
    one.said()
    await one.follow(MINUTE, bars=880)
    assert len(one.said()[-1]["bars"]) == 880
    ours.hub.leave(one.client)
    assert nothing_is_left(ours)


async def test_trades_come_each_once_and_what_was_left_out_is_counted(ours: House) -> None:
    slow = Follower.of(ours.hub)
    await slow.follow(TRADES)
    assert slow.types() == ["subscribed"]
    await ours.trade(70, first_id=10, price=5.5)
    await settled()
    (message,) = slow.said()
    time = (START + 70) * US
    trade = {"time": time, "price": 5.5, "size": 1, "side": "buy", "id": "10"}
    assert (message["skipped"], message["trades"]) == (0, [trade])
    slow.client.paused()
    for number in range(300):
        ours.hub.feeds.add_trades(trades_at(80, first_id=1_000 + number))
        await settled()
    slow.client.resumed()
    (message,) = slow.said()
    assert message["skipped"] == 100
    assert [trade["id"] for trade in message["trades"]] == [str(1_100 + n) for n in range(200)]


async def test_a_ticker_is_told_at_once_and_when_it_changes() -> None:
    last = 1

    async def ticker_of(market: int) -> bytes:
        return b'{"last":%d}' % last

    async with house(QUICK, ticker_of) as ours:
        one = Follower.of(ours.hub)
        await one.follow(TICKER)
        assert [message.get("ticker") for message in one.said()] == [None, {"last": 1}]
        await ours.trade(62, first_id=10)
        await settled()
        assert one.said() == []
        last = 2
        one.client.paused()
        await ours.trade(63, first_id=11)
        await settled()
        one.client.resumed()
        assert [message["ticker"] for message in one.said()] == [{"last": 2}]
        ours.hub.leave(one.client)
        await settled()


async def test_a_sequence_that_is_not_known_is_answered_with_a_snapshot(ours: House) -> None:
    one = Follower.of(ours.hub)
    await one.follow(MINUTE, bars=1, since=5)
    messages = one.said()
    assert [message["type"] for message in messages] == ["subscribed", "resync", "snapshot"]
    assert len(messages[-1]["bars"]) == 1


async def test_a_late_trade_is_a_correction_of_a_closed_bar(ours: House) -> None:
    one = Follower.of(ours.hub)
    await one.follow(MINUTE, bars=3)
    snapshot = one.said()[-1]
    heard = asyncio.Event()
    series = ours.hub.feeds._feeds[MINUTE]._series  # type: ignore[attr-defined]
    series.listeners.append(lambda _: heard.set())
    await ours.trade(2, first_id=50, price=500.0)
    await asyncio.wait_for(heard.wait(), 5)
    await settled()
    messages = one.said()
    series.listeners.pop()
    (correction,) = [message for message in messages if message["type"] == "correction"]
    assert [(bar["t"], bar["h"]) for bar in correction["bars"]] == [(START, 500)]
    assert correction["closed"] is True
    sequences = [snapshot["sequence"], *(message["sequence"] for message in messages)]
    assert sequences == sorted(sequences)
    assert messages[-1]["sequence"] > snapshot["sequence"]


async def test_changes_that_follow_quickly_are_sent_together() -> None:
    async with house(Limits(flush_s=0.05)) as ours:
        await ours.trade(0)
        one = Follower.of(ours.hub)
        await one.follow(MINUTE)
        one.said()
        for number in range(2, 30):
            await ours.trade(number, first_id=number)
        messages: list[Any] = []
        async with asyncio.timeout(10):
            while not messages or messages[-1]["bars"][0]["n"] < 29:
                messages += one.said()
                await asyncio.sleep(0)
        # At once for the first; the machine decides how long the others take.
        assert 2 <= len(messages) <= 10
        assert messages[0]["bars"][0]["n"] < 29
        assert messages[-1]["bars"][0]["n"] == 29


async def test_many_clients_are_written_to_in_slices() -> None:
    async with house(Limits(flush_s=0.0, slice_s=0.0)) as ours:
        await ours.trade(0)
        many = [Follower.of(ours.hub) for _ in range(200)]
        for one in many:
            await one.follow(MINUTE)
            one.said()
        await ours.trade(1, first_id=2)
        for _ in range(20):
            if not many[0].wire.frames:
                await asyncio.sleep(0)
        assert not many[-1].wire.frames
        many[-2].unfollow(MINUTE)
        await many[-3].follow(MINUTE)
        await settled()
        assert [len(one.said()) for one in many] == [1] * 197 + [2 + 1, 1, 1]


async def test_what_changes_during_a_broadcast_is_sent_after_it() -> None:
    async with house(Limits(flush_s=0.0, slice_s=0.0)) as ours:
        await ours.trade(0)
        many = [Follower.of(ours.hub) for _ in range(200)]
        for one in many:
            await one.follow(TRADES)
            one.said()
        ours.hub.feeds.add_trades(trades_at(1, first_id=2))
        await asyncio.sleep(0)
        assert not many[-1].wire.frames
        ours.hub.feeds.add_trades(trades_at(2, first_id=3))
        late = Follower.of(ours.hub)
        await late.follow(TRADES)
        await settled()
        for one in many:
            ids = [trade["id"] for message in one.said() for trade in message["trades"]]
            assert ids == ["2", "3"]
        assert late.types() == ["subscribed"]


async def test_more_changes_than_fit_are_a_new_snapshot_for_all() -> None:
    async with house(Limits(flush_s=0.0, most_bars=3)) as ours:
        await ours.trade(0)
        both = [Follower.of(ours.hub), Follower.of(ours.hub)]
        for bars, one in enumerate(both, 2):
            await one.follow(MINUTE, bars=bars)
            one.said()
        await ours.trade(60, 120, 180, 240, first_id=2)
        await settled()
        for bars, one in enumerate(both, 2):
            resync, snapshot = one.said()
            assert (resync["type"], snapshot["type"]) == ("resync", "snapshot")
            assert [bar["t"] for bar in snapshot["bars"]][-1] == START + 240
            assert len(snapshot["bars"]) == bars


async def test_a_feed_that_is_closed_broadcasts_no_more() -> None:
    problems = []
    asyncio.get_running_loop().set_exception_handler(lambda _, found: problems.append(found))
    # A pause that does not end by itself while the test runs, however busy the machine.
    async with house(Limits(flush_s=60.0)) as ours:
        await ours.trade(0)
        one = Follower.of(ours.hub)
        await one.follow(MINUTE)
        await ours.trade(1, first_id=2)
        await settled()
        await ours.trade(2, first_id=3)
        timer = ours.hub.feeds._feeds[MINUTE].timer
        assert timer is not None
        one.unfollow(MINUTE)
        assert timer.cancelled()
        await settled()
        assert problems == []


async def test_who_does_not_drain_in_time_is_closed_and_counted(ours: House) -> None:
    one = Follower.of(ours.hub)
    one.client.paused()
    ours.clock.steady += 9.9
    await ours.hub.sweep()
    assert not ours.hub.figures.closed
    ours.clock.steady += 0.2
    await ours.hub.sweep()
    assert one.wire.closed == (1013, "too_slow")
    assert ours.hub.figures.closed == {Code.TOO_SLOW: 1}


async def test_who_asks_and_does_not_read_is_closed_at_the_limit(ours: House) -> None:
    one = Follower.of(ours.hub)
    one.client.paused()
    one.wire.waiting = QUICK.most_buffer_bytes
    one.client.send(b"{}")
    assert not one.wire.closed
    one.wire.waiting += 1
    one.client.send(b"{}")
    assert one.wire.closed == (1013, "too_slow")


async def test_heartbeats_are_sent_and_missed(ours: House) -> None:
    silent, lively = Follower.of(ours.hub), Follower.of(ours.hub)
    for _ in range(2):
        ours.clock.steady += 20
        await ours.hub.sweep()
        lively.wire.heard = True
    assert silent.types() == ["heartbeat", "error"]
    assert silent.wire.closed == (1011, "heartbeat_missed")
    assert lively.types() == ["heartbeat", "heartbeat"]
    assert lively.wire.closed is None


async def test_the_status_is_told_when_it_changes(ours: House) -> None:
    one = Follower.of(ours.hub)
    await one.follow(STATUS)
    told = {"type": "status", "channel": "status", "status": "ok", "reason": "", "feeds": []}
    assert one.said()[-1] == told
    ours.server.ingest.figures.failing = "the disk is full"
    ours.hub._tell_status()
    await settled()
    (status,) = one.said()
    assert (status["status"], status["reason"]) == ("failing", "the disk is full")


class Wire:
    """A source that is in whatever state it is told."""

    def __init__(self, name: str, market: int, state: str = "live", reason: str = "") -> None:
        self.name, self.numbers = name, {"own": market}
        self.state, self.reason = state, reason
        self.refused: dict[str, str] = {}

    def deliveries(self, position: str | None) -> AsyncIterator[Delivery]:
        raise NotImplementedError


def feed_on(house: House, wire: Wire) -> Feed:
    """Have a server read a source."""
    feed = Feed(wire, house.server.clock)
    feed.begin()
    house.server.feeding.feeds.append(feed)
    return feed


async def test_a_market_is_told_of_its_own_feed_and_only_when_that_changes(ours: House) -> None:
    one, own = Follower.of(ours.hub), Topic("status", 0)
    await one.follow(own)
    none = {"status": "ok", "reason": "", "feed": None}
    told = {"type": "status", "channel": "status", "symbol": "A:B"}
    said = one.said()
    assert [message["type"] for message in said] == ["subscribed", "status"]
    assert said[0]["symbol"] == "A:B"
    assert said[1] == told | none
    wire, other = Wire("binance", 0), Wire("okx", 7)
    feed_on(ours, other)
    feed_on(ours, wire).heard()
    wire.state, wire.reason = "waiting", "x" * 500
    await looked(ours)
    (message,) = one.said()
    row = {"name": "binance", "state": "waiting", "reason": "x" * 200, "reconnects": 0}
    assert message == told | none | {"feed": row | {"silent_s": 0}}
    other.state = "stalled"
    await looked(ours)
    assert one.said() == []
    ours.server.feeding.feeds.clear()
    await looked(ours)
    assert one.said() == [told | none]
    one.unfollow(own)
    one.said()
    feed_on(ours, wire)
    await looked(ours)
    assert one.said() == []
    assert list(ours.hub.feeds.statuses) == [-1]


async def test_a_market_that_is_refused_is_not_told_to_be_live_with_the_others(ours: House) -> None:
    one, wire = Follower.of(ours.hub), Wire("binance", 0)
    wire.numbers["other"], wire.state = 7, "live"
    feed = feed_on(ours, wire)
    feed.heard()
    await looked(ours)
    await one.follow(Topic("status", 0))
    await one.follow(STATUS)
    assert one.said()[1]["feed"]["state"] == "live"
    wire.refused = {"own": "no such market: own", "gone": "followed no more"}
    await looked(ours)
    (message,) = one.said()
    assert message["symbol"] == "A:B"
    assert (
        message["feed"] | {"state": "stopped", "reason": "no such market: own"} == message["feed"]
    )
    wire.refused = {"other": "no such market: other"}
    await looked(ours)
    (message,) = one.said()
    assert message["feed"]["state"] == "live"
    # Of one that is not at work it tells that instead.
    wire.refused = {"own": "no such market: own"}
    feed.leave("paused", "stopped by hand")
    await looked(ours)
    assert [said["feed"]["reason"] for said in one.said() if "feed" in said] == ["stopped by hand"]


async def looked(house: House) -> None:
    house.hub._tell_status()
    await settled()


async def test_for_how_long_nothing_came_is_told_in_steps(ours: House) -> None:
    one, wire = Follower.of(ours.hub), Wire("binance", 0)
    feed = feed_on(ours, wire)
    await one.follow(STATUS)
    await looked(ours)
    assert one.said()[-1]["feeds"][0]["silent_s"] is None
    feed.heard()
    found = []
    for _ in range(70):
        await looked(ours)
        found += [message["feeds"][0]["silent_s"] for message in one.said()]
        ours.clock.steady += 1.0
    assert found == [0, 5, 10, 30, 60]


async def test_gaps_are_told_when_they_open_and_close(ours: House) -> None:
    async def happened(delivery: Delivery) -> list[dict[str, Any]]:
        await ours.server.ingest.submit(delivery)
        ours.hub.feeds.look_at_gaps()
        await settled()
        return one.said()

    def seen(start: int, end: int, market: int = 0) -> Delivery:
        return Delivery(coverage=(Coverage(market, "trades", START + start, START + end),))

    one, other = Follower.of(ours.hub), Follower.of(ours.hub)
    told = {"type": "gaps", "channel": "gaps", "symbol": "A:B"}
    await one.follow(GAPS)
    assert one.said()[1:] == [{**told, "count": 0, "gaps": []}]
    assert await happened(seen(0, 60)) == []
    gap = Gap(0, "trades", START + 60, None, "cut")
    row = {"kind": "trades", "start": START + 60, "end": None, "state": "open", "reason": "cut"}
    assert await happened(Delivery(gaps=(gap,))) == [{**told, "count": 1, "gaps": [row]}]
    await other.follow(GAPS)
    assert other.said()[1:] == [{**told, "count": 1, "gaps": [row]}]
    assert await happened(seen(0, 90, market=1)) == []
    ended = {**row, "end": START + 90}
    assert await happened(seen(90, 120)) == [{**told, "count": 1, "gaps": [ended]}]
    assert await happened(seen(60, 90)) == [{**told, "count": 0, "gaps": []}]
    many = tuple(Gap(0, "trades", START + n, START + n + 1, "x" * 999) for n in range(0, 300, 2))
    (message,) = await happened(Delivery(gaps=many))
    assert (message["count"], len(message["gaps"])) == (150, 50)
    assert message["gaps"][-1]["start"] == START + 298
    assert len(message["gaps"][-1]["reason"]) == 200
    for client in (one, other):
        client.unfollow(GAPS)
    assert ours.hub.feeds.gaps == {}


async def test_however_many_feeds_there_are_a_message_is_bounded(ours: House) -> None:
    for number in range(300):
        feed_on(ours, Wire(f"venue-{number}", number, "waiting", "y" * 1_000))
    one = Follower.of(ours.hub)
    await one.follow(STATUS)
    await looked(ours)
    message = one.said()[-1]
    assert len(message["feeds"]) == 100
    assert max(len(feed["reason"]) for feed in message["feeds"]) == 200


async def test_the_end_is_told_to_all_and_then_comes(ours: House) -> None:
    both = [Follower.of(ours.hub), Follower.of(ours.hub)]
    await ours.hub.close(0.01)
    for one in both:
        assert one.said()[0]["status"] == "draining"
        assert one.wire.closed == (1012, "draining")
    refusal = ours.hub.refusal("here")
    assert refusal is not None
    assert (refusal.status, refusal.code) == (503, "draining")


async def test_there_is_a_most_of_clients_and_of_each_address() -> None:
    async with house(Limits(most_clients=3, most_per_address=2)) as ours:
        first = [Follower.of(ours.hub, "a"), Follower.of(ours.hub, "a")]
        refusal = ours.hub.refusal("a")
        assert refusal is not None
        assert (refusal.status, refusal.code) == (429, Code.TOO_MANY_FROM_ADDRESS)
        assert ours.hub.refusal("b") is None
        Follower.of(ours.hub, "b")
        refusal = ours.hub.refusal("c")
        assert refusal is not None
        assert (refusal.status, refusal.code) == (503, Code.TOO_MANY_CLIENTS)
        ours.hub.leave(first[0].client)
        assert ours.hub.refusal("a") is None
