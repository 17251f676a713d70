from __future__ import annotations

from typing import Any

import pytest

from chandlery.engine.server import Server
from tests.api.udf.house import ACME, BTC, NOON, NOW, Asker, at, cover

RANGE = f"from={NOON - 86_400}&to={NOW}"
ID = NOW * 1_000


def path(kind: str, symbol: str = "BTCUSDT", resolution: str = "1") -> str:
    return f"/api/tradingview/{kind}?symbol={symbol}&resolution={resolution}&{RANGE}"


async def put(ask: Asker, **fields: Any) -> dict[str, Any]:
    answer = await ask.client.post("/api/tradingview/marks", data=fields)
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


async def test_without_marks_there_are_none(ask: Asker) -> None:
    assert await ask.text(path("marks")) == "[]"
    assert await ask.text(path("timescale_marks")) == "[]"


async def test_a_mark_is_shown_at_the_bar_it_lies_in(ask: Asker) -> None:
    saved = await put(
        ask, symbol="BTCUSDT", time=NOON - 1, text="<b>bought</b> & held", label="Buy", color="blue"
    )
    assert saved == {"s": "ok", "id": ID}
    mark = {
        "id": ID,
        "time": NOON - 60,
        "color": "blue",
        "text": "&lt;b&gt;bought&lt;/b&gt; &amp; held",
        "label": "B",
        "labelFontColor": "white",
        "minSize": 14,
    }
    assert await ask.json(path("marks")) == [mark]
    for resolution, time in (
        ("60", NOON - 3_600),
        ("1D", at("2024-07-10")),
        ("2W", at("2024-07-01")),
    ):
        # The bar of the moment, or where that has no trades the last one before it.
        shown = await ask.json(path("marks", resolution=resolution))
        assert [mark["time"] for mark in shown] == [time], resolution
    assert await ask.json(path("marks", symbol="TINYUSDT")) == []


async def test_a_mark_where_no_bar_is_goes_to_the_bar_before(ask: Asker) -> None:
    await put(ask, symbol="BTCUSDT", time=at("2024-07-10T10:00"), text="quiet")
    (mark,) = await ask.json(path("marks"))
    assert mark["time"] == at("2024-07-10T08:00")


async def test_a_mark_at_a_month_of_sessions_is_at_its_name(ask: Asker) -> None:
    await put(ask, symbol="ACME", time=at("2024-06-20T15:00"), text="split")
    query = f"symbol=ACME&resolution=1M&from=0&to={NOW}"
    (mark,) = await ask.json(f"/api/tradingview/marks?{query}")
    assert mark["time"] == at("2024-06-03")


async def test_a_bar_shows_ten_marks_at_most(ask: Asker) -> None:
    for _ in range(12):
        await put(ask, symbol="BTCUSDT", time=NOON, text="x")
    marks = await ask.json(path("marks"))
    assert len(marks) == 10
    assert len({mark["id"] for mark in marks}) == 10


async def test_any_color_is_border_and_background(ask: Asker) -> None:
    await put(ask, symbol="BTCUSDT", time=NOON, color="#2962ff")
    (mark,) = await ask.json(path("marks"))
    assert mark["color"] == {"border": "#2962ff", "background": "#2962ff"}


