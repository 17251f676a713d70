from __future__ import annotations

import pytest

from chandlery.api.access.origins import Origins, host_name, is_same_origin

LISTED = Origins(["https://good.example", "http://good.example:8080"])
EVIL = [
    "https://evil.example", "null", "", "https://good.example.evil.com", "https://evilgood.example",
    "https://sub.good.example", "http://good.example", "https://good.example:444",
    "https://good.example:443", "https://good.example/", "https://good.example@evil.example",
    "https://user@good.example", "https://Good.Example", "HTTPS://good.example",
    "https://good.example.", " https://good.example", "https://good.example\x00",
    "https://good.example https://evil.example", "file://", "*",
]  # fmt: skip


@pytest.mark.parametrize("origin", EVIL)
def test_only_exact_origins_are_allowed(origin: str) -> None:
    page = origin.encode()
    assert not LISTED.is_allowed(page)
    assert LISTED.preflight(page) is None
    assert LISTED.headers_of(page) == ((b"vary", b"Origin"),)
    assert not LISTED.allowed_for_socket(page, b"chandlery.example")


def test_an_origin_on_the_list_may_read_and_ask_but_sends_no_cookie() -> None:
    page = b"https://good.example"
    sent = dict(LISTED.headers_of(page))
    assert sent[b"access-control-allow-origin"] == page
    assert sent[b"vary"] == b"Origin"
    asked = dict(LISTED.preflight(page) or ())
    for name in (b"Authorization", b"X-API-Key", b"If-None-Match", b"Content-Type"):
        assert name in asked[b"access-control-allow-headers"]
    assert int(asked[b"access-control-max-age"]) > 0
    assert b"access-control-allow-credentials" not in {**sent, **asked}
    assert LISTED.allowed_for_socket(page, b"chandlery.example")


def test_every_origin_may_call_when_the_list_says_so() -> None:
    every = Origins(["*"])
    sent = dict(every.headers_of(b"null"))
    assert sent[b"access-control-allow-origin"] == b"*"
    assert b"vary" not in sent
    assert b"access-control-allow-credentials" not in dict(every.preflight(b"https://x.y") or ())
    assert every.headers_of(None) == ()
    assert every.allowed_for_socket(b"https://x.y", b"h")
    assert not every.is_listed(b"https://x.y")


def test_without_a_list_no_header_is_sent() -> None:
    assert Origins().headers_of(b"https://x.y") == ()
    assert Origins().preflight(b"https://x.y") is None


@pytest.mark.parametrize(
    ("origin", "host", "scheme"),
    [
        ("http://localhost:8000", "localhost:8000", "http"),
        ("http://LOCALHOST:8000", "LocalHost:8000", ""),
        ("https://h.example", "h.example", "https"),
        ("https://h.example", "h.example:443", "wss"),
        ("http://h.example:80", "h.example", "ws"),
        ("http://[::1]:8000", "[::1]:8000", "http"),
        ("https://h.example", "h.example", ""),
    ],
)
def test_our_own_page_is_known_by_scheme_host_and_port(origin: str, host: str, scheme: str) -> None:
    assert is_same_origin(origin.encode(), host.encode(), scheme)
    assert Origins().allowed_for_socket(origin.encode(), host.encode(), scheme)


@pytest.mark.parametrize(
    ("origin", "host", "scheme"),
    [
        ("http://localhost:3000", "localhost:8000", ""),
        ("http://h.example", "h.example:8000", ""),
        ("https://h.example", "h.example:80", ""),
        ("http://h.example", "h.example", "https"),
        ("https://h.example", "h.example", "http"),
        ("http://h.example.evil", "h.example", ""),
        ("http://evil-h.example", "h.example", ""),
        ("http://h.example@evil", "h.example", ""),
        ("http://evil", "h@evil", ""),
        ("null", "null", ""),
        ("", "", ""),
        ("http://h.example", "", ""),
        ("http://h.example:x", "h.example:x", ""),
        ("http://127.0.0.1:8000", "localhost:8000", ""),
    ],
)
def test_other_pages_are_not_ours(origin: str, host: str, scheme: str) -> None:
    assert not is_same_origin(origin.encode(), host.encode(), scheme)
    assert not Origins().allowed_for_socket(origin.encode(), host.encode(), scheme)


def test_what_is_no_browser_may_open_a_socket() -> None:
    assert Origins().allowed_for_socket(None, None)


def test_the_name_of_a_host_has_no_port() -> None:
    assert host_name(b"LocalHost:80") == b"localhost"
    assert host_name(b"[::1]:80") == b"[::1]"
    assert host_name(b"localhost:80@evil") == b""
