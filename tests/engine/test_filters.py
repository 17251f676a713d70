"""Rules: whose holds for a market, that they outlive the process, and what changes with them."""

from __future__ import annotations

import numpy as np
import pytest

from chandlery.core.columns import US
from chandlery.core.delivery import Delivery
from chandlery.core.errors import StoreUnavailableError
from chandlery.core.filters import Rule
from chandlery.engine.engine import Engine
from chandlery.engine.filters import filter_of, filter_rows, set_patterns, set_rule
from chandlery.engine.upkeep import maintain
from chandlery.engine.verify import verify
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import LATER_US, MINUTE, START, trades

HOUR_S = 3_600
SMALL, LARGE, FAR = Rule(min_notional=1.0), Rule(min_notional=9.0), Rule(max_deviation=0.5)


def engine_with(*symbols: str) -> Engine:
    engine = Engine(MemoryStore())
    for symbol in symbols:
        engine.registry.add_symbol(symbol)
    return engine


def rules(engine: Engine) -> list[Rule]:
    return [engine.rulebook.of(number) for number in range(len(engine.registry))]


def test_the_longest_pattern_that_fits_holds_alone_and_a_markets_own_rule_wins() -> None:
    engine = engine_with("B:BTCUSDT", "B:ETHUSDT", "K:BTCUSD", "X")
    patterns = {"*": FAR, "b:*": SMALL, "B:ETH????": LARGE}
    assert set_patterns(engine, patterns) == [0, 1, 2, 3]
    assert rules(engine) == [SMALL, LARGE, FAR, FAR]
    set_rule(engine, 2, Rule())
    assert rules(engine) == [SMALL, LARGE, Rule(), FAR]
    assert set_patterns(engine, patterns) == []
    again = Engine(engine.store)
    assert rules(again) == [SMALL, LARGE, Rule(), FAR]
    again.registry.add_symbol("B:SOLUSDT")
    assert rules(again)[-1] == SMALL
    kinds = [(row.kind, row.symbol) for row in filter_rows(again)]
    assert kinds == [("pattern", each) for each in sorted(patterns)] + [("market", "K:BTCUSD")]
    assert filter_of(again, 2).kind == "market"
    assert set_patterns(again, {"*": FAR}) == [0, 1, 4]
    set_rule(again, 2, None)
    assert rules(again) == [FAR] * 5


def test_rules_of_many_markets_that_come_one_by_one() -> None:
    engine = engine_with()
    set_patterns(engine, {"A:*": SMALL})
    for number in range(200):
        engine.registry.add_symbol(f"{'AB'[number % 2]}:M{number}")
        assert engine.rulebook.of(number) == (Rule() if number % 2 else SMALL)
    market = np.arange(200, dtype=np.int32)
    assert engine.rulebook.rules.has(market).tolist() == [True, False] * 100


def test_other_patterns_only_touch_markets_whose_rule_changes() -> None:
    engine = engine_with("B:X", "K:X")
    for market in (0, 1):
        engine.recorder.record(
            Delivery(trades=trades([(0, 0.5), (60, 5.0)], market=market, first_id=9 * market)),
            LATER_US,
        )
    list(engine.rollup.run(START + HOUR_S))
    set_patterns(engine, {"B:*": SMALL})
    assert {mark.market for mark in engine.dirt.all_marks()} == {0}
    assert engine.history.candles(0, MINUTE, START, START + 120).n.tolist() == [1]
    assert engine.history.candles(1, MINUTE, START, START + 120).n.tolist() == [1, 1]


