"""Events become trades as the settings say."""

from __future__ import annotations

import pytest

from chandlery.core.errors import ConfigError
from chandlery.core.events import EventError, EventMaps

SWAP = {
    "symbol": "DEX:{pool}",
    "time": "timestamp",
    "price": "abs(quote / 1e6) / abs(base / 1e18)",
    "size": "abs(base / 1e18)",
    "side": "'buy' if base < 0 else 'sell'",
    "id": "{tx}:{log}",
}
EVENT = {
    "pool": "SOL/USDC",
    "timestamp": 1704067200,
    "quote": "189250000",
    "base": "-1000000000000000000",
    "tx": "0xabc",
    "log": 7,
}
MAPS = EventMaps.of({"Swap": SWAP})


def test_an_event_becomes_a_trade() -> None:
    assert MAPS.trade_of("Swap", EVENT) == {
        "symbol": "DEX:SOL/USDC",
        "time": "1704067200",
        "price": "189.25",
        "size": "1",
        "side": "buy",
        "id": "0xabc:7",
    }


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"base": "0"}, "event Swap, price: 0 is divided by 0|event Swap, price: .*divided by 0"),
        ({"base": None}, "event Swap, price: a number expected, found None"),
        ({"pool": None}, "event Swap, symbol: a text or a number expected, found None"),
        ({"tx": ""}, "event Swap, id: a text or a number expected, found ''"),
        ({"timestamp": [1]}, "event Swap, time: timestamp: a number or a text expected"),
    ],
)
def test_an_event_that_is_no_trade_is_told_with_its_field(
    change: dict[str, object], told: str
) -> None:
    with pytest.raises(EventError, match=told):
        MAPS.trade_of("Swap", EVENT | change)


def test_unknown_events_are_told_with_those_there_are() -> None:
    with pytest.raises(EventError, match=r"event 'Burn' expected among those configured \(Swap\)"):
        MAPS.trade_of("Burn", EVENT)
    with pytest.raises(EventError, match=r"\(none\)"):
        EventMaps().trade_of("Burn", EVENT)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"symbol": "A"}, "events.X is without time, price, size"),
        (SWAP | {"sdie": "1"}, "events.X is with unknown sdie"),
        (SWAP | {"price": "1 +"}, r"events.X.price: a name, number or text expected"),
        (SWAP | {"id": "{tx"}, "events.X.id: braces in pairs expected"),
        (SWAP | {"id": "{}"}, "events.X.id: a name, number or text expected"),
    ],
)
def test_a_table_that_is_wrong_is_refused_at_the_start(table: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError, match=told) as refused:
        EventMaps.of({"X": table})
    assert refused.value.hint


def test_there_are_not_too_many() -> None:
    with pytest.raises(ConfigError, match="at most 200"):
        EventMaps.of({str(number): SWAP for number in range(201)})
    assert len(MAPS) == 1
