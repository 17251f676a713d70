"""Answers given before any framework are the ones it would have given."""

from __future__ import annotations

import asyncio
import gzip
import random
from collections.abc import AsyncIterator

import httpx
import pytest
import zstandard

from chandlery.api import quick as module
from chandlery.api.access import Scope
from chandlery.core.candles import Bars, Candles
from chandlery.core.columns import US
from chandlery.core.delivery import Delivery
from chandlery.core.resolution import Resolution
from tests.api.house import (
    ACME,
    BTC,
    MARKETS,
    NOW,
    PROXIED,
    START,
    STRANGER,
    House,
    house,
    serving,
    settings_of,
    wire,
)

WHOLE = f"/udf/history?symbol=BINANCE:BTCUSDT&resolution=1&from={START}&to={NOW}"
RESOLUTIONS = ("1", "5", "60", "1D", "1W", "1M", "15S", "3", "7q", "")
MALFORMED = (
    "",
    "symbol=BINANCE:BTCUSDT",
    "symbol=X:Y&resolution=1&from=0&to=9",
    "symbol=BINANCE:BTCUSDT&resolution=1&from=&to=9",
    "symbol=BINANCE:BTCUSDT&resolution=1&from=a&to=9",
    f"symbol=BINANCE:BTCUSDT&resolution=1&from={START}&to={NOW}&to={NOW}",
    f"symbol=BINANCE:BTCUSDT&resolution=1&from={START}000&to={NOW}000",
    f"symbol=BINANCE:BTCUSDT&resolution=1&from={START}&to={NOW}&countback=-1",
    f"symbol=BINANCE:BTCUSDT&resolution=1&from={START}&to={NOW}&countback=1.5",
    f"symbol=BINANCE:BTCUSDT&resolution=1&from={START}&to={NOW}&countback=99999999",
    f"symbol=%FF&resolution=1&from={START}&to={NOW}",
    f"symbol=%00&resolution=1&from={START}&to={NOW}",
    f"symbol=btcusdt&resolution=1&from={START}&to={NOW}",
    f"symbol=+binance%3Abtcusdt+&resolution=1&from={START}.5&to={NOW}.5&currencyCode=USD",
    f"symbol=BINANCE:BTCUSDT&resolution=1&from={START}&to={NOW}&" + "a=1&" * 70,
    f"symbol=BINANCE:BTCUSDT&resolution=1&from={START}&to={NOW}&x=" + "y" * 500,
)


@pytest.fixture
async def found() -> AsyncIterator[House]:
    async with house() as found:
        yield found


def queries(seed: int, count: int) -> list[str]:
    """Return plausible questions: bars, none, reversed, ahead of now."""
    chosen = random.Random(seed)  # noqa: S311 - not for secrets
    times = (0, START - 600, START, START + 61, NOW - 90, NOW, NOW + 5, NOW + 86_400, 9**11)
    asked = []
    for _ in range(count):
        query = (
            f"symbol={chosen.choice(MARKETS).symbol}&resolution={chosen.choice(RESOLUTIONS)}"
            f"&from={chosen.choice(times) + chosen.randint(-90, 90)}"
            f"&to={chosen.choice(times) + chosen.randint(-90, 90)}"
        )
        if chosen.random() < 0.6:
            query += f"&countback={chosen.choice((0, 1, 2, 30, 49, 300, 50_000))}"
        asked.append(query)
    return asked


def quickly(found: House, url: str, **headers: str) -> tuple[dict[str, str], bytes] | None:
    """Return what is answered without the framework."""
    named = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    whole = found.surface.quick.answer(url.encode(), named, "127.0.0.1", [])
    if whole is None:
        return None
    head, _, body = whole.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    assert first == "HTTP/1.1 200 OK"
    return dict(line.split(": ", 1) for line in lines), body


