"""Indicators over a window are those over all bars, whatever the window and wherever it is read."""

from __future__ import annotations

import math
import threading
from collections.abc import AsyncIterator
from dataclasses import replace

import numpy as np
import pytest

from chandlery.core.calendar import Calendar
from chandlery.core.candles import Bars, Candles
from chandlery.core.delivery import Delivery
from chandlery.core.errors import UsageError
from chandlery.core.indicators import INDICATORS, Timeline
from chandlery.engine import indicating
from chandlery.engine.engine import Engine
from chandlery.engine.indicating import Indicated, Study, indicate
from chandlery.engine.live import Window
from chandlery.engine.server import Server
from chandlery.stores.memory import MemoryStore
from tests.core.indicators.walks import START, walk
from tests.engine.builders import MINUTE, HandClock

COUNT = 4_000
PLAIN = Timeline(Calendar(), MINUTE)
BARS = walk(11, COUNT)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    engine = Engine(MemoryStore())
    engine.registry.add_symbol("A:B")
    server = Server(engine, HandClock())
    async with server.running(jobs=False):
        await server.ingest.submit(Delivery(bars=(Bars(MINUTE, BARS),)))
        yield server


async def asked(server: Server, window: Window, name: str, **given: int | str) -> Indicated:
    return await indicate(server.live, 0, PLAIN, window, Study.of(name, given))


def time_of(row: int) -> int:
    return int(BARS.t[row])


def assert_all_right(found: Indicated, name: str, rows: slice, candles: Candles = BARS) -> None:
    assert found.times.tolist() == candles.t[rows].tolist()
    whole = INDICATORS[name].compute(candles)
    assert tuple(found.outputs) == INDICATORS[name].outputs
    for output, column in found.outputs.items():
        expected = whole[output][rows]
        if name == "obv":
            counted = whole[output][candles.t == found.since]
            expected = expected - counted
        near = 1e-9 * float(candles.c.max()) if name in ("macd", "obv") else 0.0
        np.testing.assert_allclose(column, expected, rtol=1e-9, atol=near, err_msg=output)


@pytest.mark.parametrize("name", sorted(INDICATORS))
async def test_the_first_value_of_a_window_is_that_over_all_bars(server: Server, name: str) -> None:
    windows = {
        (3_900, COUNT): Window(count=100),
        (3_500, 3_600): Window(time_of(3_500), time_of(3_600)),
        (2_990, 3_000): Window(time_of(2_995), time_of(3_000), 10, at_least=True),
        (5, 700): Window(time_of(5), time_of(700)),
        (0, COUNT): Window(),
    }
    for rows, window in windows.items():
        assert_all_right(await asked(server, window, name), name, slice(*rows))


async def test_what_has_no_value_yet_is_not_a_number(server: Server) -> None:
    found = await asked(server, Window(end=time_of(30)), "sma", period=20)
    assert [math.isnan(value) for value in found.outputs["sma"]] == [True] * 19 + [False] * 11


async def test_a_window_without_bars_has_no_values(server: Server) -> None:
    found = await asked(server, Window(end=START), "macd")
    assert len(found.times) == 0
    assert {name: len(column) for name, column in found.outputs.items()} == {
        "macd": 0,
        "signal": 0,
        "histogram": 0,
    }
    assert found.since is None


async def test_what_adds_up_tells_from_where(server: Server) -> None:
    found = await asked(server, Window(count=10), "obv")
    assert found.since == found.times[0]
    assert found.outputs["obv"][0] == 0


async def test_parameters_and_displacement_are_those_asked_for(server: Server) -> None:
    found = await asked(server, Window(count=5), "ichimoku", displacement="11")
    assert found.displacement["span_a"] == 10
    assert found.resolution == MINUTE
    with pytest.raises(UsageError, match="unknown indicator"):
        Study.of("nothing", {})


async def test_values_have_no_more_digits_than_are_right(server: Server) -> None:
    found = await asked(server, Window(count=500), "vwap", anchor="week")
    assert all(float(f"{value:.13g}") == value for value in found.outputs["vwap"].tolist())


async def test_a_closed_window_is_final_and_a_new_bar_makes_a_new_version(
    server: Server,
) -> None:
    closed = Window(time_of(100), time_of(200))
    before = await asked(server, closed, "rsi")
    assert before.is_final
    assert (await asked(server, closed, "rsi")).version == before.version
    assert not (await asked(server, Window(count=5), "rsi")).is_final
    late = replace(walk(12, 1), t=BARS.t[50:51])
    await server.ingest.submit(Delivery(bars=(Bars(MINUTE, late),)))
    await server.live.settled()
    after = await asked(server, closed, "rsi")
    assert after.version != before.version
    assert after.outputs["rsi"][0] != before.outputs["rsi"][0]


async def test_much_work_leaves_the_loop_free(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    sma = INDICATORS["sma"]

    def watched(*given: object) -> dict[str, np.ndarray]:
        threads.append(threading.current_thread())
        return sma.formula(*given)  # type: ignore[arg-type]

    study = Study(replace(sma, formula=watched), sma.values())
    for count in (100, 3_000):
        await indicate(server.live, 0, PLAIN, Window(count=count), study)
    assert [thread is threading.main_thread() for thread in threads] == [True, False]


async def test_an_anchor_is_read_page_by_page(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indicating, "MOST_BARS", 300)
    monkeypatch.setattr(indicating, "MOST_BEFORE", 1_500)
    # The third day begins at bar 2,880.
    window = Window(time_of(3_990))
    found = await asked(server, window, "vwap")
    assert found.since == time_of(2_880)
    assert_all_right(found, "vwap", slice(3_990, None))
    assert len(found.version) == 5
    with pytest.raises(UsageError, match="depends on more than 1,500 bars") as told:
        await asked(server, window, "vwap", anchor="week")
    assert told.value.hint


async def test_an_anchor_of_exactly_the_most_bars_is_read(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indicating, "MOST_BARS", 300)
    monkeypatch.setattr(indicating, "MOST_BEFORE", 600)
    found = await asked(server, Window(time_of(2_880 + 600)), "vwap")
    assert_all_right(found, "vwap", slice(2_880 + 600, None))
