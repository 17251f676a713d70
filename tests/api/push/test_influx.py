"""InfluxDB's way to write, as Telegraf and the clients of both versions use it."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from chandlery.core.columns import US
from tests.api.push.house import NEW, TIME, Pushing, pushing

LINE = f"trades,symbol={NEW},host=a price=1.5,size=2,id=1i {TIME}000000000"


@pytest.fixture
async def home() -> Any:
    async with pushing() as own:
        yield own


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/write?org=o&bucket=b&precision=ns",
        "/api/v2/write",
        "/write?db=x&rp=y&consistency=all&precision=n",
        "/write?db=x",
    ],
)
async def test_lines_are_written(home: Pushing, path: str) -> None:
    answer = await home.push(LINE.encode(), path, content_type="text/plain; charset=utf-8")
    assert (answer.status_code, answer.content) == (204, b"")
    packed = gzip.compress(LINE.encode())
    assert (await home.push(packed, path, content_encoding="gzip")).status_code == 204
    assert home.ids() == [1]
    assert home.stored().time.tolist() == [TIME * US]


async def test_the_precision_is_taken(home: Pushing) -> None:
    for number, (precision, scale) in enumerate({"s": 1, "ms": 1_000, "us": US}.items()):
        line = f"{NEW} price=1,size=1,id={number}i {TIME * scale}"
        answer = await home.push(line.encode(), f"/api/v2/write?precision={precision}")
        assert answer.status_code == 204, answer.text
    assert home.stored().time.tolist() == [TIME * US] * 3
    wrong = await home.push(LINE.encode(), "/api/v2/write?precision=day")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid")


async def test_good_lines_are_stored_beside_bad_ones(home: Pushing) -> None:
    body = f"{LINE}\nnonsense\n\n{NEW} price=0,size=1\n{LINE.replace('id=1i', 'id=2i')}"
    answer = await home.push(body.encode(), "/api/v2/write")
    assert answer.status_code == 400
    told = answer.json()
    assert told["code"] == "invalid"
    assert told["line"] == 2
    assert told["message"].startswith("partial write: line 2: expected measurement")
    assert "line 4: price:" in told["message"]
    assert told["message"].endswith("dropped=2")
    assert told["error"] == told["message"]
    assert answer.headers["x-influxdb-error"].startswith("partial write")
    assert home.ids() == [1, 2]


async def test_many_bad_lines_are_counted(home: Pushing) -> None:
    answer = await home.push(b"nonsense\n" * 50, "/write")
    assert "; and 40 more, dropped=50" in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"", {}, 400, "invalid"),
        (b"# nothing", {}, 400, "invalid"),
        (b"x", {"content_encoding": "gzip"}, 400, "invalid"),
        (b"x", {"content_encoding": "br"}, 415, "invalid"),
        (b"x" * 20_000, {}, 413, "request too large"),
    ],
)
async def test_refusals_have_the_form_that_clients_expect(
    body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    async with pushing(**{"push.body": "10KB"}) as home:
        answer = await home.push(body, "/api/v2/write", **headers)
        assert answer.status_code == status
        assert answer.json()["code"] == code
        assert answer.json()["message"] == answer.json()["error"]


async def test_a_full_queue_is_unavailable_for_a_second(home: Pushing) -> None:
    home.house.server.ingest.figures.queued_rows += 10_000_000
    try:
        for path, code in (("/api/v2/write", "unavailable"), ("trades", "busy")):
            answer = await home.push(LINE.encode(), path)
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "1"
            assert answer.json()["code"] == code
    finally:
        home.house.server.ingest.figures.queued_rows -= 10_000_000


async def test_clients_may_ask_whether_we_are_there(home: Pushing) -> None:
    answer = await home.house.get("/ping")
    assert answer.status_code == 204
    assert answer.headers["x-influxdb-version"].startswith("chandlery")
