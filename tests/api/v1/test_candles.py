from __future__ import annotations

import re
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from chandlery.core.columns import US
from tests.api.v1.house import BTC, ETH, NOW, House
from tests.engine.builders import START

BARS = "candles?symbol=BINANCE:BTCUSDT&interval=1m"
HELD = [0, 1, 2, 5, 6, 7, 8, 9]
"""The minutes in which BTC was traded."""


def minutes(answer: httpx.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [(bar["t"] - START) // 60 for bar in answer.json()]


def following(answer: httpx.Response) -> str:
    """Return the next page's path, below `/api/v1/`."""
    found = re.fullmatch(r'<(/api/v1/(.+))>; rel="next"', answer.headers["link"])
    assert found is not None
    assert parse_qs(urlsplit(found[1]).query)["cursor"] == [answer.headers["chandlery-cursor"]]
    return found[2]


async def pages(home: House, path: str) -> list[list[int]]:
    read = [await home.get(path)]
    while "link" in read[-1].headers:
        assert len(read) < 20
        read.append(await home.get(following(read[-1])))
    return [minutes(answer) for answer in read]


async def test_bars_are_a_list_of_nine_columns(home: House) -> None:
    answer = await home.get(f"{BARS}&limit=1")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["chandlery-interval"] == "1m"
    assert answer.json() == [
        {
            "t": START + 540,
            "o": 109,
            "h": 111,
            "l": 109,
            "c": 111,
            "v": 2,
            "q": 220,
            "n": 2,
            "bv": 2,
        }
    ]


async def test_pages_go_back_and_hold_each_bar_once(home: House) -> None:
    assert await pages(home, f"{BARS}&limit=3") == [[7, 8, 9], [2, 5, 6], [0, 1]]
    assert await pages(home, f"{BARS}&limit=4") == [[6, 7, 8, 9], [0, 1, 2, 5]]


async def test_pages_end_at_the_start(home: House) -> None:
    path = f"{BARS}&limit=2&start={START + 60}&end={START + 480}"
    assert await pages(home, path) == [[6, 7], [2, 5], [1]]


async def test_a_cursor_is_of_one_question(home: House) -> None:
    cursor = (await home.get(f"{BARS}&limit=3")).headers["chandlery-cursor"]
    assert minutes(await home.get(f"{BARS}&limit=1&cursor={cursor}")) == [6]
    answer = await home.get(f"{BARS}&fill=flat&cursor={cursor}")
    assert answer.status_code == 400
    assert "another" in answer.json()["error"]


@pytest.mark.parametrize("cursor", ["x", "AAAAAAAAAAAA", "%F0%9F%8D%8C", "=", "A" * 300])
async def test_a_made_up_cursor_is_refused(cursor: str, home: House) -> None:
    answer = await home.get(f"{BARS}&cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_parameter")


async def test_a_start_without_a_limit_takes_all_there_is(home: House) -> None:
    # As long as 600 bars lie there: without a start it would be 500.
    await home.trade([(-60.0 * n, 5.0) for n in range(1, 700)], 1_000, ETH)
    path = "candles?symbol=BINANCE:ETHUSDT&interval=1m"
    assert len(minutes(await home.get(path))) == 500
    assert len(minutes(await home.get(f"{path}&start={START - 600 * 60}"))) == 601


async def test_times_are_read_as_people_write_them(home: House) -> None:
    path = f"{BARS}&start=2024-01-01T00:01:00Z&end=2024-01-01T01:03:00+01:00"
    assert minutes(await home.get(path)) == [1, 2]


async def test_flat_bars_lie_where_nothing_was_traded(home: House) -> None:
    answer = await home.get(f"{BARS}&fill=flat")
    assert minutes(answer) == list(range(10))
    flat = {"o": 104, "h": 104, "l": 104, "c": 104, "v": 0, "q": 0, "n": 0, "bv": 0}
    assert answer.json()[4] == {"t": START + 240, **flat}


async def test_a_page_that_begins_in_the_middle_knows_the_close_before(home: House) -> None:
    answer = await home.get(f"{BARS}&fill=flat&start={START + 240}&end={START + 360}")
    assert [(bar["t"] - START, bar["c"]) for bar in answer.json()] == [(240, 104), (300, 107)]
    assert "link" not in answer.headers


async def test_flat_pages_go_back_to_the_first_bar_and_no_further(home: House) -> None:
    read = await pages(home, f"{BARS}&fill=flat&limit=4")
    assert read == [[6, 7, 8, 9], [2, 3, 4, 5], [0, 1]]


async def test_flat_bars_at_the_end_of_a_page_are_not_lost(home: House) -> None:
    whole = (await home.get(f"{BARS}&fill=flat")).json()
    paged: list[object] = []
    path: str | None = f"{BARS}&fill=flat&limit=4"
    while path is not None:
        answer = await home.get(path)
        paged = answer.json() + paged
        cursor = answer.headers.get("chandlery-cursor")
        path = None if cursor is None else f"{BARS}&fill=flat&limit=4&cursor={cursor}"
    assert paged == whole


async def test_no_flat_bar_lies_in_the_future(home: House) -> None:
    home.clock.move(120)
    assert minutes(await home.get(f"{BARS}&fill=flat&end={NOW + 9_999}"))[-2:] == [8, 9]
    await home.cover(BTC, (START, NOW + 9_999))
    assert minutes(await home.get(f"{BARS}&fill=flat&end={NOW + 9_999}"))[-2:] == [10, 11]


async def test_a_market_long_idle_is_filled_near_now_only(home: House) -> None:
    home.clock.us = (START + 40 * 365 * 86_400) * US
    await home.cover(BTC, (START, home.clock.us // US + 1))
    answer = await home.get("candles?symbol=BINANCE:BTCUSDT&interval=1s&fill=flat&limit=5")
    assert [bar["c"] for bar in answer.json()] == [111] * 5
    assert answer.json()[-1]["t"] == home.clock.us // US


async def test_a_close_is_not_carried_across_what_was_not_collected(home: House) -> None:
    # Nothing was seen of the fourth minute's end: it may have been traded in then.
    await home.cover(BTC, (START, START + 200), (START + 230, NOW))
    assert minutes(await home.get(f"{BARS}&fill=flat")) == [0, 1, 2, 5, 6, 7, 8, 9]


async def test_flat_bars_lie_where_it_was_seen_that_nothing_was_traded(home: House) -> None:
    await home.cover(BTC, (START, START + 240), (START + 300, NOW))
    assert minutes(await home.get(f"{BARS}&fill=flat")) == [0, 1, 2, 3, 5, 6, 7, 8, 9]


async def test_bars_say_that_they_are_partial_until_what_was_missed_is_there(home: House) -> None:
    await home.cover(BTC, (START, START + 130), (START + 310, NOW))
    whole = (await home.get(BARS)).json()
    answer = await home.get(f"{BARS}&partial=1")
    marked = [bar for bar in answer.json() if bar.get("partial")]
    assert [(bar["t"] - START) // 60 for bar in marked] == [2, 5]
    assert [{k: v for k, v in bar.items() if k != "partial"} for bar in answer.json()] == whole
    only = await home.get(f"{BARS}&partial=1&start={START + 300}&limit=5")
    assert [bar.get("partial") for bar in only.json()] == [True, None, None, None, None]
    await home.cover(BTC, (START + 130, START + 310))
    again = await home.get(f"{BARS}&partial=1")
    assert again.json() == whole
    assert again.headers["etag"] != answer.headers["etag"]


async def test_the_last_bar_may_be_partial_too(home: House) -> None:
    await home.cover(BTC, (START, START + 550), (START + 560, NOW))
    last = (await home.get(f"{BARS}&partial=1")).json()[-1]
    assert last["partial"] is True
    hour = (await home.get("candles?symbol=BINANCE:BTCUSDT&interval=1d&partial=1")).json()
    assert [bar["partial"] for bar in hour] == [True]


async def test_bars_that_an_exchange_gives_are_partial_where_it_was_not_heard(home: House) -> None:
    await home.cover(BTC, (START, START + 120), (START + 300, NOW), kind="bars")
    answer = await home.get(f"{BARS}&partial=1&start={START}&limit=9")
    assert minutes(answer) == [0, 1, 2, 5, 6, 7, 8, 9]
    assert [bar["t"] for bar in answer.json() if bar.get("partial")] == [START + 120]
    # What trades were seen makes bars, whether or not the exchange's own are there.
    await home.cover(BTC, (START + 100, START + 310))
    assert not any("partial" in bar for bar in (await home.get(f"{BARS}&partial=1")).json())


async def test_bars_of_an_exchange_do_not_make_seconds_whole(home: House) -> None:
    await home.cover(BTC, (START, START + 30), (START + 90, NOW))
    await home.cover(BTC, (START, NOW), kind="bars")
    assert not any("partial" in bar for bar in (await home.get(f"{BARS}&partial=1")).json())
    seconds = await home.get("candles?symbol=BINANCE:BTCUSDT&interval=30s&partial=1")
    marked = [bar["t"] - START for bar in seconds.json() if bar.get("partial")]
    assert marked == [60]


async def test_no_flat_bar_lies_where_an_exchange_was_not_heard(home: House) -> None:
    await home.cover(BTC, (START, START + 120), (START + 300, START + 600), kind="bars")
    assert minutes(await home.get(f"{BARS}&fill=flat")) == [0, 1, 2, 5, 6, 7, 8, 9]
    await home.cover(BTC, (START + 120, START + 300))
    assert minutes(await home.get(f"{BARS}&fill=flat")) == list(range(10))


async def test_partial_is_for_json_alone(home: House) -> None:
    answer = await home.get(f"{BARS}&partial=1&format=csv")
    assert answer.status_code == 400
    assert answer.json()["error"] == "format=json expected with partial=1, found csv"


async def test_no_flat_bar_lies_after_the_feed_ended(home: House) -> None:
    await home.cover(BTC, (START, START + 600))
    home.clock.move(600)
    assert minutes(await home.get(f"{BARS}&fill=flat"))[-1] == 9
    await home.cover(BTC, (START + 600, START + 720))
    assert minutes(await home.get(f"{BARS}&fill=flat"))[-1] == 11


async def test_a_page_within_a_gap_goes_on_before_it(home: House) -> None:
    await home.cover(BTC, (START, START + 600))
    home.clock.move(6_000)
    assert minutes(await home.get(f"{BARS}&fill=flat&limit=3")) == [7, 8, 9]


@pytest.mark.parametrize(
    ("days", "interval"),
    [(30, "1m"), (31, "15m"), (90, "15m"), (91, "1h"), (365, "1h"), (366, "1d")],
)
async def test_adaptive_bars_are_as_coarse_as_the_range_is_long(
    days: int, interval: str, home: House
) -> None:
    answer = await home.get(f"{BARS}&adaptive=1&start={NOW - days * 86_400}")
    assert answer.headers["chandlery-interval"] == interval
    plain = await home.get(f"{BARS}&start={NOW - days * 86_400}")
    assert plain.headers["chandlery-interval"] == "1m"


async def test_adaptive_pages_keep_their_interval(home: House) -> None:
    await home.trade([(-900.0 * n, 5.0) for n in range(1, 8)], 1_000, BTC)
    path = f"{BARS}&adaptive=1&limit=3&start={NOW - 31 * 86_400}"
    first = await home.get(path)
    second = await home.get(following(first))
    assert second.headers["chandlery-interval"] == "15m"
    assert [bar["t"] - START for bar in second.json()] == [-4500, -3600, -2700]


async def test_csv_and_columns_hold_the_same_bars(home: House) -> None:
    answer = await home.get(f"{BARS}&limit=2&format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="BINANCE_BTCUSDT-1m.csv"' in answer.headers["content-disposition"]
    assert answer.text == (
        "t,o,h,l,c,v,q,n,bv\n"
        f"{START + 480},108,110,108,110,2,218,2,2\n{START + 540},109,111,109,111,2,220,2,2\n"
    )
    columns = (await home.get(f"{BARS}&limit=2&format=columns")).json()
    assert list(columns) == ["t", "o", "h", "l", "c", "v", "q", "n", "bv"]
    assert columns["c"] == [110, 111]


async def test_arrow_and_parquet_hold_the_same_bars(home: House) -> None:
    arrow = pytest.importorskip("pyarrow.ipc")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = (await home.get(BARS)).json()
    streamed = arrow.open_stream((await home.get(f"{BARS}&format=arrow")).content).read_all()
    assert streamed.to_pylist() == rows
    assert streamed.schema.metadata == {b"symbol": b"BINANCE:BTCUSDT", b"interval": b"1m"}
    answer = await home.get(f"{BARS}&format=parquet", accept_encoding="gzip, zstd")
    assert parquet.read_table(BytesIO(answer.content)).to_pylist() == rows
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("form", ["arrow", "parquet"])
async def test_a_missing_extra_is_named(
    form: str, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    answer = await home.get(f"{BARS}&format={form}")
    assert answer.status_code == 501
    assert answer.json()["code"] == "missing_extra"
    assert "pip install chandlery[arrow]" in answer.json()["hint"]


@pytest.mark.parametrize("most", [3, 5])
async def test_the_largest_page_tells_whether_more_follow(
    most: int, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chandlery.api.v1.bars.MOST_BARS", most)
    end = START + 360
    read = await pages(home, f"{BARS}&limit={most}&end={end}&start={START + 60}")
    assert read == [[1, 2, 5]]
    read = await pages(home, f"{BARS}&limit={most}")
    assert [minute for page in reversed(read) for minute in page] == HELD
    assert max(map(len, read)) == most


@pytest.mark.parametrize("form", ["json", "csv"])
async def test_many_bars_come_in_one_answer(form: str, home: House) -> None:
    await home.trade([(-60.0 * n, 5.0) for n in range(1, 3_000)], 1_000, BTC)
    answer = await home.get(f"{BARS}&start=0&format={form}", accept_encoding="gzip")
    assert answer.headers["content-encoding"] == "gzip"
    lines = answer.json() if form == "json" else answer.text.splitlines()[1:]
    assert len(lines) == 2_999 + len(HELD)