async def compared(found: House, query: str) -> bool:
    """Compare both answers; return whether there was a quick one."""
    url = f"/udf/history?{query}"
    # The endpoint first: it has the bars loaded.
    slow = await found.get(url, accept_encoding="identity")
    assert slow.status_code == 200
    fast = quickly(found, url, accept_encoding="identity")
    if fast is not None:
        assert fast[1] == slow.content, query
        assert dict(fast[0], **{"x-request-id": ""}) == dict(slow.headers, **{"x-request-id": ""})
    return fast is not None


@pytest.mark.parametrize("seed", range(3))
async def test_both_answer_the_same(seed: int, found: House) -> None:
    quick = [await compared(found, query) for query in queries(seed, 200)]
    assert sum(quick) > 50
    # A trade of each kind: of now, late, and of a bar ahead of now.
    await found.trade([(NOW - START, 9.0), (61.0, 8.0), (NOW - START + 8, 7.0)], 5_000)
    await found.server.live.settled()
    quick = [await compared(found, query) for query in queries(seed + 100, 200)]
    assert sum(quick) > 50


@pytest.mark.parametrize("query", MALFORMED)
async def test_what_is_malformed_is_refused_alike(query: str, found: House) -> None:
    await found.get(WHOLE)
    await compared(found, query)


async def test_a_bar_ahead_of_now_is_not_shown(found: House) -> None:
    found.clock.us = (START + 50 * 60 - 2) * US
    await found.trade([(50 * 60 + 3, 7.0)], 9_000)
    url = f"/udf/history?symbol=BINANCE:BTCUSDT&resolution=1&from={START}&to={NOW + 600}"
    assert START + 50 * 60 not in (await found.get(url)).json()["t"]
    assert quickly(found, url) is None
    found.clock.move(2)
    assert (await found.get(url)).json()["t"][-1] == START + 50 * 60
    assert await compared(found, url.partition("?")[2])


async def test_a_session_that_changes_counts_at_once(found: House) -> None:
    from dataclasses import replace

    query = f"symbol=NYSE:ACME&resolution=60&from={START - 86_400}&to={NOW}"
    assert await compared(found, query)
    before = quickly(found, f"/udf/history?{query}")
    acme = found.server.engine.registry.market(ACME)
    found.server.engine.registry.update([replace(acme, session="0900-1600")])
    found.server.live.forget()
    await found.server.live.settled()
    await compared(found, query)
    assert (await found.get(f"/udf/history?{query}")).content != (before or ({}, b""))[1]


@pytest.mark.parametrize("encoding", ["gzip", "zstd", "identity", "br", "gzip;q=0", "*"])
async def test_both_compress_alike(encoding: str, found: House) -> None:
    plain = (await found.get(WHOLE, accept_encoding="identity")).content
    fast = quickly(found, WHOLE, accept_encoding=encoding)
    assert fast is not None
    head, body = fast
    kind = {"*": "zstd", "gzip": "gzip", "zstd": "zstd"}.get(encoding)
    assert head.get("content-encoding") == kind
    assert _unpacked(body, kind) == plain
    assert len(body) == int(head["content-length"])
    slow = await found.get(WHOLE, accept_encoding=encoding)
    assert slow.headers.get("content-encoding") == kind
    assert slow.content == plain


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
async def test_a_compressed_answer_is_never_an_old_one(encoding: str, found: House) -> None:
    await found.get(WHOLE)
    seen = set()
    for step in range(3):
        for _ in range(2):
            fast = quickly(found, WHOLE, accept_encoding=encoding)
            assert fast is not None
            seen.add(_unpacked(fast[1], encoding))
        # One of now, then a late one, which corrects a bar.
        await found.trade([(NOW - START if step else 61.0, 500.0 + step)], 5_000 + step)
        await found.server.live.settled()
    bars = Candles.of(
        market=[BTC], t=[START], o=[1.0], h=[1.0], l=[1.0], c=[1.0], v=[1.0], q=[1.0], n=[1],
        bv=[1.0], given=[True],
    )  # fmt: skip
    given = Bars(Resolution.parse("1m"), bars)
    await found.server.ingest.submit(Delivery(bars=(given,)))
    await found.server.live.settled()
    fast = quickly(found, WHOLE, accept_encoding=encoding)
    assert fast is not None
    seen.add(_unpacked(fast[1], encoding))
    assert len(seen) == 4
    assert _unpacked(fast[1], encoding) == (await found.get(WHOLE)).content


