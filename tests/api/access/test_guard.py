from __future__ import annotations

import base64
from ipaddress import ip_network

import jwt
import pytest

from chandlery.api.access import Keys, Origins, Scope, Tokens, protection_of
from chandlery.api.access.addresses import FORWARDING, Proxies
from chandlery.api.access.cookie import cookie_in, set_cookie
from chandlery.api.access.errors import AccessError, CredentialError, ForbiddenError
from chandlery.api.access.guard import Guard, Rules
from chandlery.config import load
from chandlery.stores.memory import MemoryStore
from tests.api.access.clocks import NOW_S, HandClock

SECRET = "s" * 40
AWAY, HERE = "203.0.113.7", "127.0.0.1"
PAGE = {"host": "h.example:8000", "origin": "http://h.example:8000"}


class House:
    """A guard with its keys."""

    def __init__(self, **rules: object) -> None:
        self.clock = HandClock()
        self.keys = Keys(MemoryStore(), self.clock)
        said = Rules(**rules)  # type: ignore[arg-type]
        self.guard = Guard(said, self.keys, Tokens(self.clock, SECRET), self.clock)

    def key(self, scope: Scope, lifetime_s: int | None = None) -> str:
        return self.keys.create(scope.text, scope, lifetime_s).text

    def may(self, scope: Scope, peer: str = AWAY, **headers: str) -> int:
        """Return what HTTP would say."""
        try:
            self.guard.require(self.guard.identify(sent(**headers), peer), scope)
        except AccessError as error:
            return error.status
        return 200


def sent(**headers: str) -> list[tuple[bytes, bytes]]:
    return [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]


def token(**said: object) -> str:
    return jwt.encode({"sub": "ann", "exp": NOW_S + 60, **said}, SECRET, algorithm="HS256")


@pytest.mark.parametrize(
    ("has", "is_open", "read", "write", "admin"),
    [
        (Scope.NOTHING, True, 200, 401, 401),
        (Scope.NOTHING, False, 401, 401, 401),
        (Scope.READ, True, 200, 403, 403),
        (Scope.READ, False, 200, 403, 403),
        (Scope.WRITE, True, 200, 200, 403),
        (Scope.WRITE, False, 200, 200, 403),
        (Scope.ADMIN, True, 200, 200, 200),
        (Scope.ADMIN, False, 200, 200, 200),
    ],
)
def test_what_each_scope_may_do(
    has: Scope, is_open: bool, read: int, write: int, admin: int
) -> None:
    house = House(is_open=is_open)
    wanted = [(Scope.READ, read), (Scope.WRITE, write), (Scope.ADMIN, admin)]
    ways: list[dict[str, str]] = [{}]
    if has:
        key, own = house.key(has), token(scope=has.text)
        ways = [{"authorization": f"Bearer {key}"}, {"authorization": f"bearer {own}"}]
        ways += [{"x_api_key": key}, {"cookie": f"a=b; chandlery_token={key}", **PAGE}]
    for headers in ways:
        for peer in (AWAY, HERE):
            assert [house.may(scope, peer, **headers) for scope, _ in wanted] == [
                status for _, status in wanted
            ]


def test_a_token_without_a_scope_may_do_what_anybody_may() -> None:
    for is_open, status in ((True, 200), (False, 403)):
        assert House(is_open=is_open).may(Scope.READ, authorization=f"Bearer {token()}") == status


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"authorization": "Bearer nonsense"}, "the token is malformed"),
        ({"authorization": "Bearer chd_1_2"}, "unknown API key"),
        ({"authorization": "Bearer "}, "an empty key"),
        ({"x_api_key": "nonsense"}, "the token is malformed"),
        ({"x_api_key": ""}, "an empty key"),
    ],
)
def test_a_bad_credential_is_401_even_where_none_is_needed(
    headers: dict[str, str], told: str
) -> None:
    with pytest.raises(CredentialError, match=told) as caught:
        House().guard.identify(sent(**headers), AWAY)
    assert caught.value.status == 401
    assert dict(caught.value.headers)[b"www-authenticate"].startswith(b"Bearer")


def test_two_authorizations_are_refused() -> None:
    house = House()
    pair = (b"authorization", f"Bearer {house.key(Scope.READ)}".encode())
    with pytest.raises(CredentialError, match="more than one"):
        house.guard.identify([pair, pair], AWAY)


def test_another_scheme_is_somebody_elses() -> None:
    house = House()
    assert house.may(Scope.READ, authorization="Basic YTpi") == 200
    principal = house.guard.identify(sent(authorization="Basic YTpi"), AWAY)
    with pytest.raises(CredentialError, match="another scheme"):
        house.guard.require(principal, Scope.WRITE)


