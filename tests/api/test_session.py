"""A browser that was given a key keeps it as a cookie: for our own pages, and for no script."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie

import httpx
import pytest

from chandlery.api.access import Scope
from tests.api.house import PROXIED, House, house, logs, settings_of

ADMIN = "/api/v1/admin/keys"
OWN = {"host": "h.example", "origin": "http://h.example"}


@pytest.fixture
async def found() -> AsyncIterator[House]:
    async with house(settings_of(**{"access.read": "closed"})) as found:
        yield found


async def sign_in(found: House, token: str, **headers: str) -> httpx.Response:
    body = b'{"token":"%s"}' % token.encode()
    return await found.ask("POST", "/api/session", body, **(headers or OWN))


def cookie_of(answer: httpx.Response) -> str:
    return answer.headers["set-cookie"].partition(";")[0]


async def test_a_key_is_kept_as_a_cookie(found: House) -> None:
    token = found.keys.create("me", Scope.ADMIN).text
    answer = await sign_in(found, token)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["cache-control"] == "no-store"
    kept = SimpleCookie(answer.headers["set-cookie"])["chandlery_token"]
    assert (kept["httponly"], kept["samesite"], kept["path"]) == (True, "Strict", "/")
    assert kept["secure"] == ""
    cookie = cookie_of(answer)
    for own in (OWN, {"sec_fetch_site": "same-origin"}, {"sec_fetch_site": "none"}, {}):
        assert (await found.get(ADMIN, cookie=cookie, **own)).status_code == 200


@pytest.mark.parametrize(
    "other",
    [
        {"host": "h.example", "origin": "http://evil.example"},
        {"host": "h.example", "origin": "http://h.example:81"},
        {"host": "h.example", "origin": "null"},
        {"host": "h.example", "sec_fetch_site": "cross-site"},
        {"host": "h.example", "sec_fetch_site": "same-site"},
    ],
)
async def test_other_pages_neither_use_nor_set_it(other: dict[str, str], found: House) -> None:
    token = found.keys.create("me", Scope.ADMIN).text
    cookie = cookie_of(await sign_in(found, token))
    assert (await found.get(ADMIN, cookie=cookie, **other)).status_code == 401
    answer = await sign_in(found, token, **other)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("token", ["", "x", "chd_0123456789ab_" + "0" * 64, "a.b.c", "; Path=/"])
async def test_what_is_no_key_is_not_kept(token: str, found: House) -> None:
    with logs() as told:
        answer = await sign_in(found, token)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert "www-authenticate" in answer.headers
    assert "set-cookie" not in answer.headers
    assert not token or token not in repr(told)


async def test_a_cookie_that_counts_no_longer_can_be_replaced(found: House) -> None:
    first = found.keys.create("old", Scope.ADMIN)
    cookie = cookie_of(await sign_in(found, first.text))
    found.keys.revoke(first.key.id)
    assert (await found.get(ADMIN, cookie=cookie, **OWN)).status_code == 401
    second = found.keys.create("new", Scope.ADMIN).text
    answer = await sign_in(found, second, cookie=cookie, **OWN)
    assert answer.status_code == 200
    assert (await found.get(ADMIN, cookie=cookie_of(answer), **OWN)).status_code == 200


@pytest.mark.parametrize(
    ("proto", "is_trusted", "is_secure"),
    [
        ("https", True, True),
        ("HTTPS, http", True, True),
        ("http", True, False),
        ("gopher", True, False),
        ("", True, False),
        ("https", False, False),
    ],
)
async def test_behind_a_proxy_that_ends_tls_it_is_for_tls_alone(
    proto: str, is_trusted: bool, is_secure: bool
) -> None:
    settings = settings_of(**(PROXIED if is_trusted else {}))
    async with house(settings) as found:
        token = found.keys.create("me", Scope.ADMIN).text
        answer = await sign_in(found, token, x_forwarded_proto=proto, **OWN)
        kept = SimpleCookie(answer.headers["set-cookie"])["chandlery_token"]
        assert bool(kept["secure"]) is is_secure
        assert ("strict-transport-security" in answer.headers) is is_secure


async def test_signing_out_takes_the_cookie_away(found: House) -> None:
    answer = await found.ask("DELETE", "/api/session", **OWN)
    kept = SimpleCookie(answer.headers["set-cookie"])["chandlery_token"]
    assert (answer.status_code, kept.value, kept["max-age"]) == (200, "", "0")


async def test_the_page_that_takes_the_key_in_needs_none(found: House) -> None:
    """The admin link leads there, also where reading is closed."""
    for path in ("/", "/chart/KRAKEN:BTC/EUR", "/admin"):
        assert (await found.get(path)).status_code == 200
    assert (await found.get("/api/v1/symbols")).status_code == 401
