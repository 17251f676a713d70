"""Both clients against a real server: the same rows, whatever the size of the pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec
import numpy as np
import pytest

from chandlery.api.access import Scope
from chandlery.client import (
    AsyncClient,
    BadRequestError,
    Client,
    ClientError,
    NotFoundError,
    Options,
    Retry,
    UnauthorizedError,
    UnknownIntervalError,
    UnknownSymbolError,
    UnreachableError,
)
from chandlery.client.calls import refusal
from chandlery.client.options import base_of, stream_of, text_of
from chandlery.core.resolution import Resolution
from chandlery.engine.live import Window
from tests.client.home import OPTIONS, SYMBOL, Home, home

MINUTE = Resolution.parse("1m")


@pytest.fixture
async def place() -> AsyncIterator[Home]:
    async with home() as own:
        rows = [
            (minute * 60.0 + second, 100.0 + minute) for minute in range(15) for second in (0, 9)
        ]
        await own.trade([row for row in rows if not 240 <= row[0] < 360])
        yield own


async def rows_of(place: Home) -> list[dict[str, Any]]:
    page = await place.server.live.page(0, MINUTE, Window(count=1_000))
    return msgspec.json.decode(page.text("rows"), type=list[dict[str, Any]])


def plain(rows: Any) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(row) for row in rows]


@pytest.mark.parametrize("page", [1, 2, 3, 13, 10_000])
async def test_bars_are_those_of_the_server_whatever_the_pages(place: Home, page: int) -> None:
    place.options = replace(OPTIONS, page=page)
    expected = await rows_of(place)
    async with place.client() as client:
        found = await client.candles(SYMBOL, "1m", start=place.start)
        assert plain(found) == expected
        assert found.interval == "1m"
        assert found[0].t == place.start
        assert len(found) == 13
        newest = await client.candles(SYMBOL, "1m", limit=5)
        assert plain(newest) == expected[-5:]
        pages = [len(each) async for each in client.candle_pages(SYMBOL, "1m", limit=5)]
        assert sum(pages) == 5
        assert max(pages) == min(page, 5)


@pytest.mark.parametrize("page", [1, 4, 10_000])
async def test_trades_come_whole_and_in_order(place: Home, page: int) -> None:
    place.options = replace(OPTIONS, page=page)
    async with place.client() as client:
        found = await client.trades(SYMBOL, start=place.start)
        assert [trade.id for trade in found] == [str(number) for number in range(1, 27)]
        assert [each.id for each in await client.trades(SYMBOL, limit=3)] == ["24", "25", "26"]
        ended = await client.trades(SYMBOL, end=place.start + 60)
        assert [each.id for each in ended] == ["1", "2"]


async def test_columns_are_the_bars_as_arrays(place: Home) -> None:
    place.options = replace(OPTIONS, page=4)
    expected = await rows_of(place)
    async with place.client() as client:
        found = await client.columns(SYMBOL, "1m", start=place.start)
        assert len(found) == len(expected)
        for name in ("t", "o", "h", "l", "c", "v", "q", "n", "bv"):
            column = getattr(found, name)
            assert column.dtype == (np.int64 if name in "tn" else np.float64)
            assert column.tolist() == [row[name] for row in expected]
        none = await client.columns(SYMBOL, "1m", start=place.start - 600, end=place.start - 300)
        assert len(none) == 0
        assert none.o.dtype == np.float64


async def test_flat_bars_fill_the_minutes_without_trades(place: Home) -> None:
    async with place.client() as client:
        found = await client.candles(
            SYMBOL, "1m", start=place.start, end=place.start + 600, fill="flat"
        )
    assert [bar.t for bar in found] == [place.start + 60 * minute for minute in range(10)]
    assert [found[4].o, found[4].n] == [103.0, 0]


async def test_coarser_bars_say_which_they_are(place: Home) -> None:
    async with place.client() as client:
        found = await client.candles(
            SYMBOL, "1m", start=place.start - 40 * 86_400, adaptive=True, limit=10
        )
    assert found.interval == "15m"


async def test_the_blocking_client_finds_the_same(place: Home) -> None:
    expected = await rows_of(place)

    def work() -> None:
        with place.blocking() as client:
            assert plain(client.candles(SYMBOL, "1m", start=place.start)) == expected
            assert client.columns(SYMBOL, "1m").t.tolist() == [row["t"] for row in expected]
            assert len(client.trades(SYMBOL, start=place.start)) == 26
            assert client.ticker(SYMBOL).last == 114.0
            names = [each.symbol for each in client.symbols()]
            assert names == [SYMBOL, "BINANCE:ETHUSDT", "KRAKEN:BTC/EUR"]
            assert client.symbol("KRAKEN:BTC/EUR").base == "BTC"
            with pytest.raises(UnknownSymbolError):
                client.candles("NO:SUCH", "1m")

    await asyncio.to_thread(work)


async def test_markets_and_tickers(place: Home) -> None:
    async with place.client() as client:
        assert [each.symbol async for each in client.symbols("eth")] == ["BINANCE:ETHUSDT"]
        assert (await client.symbol("kraken:btc/eur")).quote == "EUR"
        assert (await client.ticker(SYMBOL)).symbol == SYMBOL
        assert [each.last for each in await client.tickers([SYMBOL, "KRAKEN:BTC/EUR"])] == [
            114.0,
            None,
        ]


async def test_refusals_are_typed_and_keep_the_words_of_the_server(place: Home) -> None:
    async with place.client() as client:
        with pytest.raises(UnknownSymbolError, match="BTCUSD") as unknown:
            await client.candles("BTCUSD", "1m")
        assert unknown.value.code == "unknown_symbol"
        assert SYMBOL in unknown.value.hint
        with pytest.raises(UnknownIntervalError):
            await client.candles(SYMBOL, "7x")
        with pytest.raises(BadRequestError):
            await client.candles(SYMBOL, "1m", start=200, end=100)


async def test_a_key_is_sent_and_its_refusal_is_typed() -> None:
    async with home(**{"access.read": "closed"}) as place:
        with pytest.raises(UnauthorizedError):
            async with place.client() as client:
                await client.candles(SYMBOL, "1m")
        async with place.client(place.issue(Scope.READ)) as client:
            assert await client.trades(SYMBOL) == []


async def test_no_server_is_said_so_after_the_tries() -> None:
    options = Options(retry=Retry(tries=3, first_s=0.001), trust_env=False)
    async with AsyncClient("127.0.0.1:1", options=options) as client:
        with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:1"):
            await client.symbol("A:B")


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (1735689600, "1735689600"),
        (1735689600.9, "1735689600"),
        ("2025-01-01", "2025-01-01"),
        (date(2025, 1, 1), "1735689600"),
        (datetime(2025, 1, 1), "1735689600"),  # noqa: DTZ001 - a zone is what it lacks
        (datetime(2025, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))), "1735689600"),
        (datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC), "-1"),
    ],
)
def test_moments_are_seconds(moment: Any, text: str) -> None:
    assert text_of(moment) == text


def test_addresses() -> None:
    assert base_of("localhost:8000/") == "http://localhost:8000"
    assert stream_of(base_of("https://a.example/x/")) == "wss://a.example/x/ws"
    with pytest.raises(BadRequestError):
        Client("ftp://a.example")


def test_a_refusal_that_is_no_json_is_still_an_error() -> None:
    found = refusal(502, {"Retry-After": "7"}, b"<html>bad gateway</html>", 0.0)
    assert isinstance(found, ClientError)
    assert found.retryable
    assert found.retry_after_s == 7.0
    assert "bad gateway" in found.hint
    dated = refusal(503, {"Retry-After": "Thu, 01 Jan 1970 00:00:09 GMT"}, b"{}", 4.0)
    assert dated.retry_after_s == 5.0
    assert refusal(503, {"Retry-After": "soon"}, b"{}", 0.0).retry_after_s is None
    assert isinstance(refusal(404, {}, b"", 0.0), NotFoundError)
    assert not refusal(500, {}, b"", 0.0).retryable
