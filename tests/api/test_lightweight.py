from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chandlery.engine.server import Server
from tests.api.udf.house import ACME, BTC, NOON, NOW, Asker, asker, at, cover, house

EIGHT = at("2024-07-10T08:00")


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with house() as server:
        yield server


@pytest.fixture
async def ask(server: Server) -> AsyncIterator[Asker]:
    async with asker(server) as asking:
        yield asking


def path(symbol: str = "BTCUSDT", timeframe: str = "1m", **more: object) -> str:
    query = "".join(f"&{name.rstrip('_')}={value}" for name, value in more.items())
    return f"/api/lightweight/ohlcv?symbol={symbol}&timeframe={timeframe}{query}"


def bar(time: int, prices: tuple[float, float, float, float], volume: float) -> dict[str, float]:
    names = ("open", "high", "low", "close")
    return {"time": time, **dict(zip(names, prices, strict=True)), "volume": volume}


def flat(time: int, price: float) -> dict[str, float]:
    return bar(time, (price, price, price, price), 0)


BARS = [
    bar(EIGHT, (100.5, 100.5, 100.5, 100.5), 1),
    bar(NOON - 180, (101, 103.25, 101, 103.25), 0.3),
    bar(NOON - 60, (102, 102, 102, 102), 2),
    bar(NOON, (104.5, 104.5, 104.5, 104.5), 0.25),
]


async def test_bars_ascend_with_seconds(ask: Asker) -> None:
    assert await ask.text(path(limit=2)) == (
        '[{"time":1720612740,"open":102,"high":102,"low":102,"close":102,"volume":2},'
        '{"time":1720612800,"open":104.5,"high":104.5,"low":104.5,"close":104.5,"volume":0.25}]'
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, BARS),
        ({"limit": 50_000}, BARS),
        ({"limit": ""}, BARS),
        ({"from_": NOON - 180}, BARS[1:]),
        ({"from_": NOON - 179.5, "to": NOON}, BARS[2:3]),
        ({"to": NOON, "limit": 2}, BARS[1:3]),
        ({"from_": NOON, "to": NOON}, []),
        ({"from_": NOON, "to": 0}, []),
        ({"from_": NOON + 60}, []),
        ({"fill": "none", "whitespace": "false"}, BARS),
    ],
)
async def test_a_range_holds_its_start_and_not_its_end(
    query: dict[str, Any], expected: list[Any], ask: Asker
) -> None:
    assert await ask.json(path(**query)) == expected


async def test_days_of_sessions_and_tiny_prices(ask: Asker) -> None:
    days = await ask.json(path("ACME", "1d", limit=2))
    assert [day["time"] for day in days] == [at("2024-07-01"), at("2024-07-09")]
    assert '"open":0.0000000000015' in await ask.text(path("TINYUSDT"))


async def test_whitespace_stands_where_no_bar_is(ask: Asker) -> None:
    items = await ask.json(path(whitespace="true", limit=5))
    assert items == [{"time": NOON - 240}, BARS[1], {"time": NOON - 120}, BARS[2], BARS[3]]
    items = await ask.json(path(whitespace="1", from_=NOON - 180, to=NOW + 9_999))
    assert items == [BARS[1], {"time": NOON - 120}, BARS[2], BARS[3]]


async def test_nothing_stands_before_the_first_bar(ask: Asker) -> None:
    for more in ({"whitespace": "true"}, {"fill": "flat"}):
        items = await ask.json(path(from_=EIGHT - 600, to=EIGHT + 60, **more))
        assert items == BARS[:1]
        assert await ask.json(path("EMPTYUSDT", **more)) == []
        assert await ask.json(path(from_=0, to=EIGHT, **more)) == []


async def test_whitespace_keeps_to_the_sessions(ask: Asker) -> None:
    span = {"from_": at("2024-07-05"), "to": at("2024-07-10")}
    items = await ask.json(path("ACME", "1d", whitespace="true", **span))
    assert [item["time"] for item in items] == [at(f"2024-07-0{day}") for day in (5, 8, 9)]
    assert [len(item) for item in items] == [1, 1, 6]