def test_a_rule_that_could_not_be_kept_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_with("B:X")
    engine.recorder.record(Delivery(trades=trades([(0, 0.5), (60, 5.0)])), LATER_US)

    def full(kind: str, name: str, text: str) -> None:
        message = "the disk is full"
        raise StoreUnavailableError(message)

    monkeypatch.setattr(engine.store, "note", full)
    with pytest.raises(StoreUnavailableError):
        set_rule(engine, 0, SMALL)
    monkeypatch.undo()
    assert engine.rulebook.of(0) == Rule()
    assert engine.history.candles(0, MINUTE, START, START + 120).n.tolist() == [1, 1]
    set_rule(engine, 0, SMALL)
    assert engine.history.candles(0, MINUTE, START, START + 120).n.tolist() == [1]


def test_bars_stay_right_when_what_they_were_held_against_is_let_go() -> None:
    engine = engine_with("B:X")
    set_rule(engine, 0, FAR)
    rows = [(60.0 * minute, 9.0 if minute % 50 == 49 else 1.0) for minute in range(600)]
    engine.recorder.record(Delivery(trades=trades(rows)), LATER_US)
    now = START + 600 * 60
    list(engine.rollup.run(now))
    before = engine.history.candles(0, MINUTE, 0, 1 << 40)
    assert before.h.max() == 1.0
    list(maintain(engine, {None: 4 * HOUR_S}, now))
    kept_from = engine.dirt.kept_from(None)
    assert kept_from > START
    assert verify(engine).differences == []
    engine.recorder.mark(0, START, now)
    list(engine.rollup.run(now))
    assert engine.history.candles(0, MINUTE, 0, 1 << 40).h.tolist() == before.h.tolist()
    early = trades([(kept_from - START + 60, 1.0)], first_id=9_000)
    assert engine.recorder.record(Delivery(trades=early), LATER_US).refused.counts() == {
        "time is before what is kept": 1
    }
    late = trades([(kept_from - START + 2 * HOUR_S, 1.0)], first_id=9_001)
    engine.recorder.record(Delivery(trades=late), LATER_US)
    list(engine.rollup.run(now))
    assert verify(engine).differences == []
    assert Engine(engine.store).dirt.whole_from(None) > kept_from


def test_trades_that_are_still_needed_to_hold_others_against_are_not_let_go() -> None:
    engine = engine_with("B:X")
    set_rule(engine, 0, FAR)
    engine.recorder.record(
        Delivery(trades=trades([(60.0 * minute, 1.0) for minute in range(300)])), LATER_US
    )
    list(engine.rollup.run(START + 200 * 60))
    list(maintain(engine, {None: 1}, START + 300 * 60))
    first = int(engine.history.trades(0, 0, 1 << 62).time[0]) // US
    assert first <= START + 140 * 60
    assert first > START


def test_many_trades_are_looked_at_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_with("B:X", "B:Y")
    for market in (0, 1):
        rows = [(second, 1.0 + second % 7 / 10) for second in range(0, 1_800, 5)]
        batch = trades(rows, market=market, first_id=10_000 * market)
        engine.recorder.record(Delivery(trades=batch), LATER_US)
        set_rule(engine, market, Rule(max_deviation=0.15))
    whole = engine.history.candles(1, MINUTE, START + 900, START + 1_800)
    monkeypatch.setattr("chandlery.engine.filtering.TRADES_AT_ONCE", 20)
    parts = engine.history.candles(1, MINUTE, START + 900, START + 1_800)
    assert parts.n.tolist() == whole.n.tolist()
    assert 0 < whole.n.sum() < 180
    assert verify(engine).ok


def test_what_is_known_of_minutes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_with("B:X")
    set_rule(engine, 0, FAR)
    monkeypatch.setattr("chandlery.engine.filtering.MOST_MINUTES", 4)
    engine.recorder.warm()
    for minute in range(12):
        price = 9.0 if minute == 9 else 1.0
        engine.recorder.record(
            Delivery(trades=trades([(60 * minute, price)], first_id=minute)), LATER_US
        )
        assert len(engine.filtering._closes) <= 4
    bars = engine.history.candles(0, MINUTE, START, START + HOUR_S)
    assert len(bars) == 11
    assert bars.h.max() == 1.0
