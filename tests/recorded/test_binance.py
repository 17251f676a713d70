"""Binance's recorded frames and answers through its parser, and through the whole server."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from chandlery.core.calendar import ALWAYS_OPEN
from chandlery.core.candles import differences, fold
from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine
from chandlery.engine.recorder import Recorded
from chandlery.engine.server import Server
from chandlery.sources.binance import parse
from chandlery.sources.binance.sites import SPOT, USDM, Site
from chandlery.sources.binance.venue import Binance
from chandlery.sources.live.feed import LiveFeed, Markets
from chandlery.sources.live.rest import BarPage, Listed, TradePage
from chandlery.sources.live.sound import check_bar, check_trade
from chandlery.sources.live.surroundings import Surroundings
from chandlery.sources.live.track import Track
from chandlery.sources.live.venue import BarEvent, TradeEvent
from tests.conformance.homes import Home
from tests.engine.builders import HandClock, assert_same
from tests.recorded.recordings import STREAMS, USDM_STREAM, recording, stream

pytestmark = pytest.mark.recorded

MIDNIGHT = 1_723_161_600
"""2024-08-09."""


def frames(*names: str) -> Iterator[str]:
    """Yield raw messages as they came."""
    for name in names:
        with gzip.open(recording("binance", "streams", name), "rt") as lines:
            yield from (line.split(" ", 1)[1].rstrip("\n") for line in lines)


def test_recorded_trades_are_read_as_they_are() -> None:
    events = [event for frame in frames(*STREAMS) for event in parse.read(frame)]
    expected = stream()
    assert [event.id for event in events if isinstance(event, TradeEvent)] == expected.id.tolist()
    assert len(events) == len(expected)
    for event, price, side in zip(events, expected.price, expected.side, strict=True):
        assert isinstance(event, TradeEvent)
        check_trade(event)
        assert (event.price, event.side) == (price, side)


def test_recorded_futures_trades_are_read() -> None:
    found = [event for f in frames(USDM_STREAM) for event in parse.read(f)]
    trades = [event for event in found if isinstance(event, TradeEvent)]
    assert len(trades) == len(found) == 21_313
    track = Track()
    assert all(track.add(int(event.id), event.time_us) for event in trades)


def test_of_mixed_messages_only_trades_say_something() -> None:
    kinds: Counter[str] = Counter()
    for frame in frames("btcusdt_mixed_20240809_head.jsonl.gz"):
        events = list(parse.read(frame))
        is_trade = '"e":"trade"' in frame
        assert len(events) == int(is_trade)
        kinds["trade" if is_trade else "other"] += 1
    assert kinds["other"] > kinds["trade"] > 0
    assert kinds.total() == 6_000


def test_recorded_bars_and_aggregated_trades_are_read() -> None:
    kinds: Counter[str] = Counter()
    with gzip.open(recording("binance", "streams", "BINANCE.ws.1.0.gz"), "rt") as lines:
        for line in lines:
            head, _, frame = line.partition(": ")
            if not head.replace(".", "").isdigit():
                continue
            for event in parse.read(frame):
                kinds[type(event).__name__] += 1
                if isinstance(event, BarEvent):
                    check_bar(event)
                elif isinstance(event, TradeEvent):
                    check_trade(event)
    assert kinds["BarEvent"] > 0


def test_the_whole_recorded_list_of_symbols_is_read() -> None:
    with gzip.open(recording("binance", "streams", "BINANCE.0.gz"), "rt") as lines:
        body = next(line for line in lines if "exchangeInfo" in line).split(": ", 1)[1]
    symbols, limit = parse.info(body.encode())
    assert len(symbols) == 1_695
    assert limit == 1_200
    by_name = {symbol.symbol: symbol for symbol in symbols}
    market = parse.market_of(by_name["BTCUSDT"], "BINANCE:BTCUSDT", is_contract=False)
    assert (market.base, market.quote, market.price_scale) == ("BTC", "USDT", 100)
    assert sum(parse.is_trading(symbol) for symbol in symbols) > 1_000


@pytest.mark.parametrize("name", ["agg_trade_stream", "kline_stream_open", "kline_stream_closed"])
def test_each_kind_of_message_says_one_thing(name: str) -> None:
    text = recording("binance", "messages", f"{name}.json").read_text()
    [event] = parse.read(text)
    [inside] = parse.read(json.dumps({"stream": "x", "data": json.loads(text)}))
    assert event == inside
    if isinstance(event, BarEvent):
        assert event.is_closed == name.endswith("closed")


def test_each_kind_of_answer_is_read() -> None:
    folder = recording("binance", "messages")
    [bar] = parse.klines(
        (folder / "klines_response.json").read_bytes(), "A", Resolution.parse("1w")
    )
    assert (bar.o, bar.h, bar.l, bar.c) == (0.0163479, 0.8, 0.015758, 0.015771)
    [trade] = parse.trades((folder / "trades_response.json").read_bytes(), "A")
    assert (trade.id, trade.price, trade.size) == (28_457, 4.000001, 12.0)
    symbols, _ = parse.info((folder / "exchange_info_response.json").read_bytes())
    assert [symbol.symbol for symbol in symbols] == ["ETHBTC"]


class NoRest:
    """A venue that has nothing but its stream."""

    async def listed(self, symbols: object) -> Listed:
        return Listed()

    async def trades_after(self, symbol: str, after_id: int) -> TradePage:
        return TradePage()

    async def trades_between(self, symbol: str, start_us: int, end_us: int) -> TradePage:
        return TradePage()

    async def bars(self, *args: object) -> BarPage:
        return BarPage()

    async def close(self) -> None:
        return


async def replayed(
    engine: Engine, number: int, texts: list[str], count: int, site: Site = SPOT
) -> LiveFeed:
    """Send texts as fast as they are taken, until so many trades are stored."""
    clock = HandClock()
    server, enough, seen = Server(engine, clock), asyncio.Event(), 0

    def note(recorded: Recorded) -> None:
        nonlocal seen
        seen += len(recorded.trades)
        if seen >= count:
            enough.set()

    async def send(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            for text in texts:
                await connection.send(text)
            await connection.wait_closed()

    server.listeners.append(note)
    async with serve(send, "127.0.0.1", 0, ping_interval=None) as exchange:
        port = exchange.sockets[0].getsockname()[1]
        venue = Binance(site, f"ws://127.0.0.1:{port}", "trade")
        feed = LiveFeed(venue, NoRest(), Markets({"BTCUSDT": number}), Surroundings(clock))
        async with server.running([feed], jobs=False), asyncio.timeout(30):
            await enough.wait()
    return feed


@pytest.mark.parametrize("kind", ["memory", "duckdb"])
async def test_the_recording_across_midnight_at_full_speed(kind: str, tmp_path: Path) -> None:
    expected, home = stream(), Home(kind, tmp_path)
    engine = Engine(home.store)
    number = engine.registry.add_symbol("BINANCE:BTCUSDT")
    feed = await replayed(engine, number, list(frames(*STREAMS)), len(expected))
    found = engine.history.trades(number, 0, 1 << 62)
    assert_same(found, expected.sorted())
    assert np.all(np.diff(found.id) == 1)
    for text in ("1m", "1d"):
        resolution = Resolution.parse(text)
        bars = engine.history.candles(number, resolution, 0, 1 << 40)
        assert differences(bars, fold(expected, resolution, ALWAYS_OPEN)) == []
    days = engine.history.candles(number, Resolution.parse("1d"), 0, 1 << 40)
    before = int((expected.time < MIDNIGHT * 1_000_000).sum())
    assert days.t.tolist() == [MIDNIGHT - 86_400, MIDNIGHT]
    assert days.n.tolist() == [before, len(expected) - before]
    assert (feed.figures.skips, feed.figures.trades) == (0, len(expected))
    home.store.close()


@pytest.mark.parametrize("kind", ["memory", "duckdb"])
async def test_the_recording_of_futures_at_full_speed(kind: str, tmp_path: Path) -> None:
    expected, home = stream(USDM_STREAM), Home(kind, tmp_path)
    assert len(expected) == 21_313
    engine = Engine(home.store)
    number = engine.registry.add_symbol("BINANCE:BTCUSDT.P")
    feed = await replayed(engine, number, list(frames(USDM_STREAM)), len(expected), USDM)
    assert_same(engine.history.trades(number, 0, 1 << 62), expected.sorted())
    resolution = Resolution.parse("1m")
    bars = engine.history.candles(number, resolution, 0, 1 << 40)
    assert differences(bars, fold(expected, resolution, ALWAYS_OPEN)) == []
    figures = feed.figures
    assert (figures.skips, figures.malformed, figures.trades) == (0, 0, len(expected))
    home.store.close()
