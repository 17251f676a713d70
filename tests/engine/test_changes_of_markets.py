"""What is set by hand and what is learned meanwhile: neither takes the other back."""

from __future__ import annotations

import math
import threading

import pytest

from chandlery.core.calendar import Calendar, Calendars
from chandlery.core.candles import Candles
from chandlery.core.delivery import Bars, Delivery
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.engine.editing import MarketEdit, edit_market
from chandlery.engine.engine import Engine
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import HandClock


def test_a_market_that_is_edited_while_something_is_learned_of_it_keeps_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = MemoryStore()
    engine = Engine(store)
    number = engine.registry.add_symbol("X:A")
    engine.registry.flush()
    learn = Market.learned
    edit = MarketEdit(hidden=True, session="0930-1600", time_zone="America/New_York")
    editing = threading.Thread(target=edit_market, args=(engine, HandClock(), number, edit))

    def learned(self: Market, other: Market) -> Market:
        """Have somebody else edit the market in the midst of it."""
        monkeypatch.setattr(Market, "learned", learn)
        found = learn(self, other)
        editing.start()
        # It either waits for us or is done with, but never comes in between.
        editing.join(timeout=0.2)
        return found

    monkeypatch.setattr(Market, "learned", learned)
    engine.registry.update([Market.of("X:A", price_scale=1_000)])
    editing.join()
    market = store.markets()[number]
    assert (market.hidden, market.session, market.price_scale) == (True, "0930-1600", 1_000)
    assert "session" in market.edited


def test_when_markets_trade_is_known_whatever_becomes_of_them() -> None:
    """It is learned of each market alone: as if all had been looked at again."""
    tokyo = {"session": "0900-1500", "time_zone": "Asia/Tokyo"}
    store = MemoryStore()
    registry = Engine(store).registry
    assert registry.calendars.is_plain
    registry.add([Market.of("X:A"), Market.of("X:B", **tokyo), Market.of("X:C")])
    registry.flush()
    kept: set[tuple[str, ...]] = set()
    for symbol, told in (("X:A", tokyo), ("X:B", {}), ("X:D", tokyo), ("X:A", {}), ("X:C", {})):
        registry.add([Market.of(symbol, **told)])
        registry.flush()
        registry.replace([Market.of(symbol, **told)])
        again = Engine(store).registry
        own = [registry.calendars.of(number) for number in range(len(registry))]
        assert own == [again.calendars.of(number) for number in range(len(again))]
        assert registry.calendars.is_plain == again.calendars.is_plain
        kept.add(tuple(calendar.time_zone for calendar in own))
    assert len(kept) == 4


def test_markets_that_change_together_are_learned_of_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registry = Engine(MemoryStore()).registry
    registry.add([Market.of(f"X:{number}") for number in range(100)])
    registry.flush()
    made: list[Calendars] = []

    def making(own: dict[int, Calendar]) -> Calendars:
        made.append(Calendars(own))
        return made[-1]

    monkeypatch.setattr("chandlery.engine.registry.Calendars", making)
    session = {"session": "0900-1500", "time_zone": "Asia/Tokyo"}
    registry.update([Market.of(f"X:{number}", **session) for number in range(100)])
    assert len(made) == 1
    assert registry.calendars.of(99).time_zone == "Asia/Tokyo"


def test_of_bars_as_given_the_decimals_are_told_too() -> None:
    """A market that only bars were imported of was shown without its cents."""
    engine = Engine(MemoryStore())
    number = engine.registry.add_symbol("X:BARS")
    bars = Candles.of(
        market=[number] * 2, t=[60, 120], o=[1.25, 1.5], h=[1.75, 1.5], l=[1.25, 1.125],
        c=[1.5, 1.25], v=[0.5, math.nan], q=[math.nan] * 2, n=[0, 0], bv=[math.nan] * 2,
        given=[True, True],
    )  # fmt: skip
    minute = Resolution.parse("1m")
    engine.recorder.record(Delivery(bars=(Bars(minute, bars),)), 1_000_000_000)
    market = engine.registry.market(number)
    assert (market.price_scale, market.volume_precision) == (10_000, 1)
    assert engine.store.markets()[number] == market
