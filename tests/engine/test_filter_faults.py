"""A read that fails while trades are judged changes no verdict."""

from __future__ import annotations

import pytest

from chandlery.core.columns import US
from chandlery.core.delivery import Delivery
from chandlery.core.errors import StoreError
from chandlery.core.filters import Rule
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine
from chandlery.engine.filters import set_rule
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import START, trades

MINUTE = Resolution.parse("1m")
NOW = (START + 3_600) * US


def test_a_failed_read_is_made_again_before_anything_is_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = MemoryStore()
    engine = Engine(store)
    number = engine.registry.add_symbol("X:A")
    engine.registry.flush()
    usual = trades([(60.0 * minute, 100.0) for minute in range(10)], market=number, first_id=1)
    engine.recorder.record(Delivery(trades=usual), NOW)
    set_rule(engine, number, Rule(max_deviation=0.1))
    engine.recorder.warm()
    whole, failed = store.trades, list[str]()

    def failing(*args: object) -> Trades:
        if not failed:
            failed.append("once")
            message = "busy for a moment"
            raise StoreError(message)
        return whole(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "trades", failing)
    bad = Delivery(trades=trades([(605.0, 1_000.0)], market=number, first_id=99))
    with pytest.raises(StoreError):
        engine.recorder.record(bad, NOW)
    engine.recorder.record(bad, NOW)
    assert failed
    found = engine.history.candles(number, MINUTE, 0, 1 << 40)
    assert float(found.h.max()) == 100.0
