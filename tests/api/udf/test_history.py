from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from chandlery.core.errors import StoreUnavailableError
from chandlery.engine.server import Server
from tests.api.udf.house import NOON, NOW, Asker, HandClock, at

MINUTE_BARS = [at("2024-07-10T08:00"), *(NOON - 60 * ago for ago in (3, 1, 0))]
NO_DATA = '{"s":"no_data"}'


def path(symbol: str, resolution: str, **more: float | str) -> str:
    query = "&".join(f"{name.rstrip('_')}={value}" for name, value in more.items())
    return f"/api/tradingview/history?symbol={symbol}&resolution={resolution}&{query}"


async def test_bars_are_columns_in_order(ask: Asker) -> None:
    body = await ask.text(path("BINANCE:BTCUSDT", "1", from_=NOON - 600, to=NOW + 60))
    assert body == (
        '{"s":"ok","t":[1720612620,1720612740,1720612800],"o":[101,102,104.5],'
        '"h":[103.25,102,104.5],"l":[101,102,104.5],"c":[103.25,102,104.5],"v":[0.3,2,0.25]}'
    )


@pytest.mark.parametrize(
    ("query", "bars"),
    [
        # All of [from, to), and at least `countback` before `to`, whichever is more.
        ({"from_": NOON - 180, "to": NOON + 60}, MINUTE_BARS[1:]),
        ({"from_": NOON - 180, "to": NOON}, MINUTE_BARS[1:3]),
        ({"from_": NOON - 179, "to": NOON}, MINUTE_BARS[2:3]),
        ({"from_": NOON - 180, "to": NOON + 60, "countback": 1}, MINUTE_BARS[1:]),
        ({"from_": NOON - 60, "to": NOON + 60, "countback": 4}, MINUTE_BARS),
        ({"from_": NOON - 60, "to": NOON, "countback": 2}, MINUTE_BARS[1:3]),
        ({"from_": NOON - 60, "to": NOON, "countback": 10**9}, MINUTE_BARS[:3]),
        ({"from_": NOON, "to": NOON + 60, "countback": 0}, MINUTE_BARS[3:]),
        ({"from_": NOON, "to": NOON + 60, "countback": -50}, MINUTE_BARS[3:]),
        ({"from_": NOON, "to": NOON + 60, "countback": ""}, MINUTE_BARS[3:]),
        # Fractions of seconds, times before 1970, far ahead and turned round.
        ({"from_": NOON - 60.5, "to": NOON + 0.25}, MINUTE_BARS[2:]),
        ({"from_": NOON - 59.5, "to": f"{NOON}.0"}, None),
        ({"from_": -9_000_000_000, "to": 9_999_999_999}, MINUTE_BARS),
        ({"from_": NOON, "to": NOON - 60, "countback": 2}, MINUTE_BARS[:2]),
        ({"from_": 0, "to": 0, "countback": 10}, None),
    ],
)
async def test_the_union_rule(query: dict[str, Any], bars: list[int] | None, ask: Asker) -> None:
    body = await ask.json(path("BTCUSDT", "1", **query))
    assert (body["s"], body.get("t")) == (("ok", bars) if bars else ("no_data", None))


async def test_the_poll_of_an_open_chart_gets_two_bars(ask: Asker) -> None:
    for resolution in ("3D", "2W", "12M", "1S", "720"):
        query = path("ACME", resolution, from_=NOW - 7200, to=NOW, countback=2)
        body = await ask.json(query)
        expected = 1 if resolution == "12M" else 2
        assert len(body["t"]) == expected, resolution


async def test_an_empty_range_tells_the_next_older_bar_in_seconds(ask: Asker) -> None:
    gap = {"from_": at("2024-07-10T09:00"), "to": at("2024-07-10T10:00")}
    body = await ask.text(path("BTCUSDT", "1", **gap))
    assert body == f'{{"s":"no_data","nextTime":{at("2024-07-10T08:00")}}}'
    assert (await ask.json(path("BTCUSDT", "1", **gap, countback=1)))["t"] == MINUTE_BARS[:1]


@pytest.mark.parametrize("more", [{}, {"countback": 300}])
async def test_the_end_of_history_is_told(more: dict[str, int], ask: Asker) -> None:
    first = at("2024-07-10T08:00")
    query = path("BTCUSDT", "1", from_=first - 600, to=first, **more)
    assert await ask.text(query) == NO_DATA
    assert await ask.text(path("EMPTYUSDT", "1D", from_=0, to=NOW, **more)) == NO_DATA


async def test_an_empty_range_whose_start_is_its_end_is_no_data(ask: Asker) -> None:
    body = await ask.json(path("BTCUSDT", "1", from_=NOON, to=NOON, countback=-50))
    assert body == {"s": "no_data", "nextTime": NOON - 60}
    body = await ask.json(path("BTCUSDT", "1", from_=NOON, to=NOON - 60))
    assert body == {"s": "no_data", "nextTime": NOON - 180}


