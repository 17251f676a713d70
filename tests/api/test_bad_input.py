"""Whatever is sent to whichever parameter: a named error or an answer, never a fault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from chandlery.api.access import Scope
from chandlery.api.openapi.document import document_of
from chandlery.api.udf.paths import is_udf
from tests.api.house import NOW, START, House, house, logs

WRONG = (
    "",
    " ",
    "a",
    "1.5",
    "-1",
    "0",
    "-0",
    "1e3",
    "9" * 18,
    "9" * 400,
    "-99999999999999999999",
    "NaN",
    "inf",
    "true",
    "null",
    "[]",
    '{"a":1}',
    "None",
    "١٢٣",
    "' OR 1=1 --",
    "'; DROP TABLE trades; --",
    "x' UNION SELECT * FROM read_csv('/etc/passwd') --",
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "C:\\windows",
    "file:///etc/passwd",
    "__proto__",
    "%s%n${jndi:ldap://x}",
    "A:B\r\nSet-Cookie: a=b",
    "\x00",
    "\x1b[2J",
    "\u202egnp",
    "\ud7ff\uffff😀",
    "a" * 250,
    "a" * 7_900,
    "," * 200,
    "A:B," * 60,
)
NO_TEXT = ("%FF%FE", "%C0%AF", "%ED%A0%80", "%", "%zz", "%u0041")
BODIES = (
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"1e999",
    b"\xff\xfe",
    b"\x00" * 100,
    b'{"a":1}',
    b'{"token":1}',
    b'{"symbol":null,"resolution":[],"start":"x","name":9,"scope":{}}',
    b'{"symbol":"X:Y","resolution":"1m"}',
    b'{"symbol":"X:Y","resolution":"1m","start":99999999999999999999}',
    b'{"symbol":"BINANCE:BTCUSDT","resolution":"7q"}',
    b'{"symbol":"BINANCE:BTCUSDT","start":9,"end":3}',
    b'{"name":"\\u0000","scope":"admin"}',
    b'{"name":"x","scope":"root"}',
    b'{"name":"x","scope":"read","lifetime_s":-1}',
    b"[" * 5_000,
    b'{"a":' * 5_000,
    b"a=1&" * 1_000,
    b"name=%FF&content=%00",
    b"name=" + b"x" * 10_000,
)
ANY = frozenset((200, 204, 400, 401, 403, 404, 405, 413, 415, 422))


@dataclass(frozen=True, slots=True)
class Call:
    """One endpoint, with parameters that would do."""

    method: str
    path: str
    good: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]

    def queries(self) -> Iterator[tuple[str, str, bytes]]:
        """Yield the parameter that is wrong, what it is, and the query."""
        for name, _ in self.kinds:
            rest = "".join(f"&{key}={quote(value)}" for key, value in self.good if key != name)
            for wrong in WRONG:
                yield name, wrong, f"{name}={quote(wrong, safe='')}{rest}".encode()
            for raw in NO_TEXT:
                yield name, raw, f"{name}={raw}{rest}".encode()
            yield name, "twice", f"{name}=1&{name}=2{rest}".encode()
            yield name, "none", rest[1:].encode()


@pytest.fixture
async def found() -> AsyncIterator[House]:
    async with house() as found:
        yield found


def calls(found: House) -> list[Call]:
    """Return every endpoint that is described."""
    paths = document_of(found.surface.front._doors.app)["paths"]  # type: ignore[arg-type]
    return [
        Call(
            method.upper(),
            path,
            tuple(_good(operation)),
            tuple((each["name"], each["schema"]["type"]) for each in operation["parameters"]),
        )
        for path, operations in paths.items()
        for method, operation in operations.items()
    ]


def _good(operation: dict[str, Any]) -> Iterator[tuple[str, str]]:
    own = {"symbol": "BINANCE:BTCUSDT", "symbols": "BINANCE:BTCUSDT", "from": START, "to": NOW}
    for each in operation["parameters"]:
        if each.get("required") and each["in"] == "query":
            yield each["name"], str(own.get(each["name"], each.get("example", 1)))


async def ask(
    found: House, method: str, path: str, query: bytes, body: bytes = b""
) -> tuple[int, dict[str, str], bytes]:
    """Ask as the server does, byte for byte."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 1),
        "root_path": "",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": [(b"authorization", found.admin), (b"content-length", b"%d" % len(body))],  # type: ignore[attr-defined]
        "state": {},
    }
    said: list[Any] = []

    asked = iter([{"type": "http.request", "body": body, "more_body": False}])
    over = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if message := next(asked, None):
            return message
        await over.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        said.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            over.set()

    await found.surface.front(scope, receive, send)
    start, *parts = said
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, b"".join(part.get("body", b"") for part in parts)


