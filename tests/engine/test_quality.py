"""What is said of a market's data, against data made so that the answer is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from typing_extensions import override

from chandlery.core.candles import Candles, fold
from chandlery.core.delivery import Bars, Coverage, Delivery, Gap
from chandlery.core.filters import Rule
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.engine import quality as module
from chandlery.engine.engine import Engine
from chandlery.engine.filters import set_rule
from chandlery.engine.quality import Quality, jumps_in, quality, quality_rows, row_of
from chandlery.engine.tally import Tally
from chandlery.stores import Scope
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import LATER_US, MINUTE, START, candles, trades

HOUR_S, DAY_S = 3_600, 86_400


def engine_of(*deliveries: Delivery, market: Market | None = None) -> Engine:
    engine = Engine(MemoryStore())
    engine.registry.add([market or Market.of("A:B")])
    for delivery in deliveries:
        engine.recorder.record(delivery, LATER_US)
    return engine


def every(seconds: float, end: int, start: int = 0) -> Delivery:
    count = int((end - start) / seconds)
    rows = [(start + n * seconds, 100.0 + n % 3 / 100) for n in range(count)]
    return Delivery(trades=trades(rows, first_id=start))


def test_what_comes_is_held_against_what_is_usual() -> None:
    # Four a minute for a day, then one a minute for an hour.
    engine = engine_of(every(15, DAY_S), every(60, DAY_S + HOUR_S, DAY_S))
    found = quality(engine, 0, START + DAY_S + HOUR_S)
    assert found.trades.recent == 1.0
    assert found.trades.usual == 4.0
    assert found.trades.ratio == 0.25
    assert (found.bars.recent, found.bars.usual) == (1.0, 1.0)
    assert found.is_stale is False


def test_minutes_without_trades_are_counted() -> None:
    found = quality(engine_of(every(120, DAY_S)), 0, START + DAY_S)
    assert found.bars.recent == 0.5
    assert found.bars.usual == 0.5


def test_a_market_that_is_new_is_not_held_against_the_time_before_it() -> None:
    found = quality(engine_of(every(10, 600)), 0, START + 600)
    assert found.trades.recent == 6.0
    assert found.trades.usual is None
    assert found.is_stale is None


@pytest.mark.parametrize(("later", "is_stale"), [(0, False), (299, False), (302, True)])
def test_silence_is_stale_when_it_is_longer_than_usual(later: int, is_stale: bool) -> None:
    engine = engine_of(every(10, DAY_S))
    found = quality(engine, 0, START + DAY_S - 10 + later)
    assert found.age_s == later
    assert found.is_stale is is_stale


def test_a_market_that_is_closed_is_not_stale() -> None:
    stock = Market.of("NYSE:ACME", session="0930-1600", time_zone="America/New_York")
    opened = 14 * HOUR_S + 1_800
    session = every(30, opened + 6 * HOUR_S + 1_800, opened)
    engine = engine_of(session, market=stock)
    at_night = START + 25 * HOUR_S
    assert quality(engine, 0, at_night).is_stale is False
    assert quality(engine, 0, START + DAY_S + opened + HOUR_S).is_stale is True


def test_gaps_are_counted_and_the_newest_come_first() -> None:
    seen = tuple(
        Coverage(0, "trades", START + n * 100, START + n * 100 + 60 + n) for n in range(15)
    )
    found = quality(engine_of(Delivery(coverage=seen)), 0, START + DAY_S)
    assert found.gaps.count == 14
    assert found.gaps.seconds == sum(40 - n for n in range(14))
    assert len(found.gaps.newest) == 10
    assert found.gaps.newest[0] == (START + 1_373, START + 1_400)


def test_a_gap_that_goes_on_lasts_until_now() -> None:
    told = Delivery(gaps=(Gap(0, "trades", START + 100, None, "no connection"),))
    found = quality(engine_of(every(10, 100), told), 0, START + 160)
    assert (found.gaps.count, found.gaps.seconds) == (1, 60)


def test_a_market_without_data_is_unknown() -> None:
    assert quality(engine_of(), 0, START) == Quality(0)


def bars_of(closes: list[float]) -> Candles:
    bars = candles([START + 60 * n for n in range(len(closes))])
    prices = np.array(closes)
    return Candles(**bars.columns() | dict.fromkeys(("o", "h", "l", "c"), prices))


def test_a_spike_is_a_jump_and_a_new_level_is_none() -> None:
    calm = [100.0 + n % 5 / 100 for n in range(100)]
    spiked = calm.copy()
    spiked[40], spiked[60] = 110.0, 95.0
    found = jumps_in(bars_of(spiked))
    assert [jump.t for jump in found] == [START + 2_400, START + 3_600]
    assert [jump.price for jump in found] == [110.0, 95.0]
    assert found[0].deviation == pytest.approx(0.1, abs=1e-3)
    assert found[1].deviation == pytest.approx(-0.05, abs=1e-3)
    assert not jumps_in(bars_of(calm))
    assert not jumps_in(bars_of(calm[:50] + [price * 1.5 for price in calm[:50]]))
    assert not jumps_in(bars_of([*calm[:5], 500.0]))


def given_of(batch: Trades, spoil: Callable[[Candles], Candles]) -> Delivery:
    engine = engine_of()
    made = spoil(fold(batch, MINUTE, engine.registry.calendars))
    flags = np.ones(len(made), dtype=np.bool_)
    return Delivery(bars=(Bars(MINUTE, Candles(**made.columns() | {"given": flags})),))


def test_given_bars_are_held_against_their_trades() -> None:
    batch = trades([(n * 10.0, 100.0 + n % 7) for n in range(600)])

    def spoilt(bars: Candles) -> Candles:
        high, quote = bars.h.copy(), bars.q.copy()
        high[90] += 5.0
        high[10] += 5.0
        quote[:] = np.nan
        return Candles(**bars.columns() | {"h": high, "q": quote})

    same = engine_of(Delivery(trades=batch), given_of(batch, lambda bars: bars))
    found = quality(same, 0, START + 6_000).given
    assert (found.bars, found.different) == (60, 0)
    other = engine_of(Delivery(trades=batch), given_of(batch, spoilt))
    found = quality(other, 0, START + 6_000).given
    # The tenth is older than what is looked at.
    assert (found.bars, found.different) == (60, 1)
    assert found.examples[0][0] == START + 5_400
    assert found.examples[0][1].startswith("h is ")


def test_no_more_trades_are_read_than_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_TRADES", 100)
    batch = trades([(n * 10.0, 100.0) for n in range(600)])
    engine = engine_of(Delivery(trades=batch), given_of(batch, lambda bars: bars))
    assert quality(engine, 0, START + 6_000).given.bars == 15
    monkeypatch.setattr(module, "MOST_TRADES", 1)
    assert quality(engine, 0, START + 6_000).given.bars == 0


def test_what_is_read_is_bounded_whatever_the_market_holds() -> None:
    class Counting(MemoryStore):
        trades_read = 0
        bars_read = 0

        @override
        def trades(self, scope: Scope) -> Trades:
            found = super().trades(scope)
            self.trades_read += len(found)
            return found

        @override
        def candles(self, resolution: Resolution, scope: Scope) -> Candles:
            found = super().candles(resolution, scope)
            self.bars_read += len(found)
            return found

    store = Counting()
    engine = Engine(store)
    engine.registry.add([Market.of("A:B")])
    engine.recorder.record(every(30, 20 * DAY_S), LATER_US)
    now = START + 20 * DAY_S
    for _ in engine.rollup.run(now):
        pass
    store.trades_read = store.bars_read = 0
    quality(engine, 0, now)
    assert store.trades_read <= 1_000
    assert store.bars_read <= 1_440 + 168 + 200


def test_it_is_shown_by_symbol() -> None:
    engine = engine_of(every(10, 600))
    rows = quality_rows(engine, None, START + 600)
    assert rows == quality_rows(engine, "a:b", START + 600)
    assert rows == [row_of("A:B", quality(engine, 0, START + 600))]
    assert rows[0]["trades_per_minute"] == {"recent": 6.0, "usual": None, "ratio": None}
    assert rows[0]["last"] == START + 590


def test_what_was_refused_is_counted_by_market_and_reason() -> None:
    engine = engine_of(every(15, 600))
    engine.registry.add([Market.of("A:C")])
    late = LATER_US // 1_000_000 - START + 60
    bad = [(1.0, -1.0), (2.0, 0.0), (3.0, float("nan")), (late, 1.0)]
    other = trades([(1.0, -1.0)], market=1, first_id=900)
    for batch in (trades(bad, first_id=800), other):
        engine.recorder.record(Delivery(trades=batch), LATER_US)
    given = candles([START + 30], given=True)
    engine.recorder.record(Delivery(bars=(Bars(MINUTE, given),)), LATER_US)
    assert list(quality(engine, 0, START + 600).refused.items()) == [
        ("price is not positive", 2),
        ("price is not a number", 1),
        ("time is in the future", 1),
        ("time is not where a 1m bar begins", 1),
    ]
    assert quality(engine, 1, START + 600).refused == {"price is not positive": 1}


def test_only_so_many_markets_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chandlery.engine.tally.MOST_MARKETS", 2)
    tally = Tally()
    for market in (5, 6, 7, 5):
        tally.refuse_all("bad", np.array([market], dtype=np.int32))
        tally.leave_out(np.array([market], dtype=np.int32))
    assert [tally.refused_of(market) for market in (5, 6, 7)] == [{"bad": 2}, {"bad": 1}, {}]
    assert [tally.left_out_of(market) for market in (5, 6, 7)] == [2, 1, 0]
    assert tally.left_out == 4


def test_what_a_filter_leaves_out_is_counted() -> None:
    engine = engine_of(every(15, 600))
    set_rule(engine, 0, Rule(min_notional=50.0, max_deviation=0.5))
    spikes = trades([(600, 100.0), (601, 900.0), (602, 900.0)], first_id=700)
    engine.recorder.record(Delivery(trades=spikes), LATER_US)
    found = quality(engine, 0, START + 610).left_out
    assert (found.trades, found.of, found.as_they_came) == (2, 43, 2)
    set_rule(engine, 0, None)
    found = quality(engine, 0, START + 610).left_out
    assert (found.trades, found.of, found.as_they_came) == (0, 0, 2)
    row = row_of("A:B", quality(engine, 0, START + 610))
    assert row["left_out"] == {"trades": 0, "of": 0, "as_they_came": 2}