def test_keys_come_as_influx_clients_send_them() -> None:
    house = House()
    key = house.key(Scope.WRITE)
    basic = base64.b64encode(f"telegraf:{key}".encode()).decode()
    assert house.may(Scope.WRITE, authorization=f"Token {key}") == 200
    assert house.may(Scope.WRITE, authorization=f"Basic {basic}") == 200
    assert house.may(Scope.WRITE, authorization=f"Basic {basic[:-8]}") == 401
    assert house.may(Scope.WRITE, authorization="Basic ???") == 401


def test_revoked_and_expired_keys_are_refused_at_once() -> None:
    house = House()
    short, lost = house.key(Scope.ADMIN, 10), house.key(Scope.ADMIN)
    principals = [house.guard.identify(sent(x_api_key=key), AWAY) for key in (short, lost)]
    house.clock.seconds = 10
    house.keys.revoke(principals[1].key)
    for key, principal, told in zip((short, lost), principals, ("expired", "revoked"), strict=True):
        with pytest.raises(CredentialError, match=told):
            house.guard.identify(sent(x_api_key=key), AWAY)
        with pytest.raises(CredentialError, match=told):
            house.guard.check_again(principal)


def test_a_long_connection_ends_with_its_token() -> None:
    house = House()
    anonymous = house.guard.identify([], AWAY)
    known = house.guard.identify_token(token(scope="write"), anonymous)
    assert (known.name, known.scope, known.who) == ("ann", Scope.WRITE, "token:ann")
    house.guard.check_again(known)
    house.clock.seconds = 60
    with pytest.raises(CredentialError, match="has expired"):
        house.guard.check_again(known)
    house.guard.check_again(anonymous)


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "h.example", "origin": "https://evil.example"},
        {"host": "h.example", "origin": "null"},
        {"host": "h.example", "origin": "http://h.example:81"},
        {"host": "h.example", "sec_fetch_site": "cross-site"},
        {"host": "h.example", "sec_fetch_site": "same-site"},
        {"origin": "http://h.example"},
    ],
)
def test_a_cookie_is_for_our_own_pages_only(headers: dict[str, str]) -> None:
    house = House(origins=Origins(["*", "https://evil.example"]))
    cookie = f"chandlery_token={house.key(Scope.ADMIN)}"
    assert house.may(Scope.ADMIN, cookie=cookie, **headers) == 401
    assert house.may(Scope.ADMIN, cookie=cookie, **PAGE) == 200
    assert house.may(Scope.ADMIN, cookie=cookie, host="h", sec_fetch_site="same-origin") == 200


def test_a_stale_cookie_locks_nobody_out() -> None:
    house = House()
    cookie = "chandlery_token=chd_" + "0" * 12 + "_" + "0" * 64
    assert house.may(Scope.READ, cookie=cookie, **PAGE) == 200
    principal = house.guard.identify(sent(cookie=cookie, **PAGE), AWAY)
    with pytest.raises(CredentialError, match="of the cookie: unknown API key"):
        house.guard.require(principal, Scope.ADMIN)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "localhost:8000"},
        {"host": "LOCALHOST"},
        {"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:8000"},
        {"host": "[::1]:8000", "sec_fetch_site": "same-origin"},
        {"host": "localhost", "sec_fetch_site": "none"},
        {"host": "candles.lan:8000"},
        {"host": "localhost:8000", "origin": "http://localhost:5173"},
    ],
)
def test_in_the_demo_this_machines_user_is_the_owner(headers: dict[str, str]) -> None:
    listed = Origins(["*", "http://localhost:5173"])
    house = House(is_demo=True, host="candles.lan", origins=listed)
    for peer in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        assert house.may(Scope.ADMIN, peer, **headers) == 200
    assert house.may(Scope.ADMIN, AWAY, **headers) == 401
    assert House(host="candles.lan", origins=listed).may(Scope.ADMIN, HERE, **headers) == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:8000", "origin": "http://evil.example:8000"},
        {"host": "localhost.evil.example"},
        {"host": "localhost:8000@evil"},
        {"host": ""},
        {"host": "0.0.0.0:8000"},
        {"host": "localhost:8000", "origin": "https://evil.example"},
        {"host": "localhost:8000", "origin": "null"},
        {"host": "localhost:8000", "origin": "http://localhost:3000"},
        {"host": "localhost:8000", "sec_fetch_site": "cross-site"},
        {"host": "localhost:8000", "sec_fetch_site": "same-site"},
        *({"host": "localhost", name.decode().replace("-", "_"): HERE} for name in FORWARDING),
    ],
)
def test_in_the_demo_no_other_site_and_no_proxy_is_the_owner(headers: dict[str, str]) -> None:
    for host in ("0.0.0.0", "127.0.0.1", "::"):  # noqa: S104 - the name of everywhere
        house = House(is_demo=True, host=host, origins=Origins(["*"]))
        assert house.may(Scope.ADMIN, HERE, **headers) == 401


