"""What every answer carries, who may do what, and how often."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import jwt
import pytest

from chandlery.api.access import Scope
from chandlery.api.exchange import SAFETY
from chandlery.api.operations.requests import tell_each
from tests.api.house import NOW, PROXIED, START, STRANGER, House, house, logs, settings_of

HISTORY = f"/udf/history?symbol=BINANCE:BTCUSDT&resolution=1&from={START}&to={NOW}"
BARS = "/api/v1/candles?symbol=BINANCE:BTCUSDT&interval=1m"
KINDS = (
    ("GET", "/", 200),
    ("GET", "/docs", 200),
    ("GET", "/healthz", 200),
    ("GET", "/nothing", 404),
    ("POST", "/healthz", 405),
    ("HEAD", BARS, 200),
    ("GET", BARS, 200),
    ("GET", "/api/v1/candles", 400),
    ("GET", HISTORY, 200),
    ("GET", "/udf/nothing", 404),
    ("GET", "/api/v1/admin/keys", 403),
    ("POST", "/udf/marks", 403),
    ("DELETE", "/api/session", 200),
)
SECRET = "s" * 40


@pytest.fixture
def all_told() -> Iterator[None]:
    tell_each(each=True)
    yield
    tell_each(each=True)


@pytest.fixture
async def open_house() -> AsyncIterator[House]:
    async with house() as found:
        yield found


def away(**headers: str) -> dict[str, str]:
    return {"x_forwarded_for": STRANGER, **headers}


@pytest.mark.parametrize(("method", "path", "status"), KINDS)
async def test_every_answer_is_safe(method: str, path: str, status: int, open_house: House) -> None:
    answer = await open_house.ask(method, path, **_sent(open_house.key(Scope.READ)))
    assert answer.status_code == status
    for name, value in SAFETY:
        assert len(answer.headers.get_list(name.decode())) == 1
        if name != b"content-security-policy" or path not in ("/", "/docs"):
            assert answer.headers[name.decode()] == value.decode()
    assert len(answer.headers["x-request-id"]) >= 8


@pytest.mark.parametrize("path", ["/", "/docs"])
async def test_a_page_says_itself_what_it_may_load(path: str, open_house: House) -> None:
    policy = (await open_house.get(path)).headers.get_list("content-security-policy")
    assert len(policy) == 1
    assert "script-src" in policy[0]


async def test_errors_are_told_the_way_each_surface_does(open_house: House) -> None:
    answer = await open_house.get("/api/v1/admin/keys")
    assert (answer.status_code, answer.json().keys()) == (401, {"error", "hint", "code"})
    assert answer.headers["www-authenticate"] == 'Bearer realm="chandlery"'
    answer = await open_house.ask("POST", "/udf/marks")
    assert answer.status_code == 401
    assert answer.json()["s"] == "error"
    assert "scope write" in answer.json()["errmsg"]


async def test_a_bug_is_told_and_answered(
    open_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*args: object) -> None:
        start = {"type": "http.response.start", "status": 200}
        await args[2]({**start, "headers": [(b"content-type", b"application/json")]})  # type: ignore[operator]
        raise RuntimeError

    doors = open_house.surface.front._doors
    monkeypatch.setattr(open_house.surface.front, "_doors", _with(doors, broken))
    with logs() as told:
        answer = await open_house.get("/version", accept_encoding="gzip")
    # The head had not been sent yet.
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert [line["event"] for line in told if line["log_level"] == "error"] == ["request failed"]


# Other origins

CHART = "https://chart.example"


@pytest.mark.parametrize(
    ("allowed", "origin", "expected", "vary"),
    [
        ("", CHART, None, None),
        (CHART, CHART, CHART, "Origin"),
        (CHART, "https://evil.example", None, "Origin"),
        (CHART, None, None, "Origin"),
        ("*", CHART, "*", None),
        ("*", None, None, None),
    ],
)
@pytest.mark.parametrize("path", ["/version", "/nothing", "/api/v1/admin/keys"])
async def test_a_listed_origin_may_read_the_answer(
    path: str, allowed: str, origin: str | None, expected: str | None, vary: str | None
) -> None:
    async with house(settings_of(**{"http.origins": allowed})) as found:
        answer = await found.get(path, **({"origin": origin} if origin else {}))
        assert answer.headers.get("access-control-allow-origin") == expected
        varied = answer.headers.get_list("vary", split_commas=True)
        assert sorted(varied) == sorted(["Accept-Encoding", *([vary] if vary else [])])
        assert ("access-control-expose-headers" in answer.headers) == (expected is not None)
        assert "access-control-allow-credentials" not in answer.headers


async def test_vary_is_one_header() -> None:
    async with house(settings_of(**{"http.origins": CHART})) as found:
        for path in (BARS, HISTORY):
            for encoding in ("gzip", "identity"):
                answer = await found.get(path, origin=CHART, accept_encoding=encoding)
                varied = answer.headers.get_list("vary", split_commas=True)
                assert len(answer.headers.get_list("vary")) == 1
                assert varied.count("Origin") == 1
                assert len(varied) == len(set(varied))
                assert "Accept-Encoding" in varied


async def test_the_question_beforehand() -> None:
    asked = {"access_control_request_method": "POST"}
    async with house(settings_of(**{"http.origins": CHART, "access.read": "closed"})) as found:
        answer = await found.ask("OPTIONS", BARS, origin=CHART, **asked)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["access-control-allow-origin"] == CHART
        assert answer.headers.get_list("access-control-allow-origin") == [CHART]
        assert "POST" in answer.headers["access-control-allow-methods"]
        assert answer.headers["access-control-max-age"] == "7200"
        refused = await found.ask("OPTIONS", BARS, origin="https://evil.example", **asked)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert "access-control-allow-origin" not in refused.headers


async def test_only_options_asks_beforehand() -> None:
    """A GET with the headers of such a question is a GET, and must not slip by."""
    asked = {"origin": CHART, "access_control_request_method": "GET"}
    async with house(settings_of(**{"http.origins": CHART, "access.read": "closed"})) as found:
        assert (await found.get(BARS, **asked)).status_code == 401


# Ids of requests


async def test_a_request_has_an_id(open_house: House) -> None:
    given = await open_house.get("/version", x_request_id="trace-0123456789")
    assert given.headers["x-request-id"] == "trace-0123456789"
    ids = [
        (await open_house.get("/version", **sent)).headers["x-request-id"]
        for sent in ({}, {}, {"x_request_id": "short"}, {"x_request_id": "x" * 65})
    ]
    ids.append(
        (await open_house.get("/version", x_request_id="ab\tcdefghi")).headers["x-request-id"]
    )
    assert len(set(ids)) == 5
    assert all(each.isalnum() for each in ids)


@pytest.mark.usefixtures("all_told")
async def test_the_id_is_in_every_line_of_the_log(
    open_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(work: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(open_house.server, "ask", broken)
    with logs() as told:
        await open_house.get("/api/v1/symbols", x_request_id="trace-0123456789")
    assert {line["event"] for line in told} == {"request failed", "request"}
    assert [line["request_id"] for line in told] == ["trace-0123456789"] * len(told)


@pytest.mark.usefixtures("all_told")
async def test_a_key_is_named_in_the_log_and_never_told(open_house: House) -> None:
    sent = open_house.key(Scope.READ)
    with logs() as told:
        await open_house.get(f"{BARS}&x={sent['Authorization'][7:]}", **_sent(sent))
        await open_house.get("/version", authorization="Bearer chd_0123456789ab_wrong")
    assert told[0]["who"] == "read"
    assert "chd_" not in repr(told)


# Access


@pytest.mark.parametrize("read", ["open", "closed"])
@pytest.mark.parametrize("has", list(Scope))
async def test_what_each_scope_may(read: str, has: Scope) -> None:
    async with house(settings_of(**{"access.read": read})) as found:
        sent = _sent(found.key(has)) if has else {}

        def may(needed: Scope) -> int:
            if max(has, Scope.READ if read == "open" else Scope.NOTHING) >= needed:
                return 200
            return 403 if has else 401

        reads = ("GET", "HEAD", "OPTIONS")
        for method in reads:
            status = (await found.ask(method, BARS, **sent)).status_code
            assert (204 if method == "OPTIONS" and status == 204 else status) in (
                may(Scope.READ),
                204,
            )
        assert (await found.get(BARS, **sent)).status_code == may(Scope.READ)
        for path in ("/metrics", "/stats", "/health", HISTORY, "/api/lightweight/markets"):
            assert (await found.get(path, **sent)).status_code == may(Scope.READ)
        for path in ("/", "/healthz", "/readyz", "/version"):
            assert (await found.get(path, **sent)).status_code == 200
        saved = await found.ask("DELETE", "/1.1/charts?client=c&chart=1", **sent)
        assert saved.status_code == may(Scope.WRITE)
        for path in ("/api/v1/admin/keys", "/api//v1/admin///keys/", "/api/v1/admin%2Fkeys"):
            assert (await found.get(path, **sent)).status_code == may(Scope.ADMIN)


async def test_a_token_of_somebody_else_counts() -> None:
    settings = settings_of(**{"access.jwt_secret": SECRET, "access.read": "closed"})
    async with house(settings) as found:
        said = {"sub": "ann", "exp": NOW + 60, "scope": "read"}
        good = jwt.encode(said, SECRET, algorithm="HS256")
        assert (await found.get(BARS, authorization=f"Bearer {good}")).status_code == 200
        assert (await found.get("/api/v1/admin/keys", x_api_key=good)).status_code == 403
        found.clock.move(120)
        answer = await found.get(BARS, authorization=f"Bearer {good}")
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        bare = jwt.encode(said, "", algorithm="none")
        assert (await found.get(BARS, authorization=f"Bearer {bare}")).status_code == 401


async def test_the_machines_own_user_administers_a_demo() -> None:
    async with house(is_demo=True) as found:
        host = {"host": "localhost:8000"}
        assert (await found.get("/api/v1/admin/keys", **host)).status_code == 200
        for other in (
            {"host": "evil.example"},
            {**host, "origin": "http://evil.example"},
            {**host, "sec_fetch_site": "cross-site"},
            {**host, "x_forwarded_for": "127.0.0.1"},
        ):
            assert (await found.get("/api/v1/admin/keys", **other)).status_code == 401


# How often


@pytest.fixture
async def limited() -> AsyncIterator[House]:
    async with house(settings_of(**{"limits.requests": 3, **PROXIED})) as found:
        yield found


async def test_a_stranger_is_told_what_is_left(limited: House) -> None:
    limits = [_limit(await limited.get("/version", **away())) for _ in range(4)]
    assert limits == [
        (200, "3", "2", "20", None),
        (200, "3", "1", "40", None),
        (200, "3", "0", "60", None),
        (429, "3", "0", "60", "20"),
    ]
    answer = await limited.get("/version", **away())
    assert answer.json() == {
        "error": "more than 3 requests a minute to /version",
        "hint": "ask again in 20 s, or with a key of your own",
        "code": "rate_limited",
    }
    assert answer.headers["cache-control"] == "no-store"
    limited.clock.move(19.9)
    assert (await limited.get("/version", **away())).status_code == 429
    limited.clock.move(0.1)
    assert (await limited.get("/version", **away())).status_code == 200


async def test_limits_are_apart_for_each_route_and_each_who(limited: House) -> None:
    key = _sent(limited.key(Scope.READ))
    for _ in range(3):
        await limited.get("/version", **away())
    assert (await limited.get("/version", **away())).status_code == 429
    assert (await limited.get("/healthz", **away())).status_code == 200
    assert (await limited.get("/version", **away(**key))).status_code == 200
    assert (await limited.get("/version", x_forwarded_for="203.0.113.8")).status_code == 200
    assert (
        await limited.get("/version", x_forwarded_for=f"1.2.3.4, {STRANGER}")
    ).status_code == 429
    for _ in range(5):
        assert _limit(await limited.get("/version")) == (200, None, None, None, None)


async def test_guessing_keys_is_limited(limited: House) -> None:
    wrong = {"x_api_key": "chd_0123456789ab_" + "0" * 64}
    statuses = [(await limited.get("/version", **away(**wrong))).status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    body = b'{"token":"chd_0123456789ab_0"}'
    statuses = [
        (await limited.ask("POST", "/api/session", body, **away())).status_code for _ in range(5)
    ]
    assert statuses == [401, 401, 401, 429, 429]


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_a_large_answer_counts_for_more(encoding: str) -> None:
    async with house(settings_of(**{"limits.requests": 10, **PROXIED})) as found:
        rows = [(60.0 * minute, 12_345.678 + minute / 7) for minute in range(-3_000, 0)]
        await found.trade(rows, 1_000)
        sent = away(accept_encoding=encoding)
        answer = await found.get(f"{BARS}&limit=3000", **sent)
        assert _limit(answer)[:3] == (200, "10", "9")
        cost = len(answer.content) // 64_000
        assert cost > 1
        answer = await found.get(f"{BARS}&limit=1", **sent)
        assert _limit(answer)[:3] == (200, "10", str(10 - 2 - cost))


async def test_a_server_that_ends_says_so_and_still_answers(open_house: House) -> None:
    open_house.surface.operations.phase = "draining"
    answer = await open_house.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "draining"})
    assert (await open_house.get(BARS)).status_code == 200


# What is counted


async def test_routes_are_counted_not_paths(open_house: House) -> None:
    for n in range(500):
        await open_house.get(f"/x{n}/{n}")
        await open_house.get(f"/api/v1/symbols/A:{n}")
    await open_house.get("/version//")
    routes = open_house.server.statistics.routes
    assert {name: route.statuses[404] for name, route in routes.items()} == {
        "other": 500,
        "/api/v1/symbols/{symbol}": 500,
        "/version": 0,
    }


async def test_what_a_client_did_not_wait_for_is_counted_as_such(
    open_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*args: object) -> None:
        """Answer nothing, as when the client is gone."""

    front = open_house.surface.front
    monkeypatch.setattr(front, "_doors", _with(front._doors, nothing))
    scope = {"type": "http", "method": "GET", "path": "/version", "headers": []}
    await front(scope, nothing, nothing)
    assert dict(open_house.server.statistics.routes["/version"].statuses) == {499: 1}


def _sent(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower().replace("-", "_"): value for name, value in headers.items()}


def _limit(answer: httpx.Response) -> tuple[object, ...]:
    names = ("limit", "remaining", "reset")
    told = (answer.headers.get(f"ratelimit-{name}") for name in names)
    return (answer.status_code, *told, answer.headers.get("retry-after"))


def _with(doors: object, app: object) -> object:
    from dataclasses import replace

    return replace(doors, app=app)  # type: ignore[type-var]
