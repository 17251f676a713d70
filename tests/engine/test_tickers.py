"""Tickers: the last 24 hours, from bars, made again when something changes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chandlery.core.delivery import Delivery
from chandlery.core.resolution import Resolution
from chandlery.engine import tickers as module
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server
from chandlery.engine.tickers import Ticker
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import DAY, MINUTE, START, HandClock, given_bars, trades

DAY_S, NOW = 86_400, START + 2 * 86_400 + 30


@pytest.fixture
def server() -> Server:
    engine = Engine(MemoryStore())
    for symbol in ("A:ONE", "A:TWO"):
        engine.registry.add_symbol(symbol)
    return Server(engine, HandClock(NOW * 1_000_000))


def record(server: Server, delivery: Delivery) -> None:
    """Commit, and have it published as the writer does."""
    recorded = server.engine.recorder.record(delivery, server.clock.now_us())
    server.live.apply(recorded)


def traded(server: Server, rows: list[tuple[float, float]], first_id: int = 0) -> None:
    """Trade in market 0, at seconds after the start."""
    record(server, Delivery(trades=trades(rows, first_id=first_id, size=0.1)))


async def test_a_market_without_data_has_no_figures(server: Server) -> None:
    assert await server.tickers.of(0) == Ticker(0)


async def test_the_figures_are_those_of_the_trailing_day(server: Server) -> None:
    edge = NOW - DAY_S - START
    rows = [(edge - 31, 9.0), (edge - 29, 100.1), (edge + 60, 50.0), (edge + 900, 210.0)]
    traded(server, [*rows, (edge + 70_000, 100.3)])
    found = await server.tickers.of(0)
    assert (found.open, found.high, found.low, found.last) == (100.1, 210.0, 50.0, 100.3)
    assert found.time == (START + edge + 70_000) // 60 * 60
    assert (found.volume, found.trades) == (0.4, 4)
    assert found.quote_volume == 46.04
    assert found.change == 0.2
    assert found.change_percent == pytest.approx(0.2 / 100.1 * 100, rel=1e-11)


async def test_an_idle_market_keeps_its_last_price(server: Server) -> None:
    traded(server, [(0, 7.0), (60, 8.0)])
    found = await server.tickers.of(0)
    assert (found.last, found.time) == (8.0, START + 60)
    assert (found.volume, found.quote_volume, found.trades) == (0.0, 0.0, 0)
    assert (found.open, found.high, found.low, found.change, found.change_percent) == (None,) * 5


async def test_new_trades_are_in_at_once(server: Server) -> None:
    recent = DAY_S + 3_600
    traded(server, [(recent, 7.0)])
    assert (await server.tickers.of(0)).last == 7.0
    traded(server, [(recent + 1, 9.0)], first_id=5)
    found = await server.tickers.of(0)
    assert (found.last, found.high, found.trades) == (9.0, 9.0, 2)


async def test_without_a_change_it_is_made_again_after_a_second_only(server: Server) -> None:
    traded(server, [(DAY_S + 100, 7.0)])
    clock = server.clock
    assert isinstance(clock, HandClock)
    first = await server.tickers.of(0)
    clock.move(0.9)
    assert await server.tickers.of(0) is first
    clock.move(0.2)
    second = await server.tickers.of(0)
    assert second is not first
    assert second == first
    clock.move(DAY_S)
    assert (await server.tickers.of(0)).volume == 0.0


async def test_bars_as_given_serve_where_there_are_no_finer_ones(server: Server) -> None:
    quarter = Resolution.parse("15m")
    times = [START + DAY_S + 3_600, START + DAY_S + 4_500]
    record(server, Delivery(bars=(given_bars(quarter, times, price=3.0),)))
    found = await server.tickers.of(0)
    assert (found.last, found.time, found.volume) == (3.0, times[1], 4.0)


async def test_a_volume_that_is_unknown_in_part_is_unknown(server: Server) -> None:
    bars = given_bars(MINUTE, [START + DAY_S + 3_600])
    bars.candles.q[:] = float("nan")
    record(server, Delivery(bars=(bars,)))
    found = await server.tickers.of(0)
    assert (found.volume, found.quote_volume) == (2.0, None)


async def test_a_day_is_never_read_from_seconds() -> None:
    engine = Engine(MemoryStore(), [Resolution.parse(text) for text in ("1s", "1m", "1h")])
    engine.registry.add_symbol("A:ONE")
    server = Server(engine, HandClock(NOW * 1_000_000))
    traded(server, [(DAY_S + 61, 7.0)])
    assert (await server.tickers.of(0)).time == START + DAY_S + 60


async def test_a_ladder_of_days_still_has_tickers() -> None:
    engine = Engine(MemoryStore(), [DAY])
    engine.registry.add_symbol("A:ONE")
    server = Server(engine, HandClock(NOW * 1_000_000))
    traded(server, [(2 * DAY_S + 5, 7.0)])
    assert (await server.tickers.of(0)).last == 7.0


async def test_many_are_answered_in_their_order_and_few_are_kept(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_CACHED", 1)
    traded(server, [(DAY_S + 100, 7.0)])
    found = await server.tickers.many([1, 0, 1] * 20)
    assert [ticker.market for ticker in found] == [1, 0, 1] * 20
    assert found[1].last == 7.0
    assert len(server.tickers._cached) == 1


@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 2 * DAY_S), st.sampled_from([1.0, 2.5, 3.0, 8.25])),
        min_size=1,
        max_size=30,
    )
)
async def test_figures_are_the_fold_of_the_trades(rows: list[tuple[int, float]]) -> None:
    engine = Engine(MemoryStore())
    engine.registry.add_symbol("A:ONE")
    server = Server(engine, HandClock(NOW * 1_000_000))
    traded(server, [(float(second), price) for second, price in rows])
    start = (NOW - DAY_S) // 60 * 60 - START
    ordered = sorted(enumerate(rows), key=lambda row: (row[1][0], row[0]))
    inside = [price for _, (second, price) in ordered if second >= start]
    found = await server.tickers.of(0)
    assert found.last == ordered[-1][1][1]
    if inside:
        assert (found.open, found.high, found.low) == (inside[0], max(inside), min(inside))
        assert found.trades == len(inside)
    else:
        assert (found.open, found.trades) == (None, 0)