def check(call: object, path: str, answer: tuple[int, dict[str, str], bytes]) -> None:
    """Check that an answer is one, or a named error."""
    status, headers, body = answer
    assert status in ANY, (call, answer)
    assert b"Traceback" not in body
    assert b"site-packages" not in body
    if is_udf(path):
        if headers["content-type"].startswith("application/json"):
            told = msgspec.json.decode(body)
            if isinstance(told, dict) and (told.get("s") == "error"):
                assert told["errmsg"], call
    elif status >= 400:
        told = msgspec.json.decode(body)
        assert told.keys() >= {"error", "hint", "code"}, (call, told)
        assert told["error"], call
        assert told["code"].islower(), call


@pytest.fixture
async def guarded(found: House) -> AsyncIterator[House]:
    """Have a test fail that harms the data, or has an error logged."""
    found.admin = found.key(Scope.ADMIN)["Authorization"].encode()  # type: ignore[attr-defined]
    before = await _all(found)
    with logs() as told:
        yield found
    assert [line for line in told if line["log_level"] in ("error", "critical")] == []
    assert await _all(found) == before
    statuses = {s for route in found.server.statistics.routes.values() for s in route.statuses}
    assert max(statuses) < 500


async def _all(found: House) -> list[bytes]:
    paths = ("/api/v1/symbols", "/api/v1/candles", "/api/v1/trades")
    query = b"symbol=BINANCE:BTCUSDT&interval=1m"
    asked = [(paths[0], b""), (paths[1], query), (paths[2], query.partition(b"&")[0])]
    return [(await ask(found, "GET", path, text))[2] for path, text in asked]


async def test_every_parameter_may_be_wrong(guarded: House) -> None:
    asked = 0
    for call in calls(guarded):
        path = _path(call)
        for name, wrong, query in call.queries():
            if f"{{{name}}}" in call.path:
                continue
            answer = await ask(guarded, call.method, path, query)
            check((call, name, wrong), path, answer)
            asked += 1
            if dict(call.kinds)[name] == "integer" and wrong in ("a", "NaN", "[]"):
                _refused((call, name, wrong), path, answer)
    assert asked > 3_000


def _refused(call: object, path: str, answer: tuple[int, dict[str, str], bytes]) -> None:
    status, _, body = answer
    told = msgspec.json.decode(body)
    if is_udf(path):
        assert "error" in (told.get("s"), told.get("status")), (call, told)
    else:
        assert status == 400, (call, told)


def _path(call: Call) -> str:
    good = {"symbol": "BINANCE:BTCUSDT", "name": "sma", "key_id": "0123456789ab"}
    path = call.path
    for name, value in good.items():
        path = path.replace(f"{{{name}}}", value)
    return path


async def test_every_part_of_a_path_may_be_wrong(guarded: House) -> None:
    for call in calls(guarded):
        if "{" not in call.path:
            continue
        begin, _, rest = call.path.partition("{")
        for wrong in WRONG:
            path = begin + wrong.encode("utf-8", "replace").decode() + rest.partition("}")[2]
            check((call, wrong), path, await ask(guarded, call.method, path, b""))


async def give_up(guarded: House, path: str, answer: tuple[int, dict[str, str], bytes]) -> None:
    """Cancel a task that was begun: only so many may wait, however fast the machine works."""
    if path.startswith("/api/v1/admin/tasks/") and answer[0] == 200:
        begun = msgspec.json.decode(answer[2])["id"]
        await ask(guarded, "DELETE", f"/api/v1/admin/tasks/{begun}", b"")


async def test_every_body_may_be_wrong(guarded: House) -> None:
    for call in calls(guarded):
        if call.method == "GET":
            continue
        path = _path(call)
        query = "&".join(f"{key}={quote(value)}" for key, value in call.good).encode()
        for body in BODIES:
            answer = await ask(guarded, call.method, path, query, body)
            check((call, body[:40]), path, answer)
            await give_up(guarded, path, answer)
    for body in BODIES:
        answer = await ask(guarded, "POST", "/api/session", b"", body)
        check(("session", body[:40]), "/api/session", answer)
        assert answer[0] in (400, 401)


async def test_what_is_too_large_is_refused_by_name(guarded: House) -> None:
    for path in ("/api/session", "/api/v1/admin/keys", "/api/v1/admin/candles"):
        status, _, body = await ask(guarded, "POST", path, b"", b" " * 64_001)
        assert (status, msgspec.json.decode(body)["code"]) == (413, "body_too_large")


async def test_methods_and_paths_that_are_none(guarded: House) -> None:
    for method in ("GET", "PUT", "PATCH", "TRACE", "CONNECT", "BREW", "get"):
        for path in ("", "/", "*", "/x", "/api", "/api/v1", "/udf", "/udf/", "/..", "/%", "/\x00"):
            answer = await ask(guarded, method, path, b"")
            check((method, path), path, answer)
