"""`POST /api/v1/events`: events of a platform's own, mapped by the settings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chandlery.core.errors import ConfigError
from tests.api.push.house import NEW, TIME, Pushing, pushing

TABLES = {
    "Swap": {
        "symbol": "DEX:{args.pool}",
        "time": "timestamp",
        "price": "args.quote / args.base",
        "size": "args.base / 1e18",
        "side": "'buy' if args.is_buy == true else 'sell'",
        "id": "{tx}:{log}",
    }
}


def swap(log: int, **more: Any) -> dict[str, Any]:
    args = {"pool": "NEW", "quote": "3e18", "base": "2000000000000000000", "is_buy": False}
    return {"event": "Swap", "timestamp": TIME, "tx": "0xa", "log": log, "args": args} | more


@pytest.fixture
async def home() -> Any:
    async with pushing(events=TABLES) as own:
        yield own


@pytest.mark.parametrize("form", ["one", "array", "lines"])
async def test_events_become_trades(home: Pushing, form: str) -> None:
    events = [swap(1)] if form == "one" else [swap(1), swap(2)]
    lines = "\n".join(map(json.dumps, events)).encode()
    body: object = events if form == "array" else lines
    answer = await home.push(body, "events")
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"accepted": len(events), "duplicate": 0, "rejected": []}
    trades = home.stored()
    assert trades.price.tolist() == [1.5] * len(events)
    assert trades.size.tolist() == [2.0] * len(events)
    assert set(trades.side.tolist()) == {-1}
    assert (await home.push(body, "events")).json()["duplicate"] == len(events)


async def test_bad_events_are_named_with_event_field_and_place(home: Pushing) -> None:
    deep: Any = 1
    for _ in range(20):
        deep = [deep]
    events = [
        swap(1),
        swap(2, event="Burn"),
        swap(3, event=7),
        swap(4, args={"pool": "NEW"}),
        swap(5, timestamp="soon"),
        swap(6, more=deep),
    ]
    answer = await home.push(events, "events")
    reasons = {bad["index"]: bad["reason"] for bad in answer.json()["rejected"]}
    assert answer.json()["accepted"] == 1
    assert reasons[1] == "event 'Burn' expected among those configured (Swap)"
    assert "the kind of event expected" in reasons[2]
    assert reasons[3] == "event Swap, price: the field args.quote expected, found none"
    assert reasons[4].startswith("time: expected seconds")
    assert "nested at most 16 deep" in reasons[5]


async def test_the_kind_may_be_said_for_all(home: Pushing) -> None:
    event = {key: value for key, value in swap(1).items() if key != "event"}
    assert (await home.push([event], "events")).status_code == 400
    assert (await home.push([event], "events?event=Swap")).json()["accepted"] == 1
    assert len(home.stored(NEW)) == 1


async def test_events_are_json(home: Pushing) -> None:
    answer = await home.push(b"a,b", "events", content_type="text/csv")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


async def test_a_map_that_is_wrong_is_told_at_the_start() -> None:
    with pytest.raises(ConfigError, match=r"events\.Swap is without price, size"):
        async with pushing(events={"Swap": {"symbol": "A", "time": "t"}}):
            pass