async def test_a_mark_is_removed_by_symbol_and_id(ask: Asker) -> None:
    saved = await put(ask, symbol="BTCUSDT", time=NOON)
    url = f"/api/tradingview/marks?symbol=BTCUSDT&id={saved['id']}"
    assert (await ask.client.delete(url)).json() == {"s": "ok"}
    assert await ask.json(path("marks")) == []
    assert (await ask.client.delete(url)).json() == {
        "s": "error",
        "errmsg": f"there is no mark {ID} here",
    }


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "the parameter symbol expected, found nothing"),
        ({"symbol": "NOPE", "time": NOON}, "unknown_symbol"),
        ({"symbol": "BTCUSDT"}, "the parameter time expected, found nothing"),
        (
            {"symbol": "BTCUSDT", "time": NOON, "color": "mauve"},
            "a color out of red, green, blue, yellow or such as #2962ff expected",
        ),
        (
            {"symbol": "BTCUSDT", "time": NOON, "place": "sky"},
            "bar or timescale expected for place, found 'sky'",
        ),
        (
            {"symbol": "BTCUSDT", "time": NOON, "text": "x" * 1_001},
            "text of at most 1000 characters expected, found 1001",
        ),
    ],
)
async def test_a_mark_that_cannot_be_is_refused(
    fields: dict[str, Any], told: str, ask: Asker
) -> None:
    assert await put(ask, **fields) == {"s": "error", "errmsg": told}


async def test_a_gap_is_marked_where_it_ends(ask: Asker, server: Server) -> None:
    await cover(
        server,
        BTC,
        ("2024-07-10T07:00", "2024-07-10T08:30"),
        ("2024-07-10T11:58:30", "2024-07-10T12:00:00"),
        ("2024-07-10T12:00:03", "2024-07-10T12:00:20"),
    )
    first = {
        "id": f"gap-{NOON - 180}",
        "time": NOON - 180,
        "color": "red",
        "label": "!",
        "tooltip": ["Not collected:", "2024-07-10T08:30:00Z to 2024-07-10T11:58:30Z"],
    }
    second = first | {
        "id": f"gap-{NOON}",
        "time": NOON,
        "tooltip": ["Not collected:", "2024-07-10T12:00:00Z to 2024-07-10T12:00:03Z"],
    }
    assert await ask.json(path("timescale_marks")) == [first, second]
    (day,) = await ask.json(path("timescale_marks", resolution="1D"))
    assert (day["time"], len(day["tooltip"])) == (at("2024-07-10"), 3)
    assert await ask.json(path("timescale_marks", symbol="TINYUSDT")) == []


async def test_many_gaps_of_one_bar_are_told_in_a_few_lines(ask: Asker, server: Server) -> None:
    seen = [
        (f"2024-07-10T11:{minute}:00", f"2024-07-10T11:{minute}:30") for minute in range(10, 20)
    ]
    await cover(server, BTC, *seen)
    (mark,) = await ask.json(path("timescale_marks", resolution="1D"))
    assert mark["tooltip"][-1] == "and 4 more"
    assert len(mark["tooltip"]) == 7


async def test_a_closed_market_has_no_gap(ask: Asker, server: Server) -> None:
    await cover(
        server,
        ACME,
        ("2024-07-08T13:30", "2024-07-08T20:00"),
        ("2024-07-09T13:30", "2024-07-09T15:00"),
        ("2024-07-09T16:00", "2024-07-09T20:00"),
    )
    (mark,) = await ask.json(
        f"/api/tradingview/timescale_marks?symbol=ACME&resolution=60&from={at('2024-07-08')}&to={NOW}"
    )
    assert mark["tooltip"][1] == "2024-07-09T15:00:00Z to 2024-07-09T16:00:00Z"


async def test_a_mark_at_the_time_scale_leaves_gaps_visible(ask: Asker, server: Server) -> None:
    await put(ask, symbol="BTCUSDT", time=NOON - 60, text="a & b", place="timescale", label="n")
    await put(ask, symbol="BTCUSDT", time=NOON, text="hidden by the gap", place="timescale")
    await cover(
        server,
        BTC,
        ("2024-07-10T11:00", "2024-07-10T12:00"),
        ("2024-07-10T12:00:09", "2024-07-10T12:00:20"),
    )
    own, gap = await ask.json(path("timescale_marks"))
    assert own == {
        "id": f"mark-{ID}",
        "time": NOON - 60,
        "color": "blue",
        "label": "n",
        "tooltip": ["a &amp; b"],
    }
    assert gap["id"] == f"gap-{NOON}"
    assert await ask.json(path("marks")) == []
