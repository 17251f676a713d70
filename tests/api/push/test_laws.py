"""Whatever is mixed: every good row is stored once, every bad one named by its place."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chandlery.api.push import Desk
from chandlery.api.push.formats import read_trades
from chandlery.api.push.outcome import Outcome
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import START, HandClock
from tests.sources.push.bodies import csv, line_protocol

GOOD = st.builds(
    lambda second, price, side, number: {
        "symbol": "A:B",
        "time": (START + second) * 1_000,
        "price": price,
        "size": 1.0,
        "side": side,
        "id": number,
    },
    st.integers(0, 3),
    st.sampled_from([1.0, 2.5]),
    st.sampled_from(["buy", "sell"]),
    st.integers(1, 30),
)
BAD = st.sampled_from(
    [
        {"price": 0.0},
        {"price": -1.0},
        {"size": 0.0},
        {"time": 1},
        {"side": "up"},
        {"symbol": "a b"},
        {"symbol": "x" * 200},
        {"time": 9_000_000_000_000},
    ]
)
ROWS = st.lists(st.tuples(GOOD, st.none() | BAD), min_size=1, max_size=25)


def body_of(form: str, rows: list[dict[str, Any]]) -> tuple[bytes, str]:
    if form == "csv":
        return csv(rows), "text/csv"
    if form == "lines":
        return "\n".join(map(json.dumps, rows)).encode(), "application/x-ndjson"
    return json.dumps(rows).encode(), "application/json"


async def pushed(body: bytes, kind: str) -> tuple[Outcome, list[tuple[int, int]]]:
    server = Server(Engine(MemoryStore()), HandClock())
    async with server.running(jobs=False):
        desk = Desk(server)
        outcome = await desk.take(len(body), lambda: read_trades(body, kind, desk.asked()))
        again = await desk.take(len(body), lambda: read_trades(body, kind, desk.asked()))
        assert again.accepted == 0
        assert again.duplicate == outcome.accepted + outcome.duplicate
        assert again.rejected == outcome.rejected
        number = server.engine.registry.known("A:B")
        if number is None:
            return outcome, []
        trades = server.engine.history.trades(number, START * 10**6, (START + 10) * 10**6)
        return outcome, sorted(zip(trades.time.tolist(), trades.id.tolist(), strict=True))


@pytest.mark.parametrize("form", ["array", "lines", "csv"])
@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_good_rows_are_stored_once_and_bad_ones_named(
    form: str, rows: list[tuple[dict[str, Any], dict[str, Any] | None]]
) -> None:
    sent = [good | (bad or {}) for good, bad in rows]
    outcome, stored = asyncio.run(pushed(*body_of(form, sent)))
    bad_rows = [place for place, (_, bad) in enumerate(rows) if bad]
    good = {
        (one["time"] * 1_000, one["id"])
        for one, (_, bad) in zip(sent, rows, strict=True)
        if not bad
    }
    assert sorted(outcome.rejected) == bad_rows
    assert stored == sorted(good)
    assert outcome.accepted == len(good)
    assert outcome.duplicate == len(rows) - len(bad_rows) - len(good)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            GOOD.map(lambda one: line_protocol([one]).decode()),
            st.text(alphabet='ab=, "\\1#', max_size=12),
        ),
        min_size=1,
        max_size=15,
    )
)
def test_no_line_is_passed_over_in_silence(lines: list[str]) -> None:
    from chandlery.sources.push import read_lines

    async def run() -> None:
        server = Server(Engine(MemoryStore()), HandClock())
        async with server.running(jobs=False):
            desk = Desk(server)
            body = "\n".join(["G price=1,size=1 1704067200", *lines]).encode()
            outcome = await desk.take(
                len(body), lambda: read_lines(body, "s", START * 10**6, desk.asked(unit="us"))
            )
            blank = sum(not one.strip() or one.strip()[0] == "#" for one in lines)
            told = outcome.accepted + outcome.duplicate + len(outcome.rejected)
            assert told == 1 + len(lines) - blank

    asyncio.run(run())