async def test_no_bar_is_in_the_future(ask: Asker, server: Server) -> None:
    clock = server.clock
    assert isinstance(clock, HandClock)
    clock.now = NOON - 2
    body = await ask.json(path("BTCUSDT", "1", from_=NOW, to=NOW + 9_999, countback=2))
    assert body["t"] == MINUTE_BARS[1:3]
    clock.now = NOON
    body = await ask.json(path("BTCUSDT", "1", from_=NOW, to=NOW + 9_999, countback=2))
    assert body["t"] == MINUTE_BARS[2:]


async def test_days_weeks_and_months_are_named_by_midnight(ask: Asker) -> None:
    for resolution, name in (("1D", "07-10"), ("D", "07-10"), ("1W", "07-08"), ("1M", "07-01")):
        body = await ask.json(path("BTCUSDT", resolution, from_=0, to=NOW + 90_000))
        assert body["t"] == [at(f"2024-{name}")]
        assert (body["o"], body["c"], body["v"]) == ([100.5], [104.5], [3.55])


async def test_a_day_of_tomorrow_is_not_there_yet_in_new_york(ask: Asker) -> None:
    body = await ask.json(path("ACME", "1D", from_=at("2024-06-28"), to=NOW + 90_000))
    assert body["t"] == [at("2024-06-28"), at("2024-07-01"), at("2024-07-09")]


# June 2024 began on a Saturday: its first trading day was Monday the third.
MAY, JUNE, JULY = at("2024-05-01"), at("2024-06-03"), at("2024-07-01")


@pytest.mark.parametrize(
    ("query", "bars"),
    [
        ({"from_": 0, "to": NOW}, [MAY, JUNE, JULY]),
        ({"from_": JUNE, "to": JULY}, [JUNE]),
        ({"from_": JUNE - 86_400, "to": JULY + 1}, [JUNE, JULY]),
        ({"from_": JUNE + 1, "to": NOW}, [JULY]),
        ({"from_": MAY, "to": JUNE}, [MAY]),
        ({"from_": MAY, "to": JUNE + 1}, [MAY, JUNE]),
        ({"from_": JUNE - 1, "to": JUNE, "countback": 1}, [MAY]),
        ({"from_": JULY, "to": JULY, "countback": 2}, [MAY, JUNE]),
    ],
)
async def test_months_of_sessions_are_named_by_their_first_trading_day(
    query: dict[str, int], bars: list[int], ask: Asker
) -> None:
    body = await ask.json(path("ACME", "1M", **query))
    assert body["t"] == bars
    price = {MAY: 10.0, JUNE: 12.0, JULY: 14.0}
    assert body["c"] == [price[bar] for bar in bars]


async def test_the_next_older_month_is_named_so_too(ask: Asker) -> None:
    body = await ask.json(path("ACME", "1M", from_=JUNE + 1, to=JULY))
    assert body == {"s": "no_data", "nextTime": JUNE}


async def test_intraday_bars_begin_with_the_session(ask: Asker) -> None:
    body = await ask.json(path("ACME", "60", from_=at("2024-07-01"), to=NOW))
    assert body["t"] == [at("2024-07-01T13:30"), at("2024-07-09T13:30")]


async def test_tiny_and_huge_prices_have_no_exponent(ask: Asker) -> None:
    body = await ask.text(path("TINYUSDT", "1", from_=0, to=NOW))
    assert '"o":[0.0000000000015,0.00000000000125]' in body
    body = await ask.text(path("HUGEUSDT", "1", from_=0, to=NOW))
    assert '"o":[9000000000000000]' in body
    assert '"v":[0.00000001]' in body


async def test_prices_come_in_the_bounds_of_any_resolution(ask: Asker) -> None:
    body = await ask.json(path("BTCUSDT", "7", from_=NOON - 3_600, to=NOW))
    assert body["s"] == "ok"


Ask = Callable[[Callable[[], Any]], Awaitable[Any]]


@pytest.fixture
def failing(server: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    monkeypatch.setattr("chandlery.api.udf.answers.PAUSES_S", (0.0, 0.0, 0.0))

    def fail(times: int) -> None:
        asked, left = server.ask, [None] * times

        async def ask(work: Callable[[], Any]) -> Any:
            if left:
                left.pop()
                message = "the disk is busy"
                raise StoreUnavailableError(message, hint="ask again")
            return await asked(work)

        monkeypatch.setattr(server, "ask", ask)

    return fail


async def test_a_fault_that_passes_is_not_seen(ask: Asker, failing: Callable[[int], None]) -> None:
    failing(3)
    assert (await ask.json("/api/tradingview/search?query=BTC"))[0]["symbol"] == "BTCUSDT"


async def test_a_fault_that_stays_is_a_body(ask: Asker, failing: Callable[[int], None]) -> None:
    failing(4)
    body = await ask.text("/api/tradingview/search?query=BTC")
    assert body == '{"s":"error","errmsg":"the disk is busy: ask again"}'


async def test_a_bug_is_a_body_without_its_inside(
    ask: Asker, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(work: Callable[[], Any]) -> None:
        raise RuntimeError

    monkeypatch.setattr(server, "ask", broken)
    monkeypatch.setattr(server.live, "page", broken)
    for query in ("search", path("NOPE", "1", from_=0, to=1).removeprefix("/api/tradingview/")):
        assert await ask.text(f"/api/tradingview/{query}") == (
            '{"s":"error","errmsg":"internal error: the server\'s log says more"}'
        )