async def test_what_is_kept_is_bounded(found: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_COMPRESSED", 8)
    await found.get(WHOLE)
    for n in range(50):
        assert quickly(found, f"{WHOLE}&x={n}", accept_encoding=f"gzip, x{n}") is not None
    assert len(found.surface.quick._compressed) <= 8
    assert quickly(found, f"{WHOLE}&x={'y' * 300}") is None


@pytest.mark.parametrize("headers", [{"x_request_id": "trace-01234"}, {"if_none_match": "*"}])
async def test_what_is_not_plain_goes_the_ordinary_way(
    headers: dict[str, str], found: House
) -> None:
    await found.get(WHOLE)
    assert quickly(found, WHOLE) is not None
    assert quickly(found, WHOLE, **headers) is None


async def test_both_are_counted_and_limited_as_one() -> None:
    settings = settings_of(**{"limits.requests": 5, **PROXIED})
    async with house(settings) as found:
        await found.get(WHOLE)
        sent = {"x_forwarded_for": STRANGER, "accept_encoding": "identity"}
        told = []
        for _ in range(2):
            fast = quickly(found, WHOLE, **sent)
            assert fast is not None
            told.append(fast[0]["ratelimit-remaining"])
            told.append((await found.get(WHOLE, **sent)).headers["ratelimit-remaining"])
        assert told == ["4", "3", "2", "1"]
        assert quickly(found, WHOLE, **sent) is not None
        assert quickly(found, WHOLE, **sent) is None
        assert (await found.get(WHOLE, **sent)).status_code == 429
        statuses = found.server.statistics.routes["/udf/history"].statuses
        assert dict(statuses) == {200: 6, 429: 1}


async def test_a_large_quick_answer_counts_for_more() -> None:
    async with house(settings_of(**{"limits.requests": 20, **PROXIED})) as found:
        rows = [(60.0 * minute, 12_345.678 + minute / 7) for minute in range(-3_000, 0)]
        await found.trade(rows, 1_000)
        large = WHOLE.replace(str(START), str(START - 200_000))
        size = len((await found.get(large)).content)
        left = []
        for url in (large, WHOLE):
            fast = quickly(found, url, x_forwarded_for=STRANGER)
            assert fast is not None
            left.append(int(fast[0]["ratelimit-remaining"]))
        assert size > 128_000
        # To be compressed it goes where that holds up nobody.
        assert quickly(found, large, x_forwarded_for=STRANGER, accept_encoding="gzip") is None
        assert left == [19, 18 - size // 64_000]


@pytest.mark.parametrize("sent", [{}, {"authorization": "Bearer wrong"}])
async def test_who_may_not_read_is_told_by_the_endpoint(sent: dict[str, str]) -> None:
    async with house(settings_of(**{"access.read": "closed"})) as found:
        key = {"authorization": found.key(Scope.READ)["Authorization"]}
        assert (await found.get(WHOLE, **key)).status_code == 200
        assert quickly(found, WHOLE, **key) is not None
        assert quickly(found, WHOLE, **sent) is None
        assert (await found.get(WHOLE, **sent)).status_code == 401


# On a connection


async def test_requests_in_one_piece_are_answered_in_order() -> None:
    async with serving() as found, wire(found) as one:
        plain = (await found.get(WHOLE)).content
        paths = [WHOLE, "/version", WHOLE, f"{WHOLE}&countback=2", "/nothing", WHOLE] * 20
        asked = (f"GET {path} HTTP/1.1\r\nhost: h\r\n\r\n".encode() for path in paths)
        await one.send(b"".join(asked))
        for path in paths:
            status, headers, body = await one.answer()
            assert status == (404 if path == "/nothing" else 200)
            assert headers["x-content-type-options"] == "nosniff"
            assert (body == plain) == path.startswith(WHOLE)


@pytest.mark.parametrize(
    ("first", "more", "stays"),
    [
        (f"GET {WHOLE} HTTP/1.1", "", True),
        (f"GET {WHOLE} HTTP/1.1", "connection: close\r\n", False),
        (f"GET {WHOLE} HTTP/1.0", "", False),
        # Who speaks 1.0 takes a connection as kept only where that is said, and we say it never.
        (f"GET {WHOLE} HTTP/1.0", "connection: keep-alive\r\n", False),
        (f"GET {WHOLE} HTTP/1.1", "content-length: 2\r\n", True),
        (f"GET {WHOLE} HTTP/1.1", "connection: upgrade\r\nupgrade: h2c\r\n", True),
        (f"GET http://h{WHOLE} HTTP/1.1", "", True),
    ],
)
async def test_every_way_to_ask(first: str, more: str, *, stays: bool) -> None:
    async with serving() as found:
        plain = (await found.get(WHOLE)).content
        async with wire(found) as one:
            await one.send(f"{first}\r\nhost: h\r\n{more}\r\n".encode())
            if "content-length" in more:
                await one.send(b"{}")
            status, headers, body = await one.answer()
            assert (status, body) == (200, plain)
            if stays:
                assert "connection" not in headers
                if "upgrade" not in more:
                    await one.send(b"GET /version HTTP/1.1\r\nhost: h\r\n\r\n")
                    assert (await one.answer())[0] == 200
            else:
                assert headers["connection"] == "close"
                assert await one.ended() == b""


async def test_a_websocket_at_its_path_is_refused_as_any() -> None:
    upgrade = (
        "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    )
    async with serving() as found, wire(found) as one:
        await found.get(WHOLE)
        await one.send(f"GET {WHOLE} HTTP/1.1\r\nhost: h\r\n{upgrade}\r\n".encode())
        assert (await one.head())[0] == 404


@pytest.mark.parametrize("method", ["HEAD", "POST", "DELETE", "OPTIONS"])
async def test_other_methods_are_left_to_the_endpoint(method: str) -> None:
    async with serving() as found, httpx.AsyncClient() as client:
        await found.get(WHOLE)
        answer = await client.request(method, found.url + WHOLE)
        inside = await found.ask(method, WHOLE)
        assert answer.status_code == inside.status_code
        assert answer.content == inside.content


async def test_a_slow_reader_gets_all_in_order() -> None:
    async with serving() as found, wire(found, limit=2**16) as one:
        plain = (await found.get(WHOLE)).content
        count = 3_000
        sending = asyncio.create_task(
            one.send(f"GET {WHOLE} HTTP/1.1\r\nhost: h\r\n\r\n".encode() * count)
        )
        for _ in range(count):
            status, _, body = await one.answer()
            assert (status, body) == (200, plain)
        await sending


async def test_a_connection_is_answered_by_its_own_address() -> None:
    settings = settings_of(**{"limits.requests": 2, **PROXIED})
    async with serving(settings) as found, httpx.AsyncClient() as client:
        await found.get(WHOLE)
        away = {"X-Forwarded-For": STRANGER}
        statuses = [(await client.get(found.url + WHOLE, headers=away)) for _ in range(3)]
        assert [answer.status_code for answer in statuses] == [200, 200, 429]
        assert statuses[2].json()["s"] == "error"
        assert statuses[2].headers["retry-after"] == "30"


def _unpacked(body: bytes, kind: str | None) -> bytes:
    if kind == "gzip":
        return gzip.decompress(body)
    if kind == "zstd":
        return zstandard.ZstdDecompressor().decompress(body)
    return body
