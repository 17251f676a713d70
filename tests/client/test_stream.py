"""What comes over a stream, and what becomes of faults."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import msgspec
import pytest

from chandlery.api.access import Scope
from chandlery.client import (
    AsyncClient,
    Candle,
    CandleFeed,
    CandleTable,
    Correction,
    Event,
    Feed,
    ForbiddenError,
    Lost,
    NotFoundError,
    Options,
    ProtocolError,
    Resync,
    Snapshot,
    StatusEvent,
    StatusFeed,
    TickerEvent,
    TickerFeed,
    TradeFeed,
    TradesEvent,
    UnauthorizedError,
    UnavailableError,
    UnknownIntervalError,
    UnknownSymbolError,
    Update,
)
from chandlery.client.resuming import Resuming
from tests.client.home import SYMBOL, Home, home

BAR = Candle(60, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1, 0.0)


async def first(place: Home, feed: Feed, count: int = 1, key: str | None = None) -> list[Event]:
    found: list[Event] = []
    async with (
        asyncio.timeout(10),
        place.client(key) as client,
        aclosing(client.stream([feed])) as events,
    ):
        async for event in events:
            found.append(event)
            if len(found) == count:
                break
    return found


async def test_each_feed_comes_as_its_events() -> None:
    async with home() as place:
        await place.trade([(0, 100.0), (60, 101.0)])
        feeds: list[Feed] = [
            CandleFeed("binance:btcusdt", "1"),
            TradeFeed(SYMBOL),
            TickerFeed(SYMBOL),
        ]
        kinds: dict[type, Any] = {}
        async with (
            asyncio.timeout(10),
            place.client() as client,
            aclosing(client.stream([*feeds, StatusFeed()])) as events,
        ):
            async for event in events:
                kinds.setdefault(type(event), event)
                if len(kinds) == 3:
                    break
            await place.trade([(120, 102.0)])
            async for event in events:
                kinds[type(event)] = event
                if {TradesEvent, Update} <= set(kinds):
                    break
            await place.trade([(0.5, 99.0)])
            async for event in events:
                kinds.setdefault(type(event), event)
                if Correction in kinds:
                    break
        assert [bar.c for bar in kinds[Snapshot].bars] == [100.0, 101.0]
        assert kinds[Snapshot].symbol == SYMBOL
        assert kinds[Snapshot].interval == "1m"
        assert [trade.price for trade in kinds[TradesEvent].trades] == [102.0]
        assert [bar.c for bar in kinds[Update].bars] == [102.0]
        assert [bar.l for bar in kinds[Correction].bars] == [99.0]
        assert kinds[TickerEvent].ticker.last in (101.0, 102.0)
        assert kinds[StatusEvent].status == "ok"


@pytest.mark.parametrize(
    ("feed", "kind"),
    [
        (TradeFeed("NO:SUCH"), UnknownSymbolError),
        (CandleFeed(SYMBOL, "7x"), UnknownIntervalError),
    ],
)
async def test_a_feed_that_cannot_be_is_raised(feed: Feed, kind: type[Exception]) -> None:
    async with home() as place:
        with pytest.raises(kind):
            await first(place, feed)


async def test_a_stream_sends_its_key() -> None:
    async with home(**{"access.read": "closed"}) as place:
        with pytest.raises((UnauthorizedError, ForbiddenError)):
            await first(place, StatusFeed(), key="chd_wrong")
        [event] = await first(place, StatusFeed(), key=place.issue(Scope.READ))
        assert isinstance(event, StatusEvent)


async def test_an_address_that_is_no_stream_is_raised() -> None:
    async with (
        home() as place,
        asyncio.timeout(10),
        AsyncClient(f"{place.url}/elsewhere", options=place.options) as client,
    ):
        with pytest.raises(NotFoundError):
            await anext(client.stream([StatusFeed()]))


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    options = Options(trust_env=False)
    async with (
        asyncio.timeout(10),
        AsyncClient("127.0.0.1:1", options=options) as client,
        aclosing(client.stream([StatusFeed()])) as events,
    ):
        event = await anext(events)
    assert isinstance(event, Lost)
    assert event.pause_s <= 1.0


def resuming(*feeds: Feed) -> Resuming:
    return Resuming(feeds, Options())


def take(of: Resuming, kind: str, **fields: Any) -> Event | None:
    return of.take(msgspec.json.encode({"type": kind, "channel": "candles", **fields}))


def asked(of: Resuming) -> list[dict[str, Any]]:
    return [msgspec.json.decode(text) for text in of.subscriptions()]


def test_what_was_seen_is_resumed_from_and_what_is_not_known_is_begun_anew() -> None:
    of = resuming(
        CandleFeed("a:b", "1", bars=5), CandleFeed("C:D", "1h", since=7), TradeFeed("A:B")
    )
    assert [each.get("since") for each in asked(of)] == [None, 7, None]
    names = {"symbol": "A:B", "interval": "1m"}
    take(of, "subscribed", id=0, **names)
    rest = {"closed": False, "bars": [msgspec.to_builtins(BAR)]}
    assert isinstance(take(of, "snapshot", sequence=41, **names, **rest), Snapshot)
    take(of, "update", sequence=42, **names, **rest)
    assert [each.get("since") for each in asked(of)] == [42, 7, None]
    assert asked(of)[0] | {"since": 0} == {
        "op": "subscribe",
        "channel": "candles",
        "id": 0,
        "symbol": "a:b",
        "interval": "1",
        "bars": 5,
        "since": 0,
    }
    assert isinstance(take(of, "resync", **names), Resync)
    assert "since" not in asked(of)[0]


def test_messages_and_fields_that_are_new_are_left_out() -> None:
    of = resuming(StatusFeed())
    assert take(of, "fireworks", colour="red") is None
    assert take(of, "heartbeat", time=1) is None
    assert take(of, "status", status="ok", reason="", more=1) == StatusEvent("ok")


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"type":1}', b'{"type":"snapshot"}'])
def test_what_is_no_message_is_said_so(text: bytes) -> None:
    with pytest.raises(ProtocolError):
        resuming().take(text)


@pytest.mark.parametrize("code", ["busy", "draining", "too_slow", "heartbeat_missed"])
def test_what_may_pass_has_the_stream_made_again(code: str) -> None:
    of = resuming(StatusFeed())
    with pytest.raises(UnavailableError) as raised:
        take(of, "error", code=code, message="not now", hint="")
    assert of.lost(raised.value).reason == "not now"


def test_pauses_grow_until_something_comes() -> None:
    of = resuming(StatusFeed())
    for _ in range(8):
        of.lost(UnavailableError("away"))
    assert of._attempts.failures == 8
    take(of, "status", status="ok")
    assert of.lost(UnavailableError("away")).pause_s <= 1.0


def test_a_table_takes_only_its_own_series() -> None:
    table = CandleTable("A:B", "1m")
    assert not table.apply(Update("A:B", "5m", 1, False, (BAR,)))
    assert not table.apply(StatusEvent("ok"))
    assert table.apply(Snapshot("A:B", "1m", 3, True, (BAR,)))
    changed = msgspec.structs.replace(BAR, c=2.0)
    assert table.apply(Correction("A:B", "1m", 4, True, (changed,)))
    table.put([BAR, msgspec.structs.replace(BAR, t=0)])
    assert [(bar.t, bar.c) for bar in table.rows()] == [(0, 1.0), (60, 2.0)]
    assert table.feed() == CandleFeed("A:B", "1m", 1_000, 4)
    assert table.apply(Snapshot("A:B", "1m", 9, True, (changed,)))
    assert [bar.t for bar in table.rows()] == [60]
    assert table.apply(Resync("A:B", "1m"))
    assert not len(table)
    assert table.feed().since is None
