"""`POST /api/v1/trades`: every format, answered when it is durable; each bad row by its place."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import zstandard

from chandlery.api.access import Scope
from chandlery.api.push.refusals import STATUSES
from chandlery.core.columns import US
from tests.api.house import NOW
from tests.api.push.house import NEW, TIME, Pushing, pushing, row
from tests.sources.push.bodies import arrow, csv, lines

PACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": gzip.compress,
    "zstd": zstandard.compress,
}
ARROW = "application/vnd.apache.arrow.stream"


@pytest.fixture
async def home() -> Any:
    async with pushing() as own:
        yield own


ROWS = [row(number, side="buy") for number in (1, 2, 3)]
FORMATS: dict[str, tuple[bytes, str]] = {
    "array": (msgspec.json.encode(ROWS), "application/json"),
    "lines": (lines(ROWS), "application/x-ndjson; charset=utf-8"),
    "lines as JSON": (lines(ROWS), "application/json"),
    "csv": (csv(ROWS), "text/csv"),
    "arrow": (arrow(ROWS), ARROW),
    "array, unsaid": (msgspec.json.encode(ROWS), ""),
    "lines as a form, as curl sends them": (lines(ROWS), "application/x-www-form-urlencoded"),
    "csv, unsaid": (csv(ROWS), "text/plain"),
    "arrow, unsaid": (arrow(ROWS), "application/octet-stream"),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("encoding", ["", "gzip", "zstd"])
async def test_every_format_is_stored_once(home: Pushing, name: str, encoding: str) -> None:
    body, kind = FORMATS[name]
    body = PACK[encoding](body)
    headers = {"content_type": kind, "content_encoding": encoding}
    answer = await home.push(body, **headers)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"accepted": 3, "duplicate": 0, "rejected": []}
    assert answer.headers["cache-control"] == "no-store"
    assert home.ids() == [1, 2, 3]
    again = await home.push(body, **headers)
    assert again.json() == {"accepted": 0, "duplicate": 3, "rejected": []}
    assert home.ids() == [1, 2, 3]


async def test_one_object_is_a_push(home: Pushing) -> None:
    answer = await home.push(row(7))
    assert answer.json() == {"accepted": 1, "duplicate": 0, "rejected": []}
    assert home.ids() == [7]


async def test_what_was_pushed_is_in_the_candles(home: Pushing) -> None:
    await home.push([row(1, price=2), row(2, price=5), row(3, price=1), row(4, price="3.5")])
    answer = await home.house.get(f"/api/v1/candles?symbol={NEW}&interval=1m&limit=1")
    (bar,) = answer.json()
    assert [bar[name] for name in "ohlcvn"] == [2, 5, 1, 3.5, 8, 4]


async def test_bad_rows_are_named_and_the_others_stored(home: Pushing) -> None:
    rows = [
        row(1),
        {"time": TIME},
        row(2, price="x"),
        row(3, time=NOW + 3600),
        row(4, symbol="no spaces here"),
        row(5, time=TIME * US, symbol=None),
        row(6),
        row(6),
        row(8, time=1_000),
    ]
    answer = await home.push(rows)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["accepted"], told["duplicate"]) == (2, 1)
    reasons = {bad["index"]: bad["reason"] for bad in told["rejected"]}
    assert list(reasons) == [1, 2, 3, 4, 5, 8]
    assert "missing required field" in reasons[1]
    assert reasons[2] == "price: expected a positive number, found 'x'"
    assert reasons[3] == "time is in the future"
    assert "a symbol of 1 to 128 characters" in reasons[4]
    assert "$.symbol" in reasons[5]
    assert reasons[8] == "time is before 2009"
    assert home.ids() == [1, 6]


async def test_a_push_without_one_good_row_is_refused(home: Pushing) -> None:
    answer = await home.push([row(1, price=0), row(2, size="")])
    assert answer.status_code == 400
    told = answer.json()
    assert told["code"] == "no_good_rows"
    assert told["error"].startswith("none of the rows is a trade; row 0: price:")
    assert [bad["index"] for bad in told["rejected"]] == [0, 1]
    assert home.house.server.engine.registry.known(NEW) is None
    assert (await home.push([])).json() == {"accepted": 0, "duplicate": 0, "rejected": []}


async def test_the_symbol_and_the_unit_may_be_said_once(home: Pushing) -> None:
    rows = [{"time": TIME, "price": 1, "size": 1}]
    answer = await home.push(rows, f"trades?symbol={NEW}&time_unit=s")
    assert answer.json()["accepted"] == 1
    assert home.stored().time.tolist() == [TIME * US]
    wrong = await home.push(rows, f"trades?symbol={NEW}&time_unit=m")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "bad_parameter")
    assert (await home.push(rows, "trades?sybmol=A")).json()["hint"] == "did you mean symbol?"


async def test_symbols_are_told_apart_as_everywhere(home: Pushing) -> None:
    equal = {"time": TIME, "price": 1, "size": 1}
    answer = await home.push([equal | {"symbol": "dex:new"}, equal | {"symbol": " DEX:NEW "}])
    assert answer.json()["accepted"] == 2
    assert len(home.stored()) == 2


async def test_new_markets_can_be_forbidden() -> None:
    async with pushing(**{"push.markets": 0}) as home:
        answer = await home.push([row(1), row(2, symbol="BINANCE:BTCUSDT")])
        told = answer.json()
        assert told["accepted"] == 1
        assert told["rejected"][0]["index"] == 0
        assert "push.markets lets no more be made" in told["rejected"][0]["reason"]
        assert home.house.server.engine.registry.known(NEW) is None


async def test_markets_are_bounded() -> None:
    async with pushing(**{"push.markets": 5}) as home:
        answer = await home.push([row(number, symbol=f"M:{number}") for number in range(10)])
        assert answer.json()["accepted"] == 2
        assert [bad["index"] for bad in answer.json()["rejected"]] == list(range(2, 10))


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"", {}, "empty_body"),
        (b" \n ", {}, "empty_body"),
        (b'[{"time":1', {}, "bad_body"),
        (b"[" * 100_000, {}, "too_deep"),
        (b"\x00\x01\x02", {}, "bad_body"),
        ('{"time":1}'.encode("utf-16"), {}, "bad_body"),
        (b"{}", {"content_type": "application/json; charset=utf-16"}, "unsupported_media_type"),
        (b"{}", {"content_type": "image/png"}, "unsupported_media_type"),
        (b"{}", {"content_encoding": "br"}, "unsupported_encoding"),
        (b"{}", {"content_encoding": "gzip"}, "bad_encoding"),
        (gzip.compress(b"{}", mtime=0)[:-4], {"content_encoding": "gzip"}, "bad_encoding"),
        (arrow(ROWS)[:100], {"content_type": ARROW}, "bad_body"),
        (b"no arrow", {"content_type": ARROW}, "bad_body"),
    ],
)
async def test_a_body_that_cannot_be_taken_is_told(
    home: Pushing, body: bytes, headers: dict[str, str], code: str
) -> None:
    answer = await home.push(body, **headers)
    told = answer.json()
    assert told["code"] == code
    assert answer.status_code == {fault.value: of for fault, of in STATUSES.items()}[code]
    assert told["error"]
    assert told["hint"]


@pytest.mark.parametrize("encoding", ["", "gzip", "zstd"])
async def test_a_body_beyond_the_limit_is_refused(encoding: str) -> None:
    async with pushing(**{"push.body": "100KB"}) as home:
        pack = PACK[encoding]
        bomb = await home.push(pack(b" " * 100_001), content_encoding=encoding)
        assert bomb.status_code == 413
        assert bomb.json()["code"] == "body_too_large"
        fits = lines([row(number) for number in range(500)])
        assert (await home.push(pack(fits), content_encoding=encoding)).status_code == 200


async def test_a_body_of_unknown_length_is_limited_too() -> None:
    async with pushing(**{"push.body": "10KB"}) as home:
        sent = 0

        async def pieces() -> Any:
            nonlocal sent
            for _ in range(100):
                sent += 1
                yield b" " * 1_000

        answer = await home.house.inside.post(
            "/api/v1/trades", content=pieces(), headers=home.headers
        )
        assert answer.json()["code"] == "body_too_large"
        assert (await home.push(row(1))).json()["accepted"] == 1


async def test_rows_beyond_the_limit_are_refused() -> None:
    async with pushing(**{"push.rows": 2}) as home:
        answer = await home.push([row(number) for number in range(3)])
        assert (answer.status_code, answer.json()["code"]) == (413, "too_many_rows")
        assert home.ids() == []


async def test_it_needs_the_scope_write(home: Pushing) -> None:
    for headers, status in (({}, 401), (home.house.key(Scope.READ), 403)):
        answer = await home.house.inside.post("/api/v1/trades", content=b"{}", headers=headers)
        assert answer.status_code == status
    assert home.ids() == []


async def test_bytes_that_are_no_text_are_named_too(home: Pushing) -> None:
    body = csv(ROWS).replace(b"DEX:NEW", b"DEX:\xff", 1)
    answer = await home.push(body, content_type="text/csv")
    assert answer.json()["accepted"] == 2
    assert answer.json()["rejected"][0]["index"] == 0
    answer = await home.push(b"A price=1,size=1\n\xff\n", "/write")
    assert "line 2" in answer.json()["error"]
