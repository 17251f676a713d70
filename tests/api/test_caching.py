from __future__ import annotations

import gzip
from typing import Any

import httpx
import pytest

from chandlery.api.caching import cache_control, etag_of, is_known
from tests.api.v1.house import BTC, NOW, House, app_of, house
from tests.engine.builders import START

BARS = "candles?symbol=BINANCE:BTCUSDT&interval=1m"
CLOSED = f"{BARS}&start={START}&end={START + 180}"
TAG = 'W/"abc"'


@pytest.mark.parametrize(
    ("header", "known"),
    [
        (None, False),
        ("", False),
        ("*", True),
        (" * ", True),
        ('W/"abc"', True),
        ('"abc"', True),
        ('"x", W/"y","abc"', True),
        ('"x", "abcd"', False),
        ("abc", False),
        ('"a\\"bc"', False),
    ],
)
def test_tags_are_compared_weakly(header: str | None, known: bool) -> None:
    assert is_known(header, TAG) is known


def test_a_tag_tells_content_and_form_apart() -> None:
    tags = {etag_of(b"1", "a"), etag_of(b"2", "a"), etag_of(b"1", "b")}
    assert len(tags) == 3
    assert etag_of(b"1", "a") in tags


def test_what_may_change_is_asked_for_again() -> None:
    assert cache_control(settled=False, private=False) == "public, no-cache"
    assert cache_control(settled=True, private=False) == "public, max-age=3600, immutable"
    assert cache_control(settled=True, private=True).startswith("private, ")


async def conditional(home: House, path: str, answer: httpx.Response) -> httpx.Response:
    return await home.get(path, if_none_match=answer.headers["etag"])


async def test_who_has_it_gets_no_body() -> None:
    async with house() as home:
        answer = await home.get(BARS, accept_encoding="gzip")
        again = await conditional(home, BARS, answer)
        assert (again.status_code, again.content) == (304, b"")
        kept = ("etag", "cache-control", "vary", "chandlery-interval")
        assert [again.headers[name] for name in kept] == [answer.headers[name] for name in kept]
        assert answer.headers["vary"] == "Accept-Encoding, Origin"


async def test_a_late_trade_changes_the_identity_of_what_it_corrects() -> None:
    async with house() as home:
        home.clock.move(7_200)
        closed, open_ = await home.get(CLOSED), await home.get(BARS)
        other = f"{BARS}&start={START + 300}&end={START + 360}"
        unchanged = await home.get(other)
        assert (await conditional(home, CLOSED, closed)).status_code == 304
        await home.trade([(61.0, 500.0)], 999, BTC)
        await home.server.live.settled()
        corrected = await conditional(home, CLOSED, closed)
        assert corrected.status_code == 200
        assert corrected.json()[1]["h"] == 500
        assert (await conditional(home, BARS, open_)).status_code == 200
        assert (await conditional(home, other, unchanged)).status_code == 304


async def test_the_identity_outlives_a_restart() -> None:
    async with house() as home:
        first = (await home.get(BARS)).headers["etag"]
    async with house() as home:
        assert (await home.get(BARS)).headers["etag"] == first


@pytest.mark.parametrize(
    ("path", "hours", "kept"),
    [
        (CLOSED, 2, "public, max-age=3600, immutable"),
        (CLOSED, 0, "public, no-cache"),
        (BARS, 2, "public, no-cache"),
        (f"{BARS}&end={NOW + 99_999}", 2, "public, no-cache"),
        (f"{BARS}&start=1&end=2", 2, "public, no-cache"),
        (f"{CLOSED}&fill=flat", 2, "public, max-age=3600, immutable"),
        (f"trades?symbol=BINANCE:BTCUSDT&end={START + 60}", 2, "public, max-age=3600, immutable"),
        ("trades?symbol=BINANCE:BTCUSDT", 2, "public, no-cache"),
        (
            f"indicators/sma?symbol=BINANCE:BTCUSDT&interval=1m&end={START + 60}",
            2,
            "public, max-age=3600, immutable",
        ),
        ("symbols", 2, "public, no-cache"),
    ],
)
async def test_only_what_is_settled_is_kept(path: str, hours: int, kept: str) -> None:
    async with house() as home:
        home.clock.move(hours * 3_600)
        assert (await home.get(path)).headers["cache-control"] == kept


async def test_what_needed_a_credential_is_private() -> None:
    async with house() as home:
        app = app_of(home.server)

        async def signed_in(scope: Any, receive: Any, send: Any) -> None:
            scope.setdefault("state", {})["principal"] = "somebody"
            await app(scope, receive, send)

        transport = httpx.ASGITransport(app=signed_in)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            answer = await client.get("/api/v1/symbols")
        assert answer.headers["cache-control"] == "private, no-cache"


async def test_every_encoding_has_the_same_identity_and_content() -> None:
    async with house() as home:
        plain = await home.get(f"{BARS}&limit=8", accept_encoding="identity")
        packed = await home.get(f"{BARS}&limit=8", accept_encoding="zstd;q=0.1, gzip")
        assert plain.headers["etag"] == packed.headers["etag"]
        assert "content-encoding" not in plain.headers
        short = await home.get(f"{BARS}&limit=1", accept_encoding="gzip")
        assert "content-encoding" not in short.headers
        rows = await home.get("intervals", accept_encoding="gzip")
        assert rows.headers["content-encoding"] == "gzip"
        assert int(rows.headers["content-length"]) < len(rows.content)
        assert gzip.compress(rows.content, 1, mtime=0)[:4] == b"\x1f\x8b\x08\x00"


@pytest.mark.parametrize("path", [BARS, "symbols", "intervals", "jobs", f"{BARS}&format=csv"])
async def test_head_is_get_without_the_body(path: str) -> None:
    async with house() as home:
        for encoding in ("identity", "gzip"):
            headers = {"accept-encoding": encoding}
            get = await home.client.get(f"/api/v1/{path}", headers=headers)
            head = await home.client.head(f"/api/v1/{path}", headers=headers)
            assert (head.status_code, head.content) == (200, b"")
            assert dict(head.headers) == dict(get.headers)