def test_limits_count_keys_and_clients_but_not_this_machine() -> None:
    house = House(proxies=Proxies([ip_network("10.0.0.1")]))
    guard, key = house.guard, house.key(Scope.READ)
    who = {
        "direct": guard.identify([], AWAY).who,
        "key": guard.identify(sent(x_api_key=key), AWAY).who,
        "own": guard.identify([], HERE).who,
        "own key": guard.identify(sent(x_api_key=key), HERE).who,
        "behind": guard.identify(sent(x_forwarded_for="2001:db8::5"), "10.0.0.1").who,
        "unknown proxy": guard.identify(sent(x_forwarded_for="1.2.3.4"), HERE).who,
        "lied": guard.identify(sent(x_forwarded_for=HERE), "10.0.0.1").who,
    }
    assert who == {
        "direct": f"address:{AWAY}",
        "key": f"key:{key.split('_')[1]}",
        "own": "",
        "own key": "",
        "behind": "address:20010db800000000/64",
        "unknown proxy": f"address:{HERE}",
        "lied": f"address:{HERE}",
    }
    bad = [*sent(authorization="Bearer x"), (b"host", b"h")]
    assert guard.caller_of(bad, AWAY).who == f"address:{AWAY}"


def test_callers_are_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chandlery.api.access.guard.MOST_REMEMBERED", 10)
    guard = House().guard
    for number in range(35):
        assert guard.identify([], f"198.51.100.{number}").address == f"198.51.100.{number}"
    assert len(guard._anonymous) <= 10


def test_a_forbidden_answer_names_the_scopes() -> None:
    house = House()
    principal = house.guard.identify(sent(x_api_key=house.key(Scope.READ)), AWAY)
    with pytest.raises(ForbiddenError, match="'read' has the scope read, expected admin"):
        house.guard.require(principal, Scope.ADMIN)


def test_the_cookie_is_kept_from_scripts_and_other_sites() -> None:
    text = set_cookie("chd_a_b", is_secure=True)
    for part in (
        b"chandlery_token=chd_a_b;",
        b"HttpOnly",
        b"SameSite=Strict",
        b"Secure",
        b"Path=/",
    ):
        assert part in text
    assert b"Secure" not in set_cookie("", is_secure=False, max_age_s=0)
    assert cookie_in(b"x=1; chandlery_token=abc; chandlery_token=no") == "abc"
    assert cookie_in(b"xchandlery_token=abc") == ""
    with pytest.raises(ValueError, match=r"^$"):
        set_cookie("a; Domain=evil", is_secure=True)


def test_protection_is_put_together_as_the_settings_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("CHANDLERY_ACCESS__READ", "closed")
    monkeypatch.setenv("CHANDLERY_ACCESS__JWT_SECRET", SECRET)
    monkeypatch.setenv("CHANDLERY_ACCESS__JWT_AUDIENCE", "us")
    monkeypatch.setenv("CHANDLERY_HTTP__ORIGINS", "https://a.example")
    monkeypatch.setenv("CHANDLERY_LIMITS__REQUESTS", "7")
    made = protection_of(load().settings, MemoryStore(), HandClock())
    guard = made.guard
    with pytest.raises(CredentialError, match="a key with the scope read is needed"):
        guard.require(guard.identify([], AWAY), Scope.READ)
    with pytest.raises(CredentialError, match="another service"):
        guard.identify(sent(authorization=f"Bearer {token()}"), AWAY)
    right = sent(authorization=f"Bearer {token(aud='us', scope='read')}")
    guard.require(guard.identify(right, AWAY), Scope.READ)
    assert made.origins.is_allowed(b"https://a.example")
    assert made.limits.take("a", "/x").limit == 7


def test_without_keys_for_tokens_none_is_known() -> None:
    made = protection_of(load().settings, MemoryStore(), HandClock())
    with pytest.raises(CredentialError, match="unknown API key"):
        made.guard.identify(sent(authorization=f"Bearer {token()}"), AWAY)