async def test_flat_bars_repeat_the_close_between_bars(ask: Asker) -> None:
    items = await ask.json(path(fill="flat", from_=NOON - 240))
    assert items == [flat(NOON - 240, 100.5), BARS[1], flat(NOON - 120, 103.25), *BARS[2:]]
    assert await ask.json(path(fill="flat", limit=3)) == [flat(NOON - 120, 103.25), *BARS[2:]]


async def test_nothing_flat_stands_where_nothing_was_collected(ask: Asker, server: Server) -> None:
    await cover(
        server,
        BTC,
        ("2024-07-10T07:00", "2024-07-10T11:55"),
        ("2024-07-10T11:56:30", "2024-07-10T12:00:20"),
    )
    items = await ask.json(path(fill="flat", from_=NOON - 420))
    assert items == [
        *(flat(NOON - ago, 100.5) for ago in (420, 360)),
        BARS[1],
        flat(NOON - 120, 103.25),
        *BARS[2:],
    ]
    items = await ask.json(path(fill="flat", whitespace="true", from_=NOON - 360, to=NOON - 120))
    assert items == [flat(NOON - 360, 100.5), {"time": NOON - 300}, {"time": NOON - 240}, BARS[1]]


async def test_flat_bars_follow_the_last_one_as_far_as_was_collected(
    ask: Asker, server: Server
) -> None:
    assert (await ask.json(path("ACME", "1h", fill="flat")))[-1]["time"] == at("2024-07-09T13:30")
    await cover(server, ACME, ("2024-05-01T00:00", "2024-07-09T17:00"))
    items = await ask.json(path("ACME", "1h", fill="flat", limit=4))
    hours = [at(f"2024-07-09T{hour}:30") for hour in (13, 14, 15, 16)]
    assert [item["time"] for item in items] == hours
    assert items[1:] == [flat(hour, 14) for hour in hours[1:]]


async def test_a_close_from_long_ago_is_carried_cheaply(ask: Asker, server: Server) -> None:
    await cover(server, ACME, ("2024-05-01T00:00", "2024-07-10T12:00"))
    items = await ask.json(path("ACME", "1s", fill="flat", limit=3))
    assert items == [flat(at("2024-07-09T19:59:57") + second, 14) for second in range(3)]


async def test_markets_tell_what_a_series_needs(ask: Asker) -> None:
    markets = await ask.json("/api/lightweight/markets")
    assert len(markets) == 7
    assert markets[0] == {
        "symbol": "BINANCE:BTCUSDT",
        "name": "BTCUSDT",
        "exchange": "BINANCE",
        "description": "Bitcoin",
        "type": "crypto",
        "precision": 2,
        "price_scale": 100,
        "volume_precision": 2,
        "session": "24x7",
        "time_zone": "UTC",
    }


@pytest.mark.parametrize(
    ("url", "status", "told"),
    [
        ("/api/lightweight/ohlcv", 400, "the parameter symbol expected, found nothing"),
        ("/api/lightweight/ohlcv?symbol=A", 400, "the parameter timeframe expected, found nothing"),
        (path("NOPE"), 404, "no market 'NOPE' here"),
        (path("'%3B--"), 404, "no market"),
        (path("%FF"), 400, "parameters in UTF-8 expected"),
        (path("A%00"), 400, "symbol without control characters expected"),
        (path(timeframe="7q"), 400, "unknown resolution '7q'"),
        (path(limit=0), 400, "a limit from 1 to 50000 expected, found 0"),
        (path(limit=50_001), 400, "a limit from 1 to 50000 expected, found 50001"),
        (path(limit="1e400"), 400, "a whole number expected for limit, found '1e400'"),
        (path(from_="noon"), 400, "seconds since 1970 expected for from, found 'noon'"),
        (path(to="9e15"), 400, "seconds since 1970 expected for to, found '9e15'"),
        (path(to=NOW * 1_000), 400, "seconds since 1970 expected for to"),
        (path(to="1&to=2"), 400, "to once expected, found 2 times"),
        (path(fill="linear"), 400, "none or flat expected for fill, found 'linear'"),
        (path(whitespace="maybe"), 400, "true or false expected for whitespace, found 'maybe'"),
    ],
)
async def test_what_cannot_be_answered_is_told(
    url: str, status: int, told: str, ask: Asker
) -> None:
    answer = await ask.client.get(url)
    assert (answer.status_code, told in answer.json()["error"]) == (status, True), answer.text
