"""The web app is sent as it was built: compressed ahead, kept while it holds, to everybody."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from chandlery.api.site import files
from chandlery.api.site.policy import policy_of
from tests.api.house import house, settings_of

SCRIPT = b"console.log('chart');" * 100
PAGE = b'<!doctype html><base href="/"><script type=module src=./assets/index-1a2b.js></script>'


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an app that was built, in a directory of its own."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_bytes(PAGE)
    (tmp_path / "admin.html").write_bytes(PAGE + b"admin")
    (tmp_path / "icon.svg").write_bytes(b"<svg/>")
    (tmp_path / "assets" / "index-1a2b.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "index-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "assets" / "index-1a2b.js.br").write_bytes(b"smaller still")
    found = files.read(tmp_path)
    monkeypatch.setattr(files, "built", lambda: found)
    monkeypatch.setattr("chandlery.api.site.routes.built", lambda: found)
    return tmp_path


@pytest.mark.parametrize("path", ["/", "/chart", "/chart/BINANCE:BTCUSDT", "/chart/KRAKEN:BTC/EUR"])
async def test_every_address_of_a_chart_is_the_app(app: Path, path: str) -> None:
    async with house() as home:
        answer = await home.get(path)
        assert (answer.status_code, answer.content) == (200, PAGE)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-cache"
        again = await home.get(path, if_none_match=answer.headers["etag"])
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["content-security-policy"] == policy_of()


async def test_the_administration_is_a_page_of_its_own(app: Path) -> None:
    async with house() as home:
        assert (await home.get("/admin")).content.endswith(b"admin")
        assert (await home.get("/admin/feeds")).content.endswith(b"admin")


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
async def test_a_part_is_sent_as_it_was_compressed(
    app: Path, accepted: str, encoding: str | None
) -> None:
    async with house() as home:
        url = "/assets/index-1a2b.js"
        async with home.inside.stream("GET", url, headers={"accept-encoding": accepted}) as answer:
            body = b"".join([part async for part in answer.aiter_raw()])
        assert answer.headers.get("content-encoding") == encoding
        assert answer.headers["cache-control"] == files.FOR_EVER
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["vary"].lower().count("accept-encoding") == 1
        name = {"br": "index-1a2b.js.br", "gzip": "index-1a2b.js.gz"}.get(encoding or "")
        assert body == (app / "assets" / (name or "index-1a2b.js")).read_bytes()


@pytest.mark.parametrize(
    "path",
    ["/assets/none.js", "/assets/index-1a2b.js.gz", "/assets/../index.html", "/assets/%2e%2e%2fx"],
)
async def test_what_is_no_part_is_not_found(app: Path, path: str) -> None:
    async with house() as home:
        answer = await home.get(path)
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"


async def test_the_app_needs_no_key_where_reading_is_closed(app: Path) -> None:
    async with house(settings_of(**{"access.read": "closed"})) as home:
        strange = {"x_forwarded_for": "203.0.113.7"}
        for path in ("/", "/chart/X:Y", "/admin", "/assets/index-1a2b.js"):
            assert (await home.get(path, **strange)).status_code == 200
        assert (await home.get("/api/v1/symbols", **strange)).status_code == 401


async def test_without_an_app_the_page_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chandlery.api.site.routes.built", dict)
    async with house() as home:
        answer = await home.get("/")
        assert answer.status_code == 200
        assert "make web" in answer.text
        assert "no-store" in answer.headers["cache-control"]


def test_a_host_of_its_own_lets_the_app_ask_the_server() -> None:
    assert "connect-src 'self' https://d.example wss://d.example;" in policy_of("https://d.example")
