from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx2
import pytest

from chandlery.core.errors import UsageError
from chandlery.doctor.http import MOST_BYTES, ORIGIN, reaching
from chandlery.doctor.places import UnreachableError, find
from tests.doctor.reference import FixedClock

Handler = Callable[[httpx2.Request], httpx2.Response]


def answering(handler: Handler) -> httpx2.MockTransport:
    return httpx2.MockTransport(handler)


async def test_a_question_is_asked_as_a_page_of_another_origin_would() -> None:
    asked: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(404, headers={"X-Thing": "1"}, content=b"here")

    async with reaching("localhost:8000/udf/", FixedClock(), answering(handler)) as fetch:
        answer = await fetch.fetch("//config", {"query": "A B", "type": ""})
    assert str(asked[0].url) == "http://localhost:8000/udf//config?query=A+B&type="
    assert asked[0].headers["Origin"] == ORIGIN
    assert (answer.status, answer.body, answer.headers["x-thing"]) == (404, b"here", "1")


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (httpx2.ReadTimeout("slow"), "none within 15 seconds"),
        (httpx2.ConnectError("refused"), "refused"),
        (httpx2.ReadError(""), "ReadError"),
    ],
)
async def test_a_failure_is_an_answer(error: Exception, problem: str) -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        raise error

    async with reaching("http://localhost", FixedClock(), answering(handler)) as fetch:
        answer = await fetch.fetch("/config", {})
    assert (answer.status, answer.problem) == (0, problem)


async def test_an_answer_without_end_is_cut_off() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * (MOST_BYTES // 4)

    def handler(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=endless())

    async with reaching("http://localhost", FixedClock(), answering(handler)) as fetch:
        assert (await fetch.fetch("/config", {})).problem == "more than 50,000,000 bytes"


@pytest.mark.parametrize("url", ["ftp://localhost", "http://", "http://a:b:c"])
async def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(UsageError, match="http://localhost:8000"):
        async with reaching(url, FixedClock()):
            pass


@pytest.mark.parametrize("place", ["", "/api/tradingview", "/udf"])
async def test_a_server_is_found_by_its_root(place: str) -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == f"{place}/config":
            return httpx2.Response(200, json={"supported_resolutions": []})
        return httpx2.Response(404, json={"error": "nothing"})

    async with reaching("http://localhost", FixedClock(), answering(handler)) as fetch:
        assert (await find(fetch)).base == f"http://localhost{place}"


async def test_an_address_without_a_server_of_the_protocol_is_looked_at_as_it_is() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, text="hello")

    async with reaching("http://localhost/chart", FixedClock(), answering(handler)) as fetch:
        assert (await find(fetch)).base == "http://localhost/chart"


async def test_nobody_there_is_told() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        message = "refused"
        raise httpx2.ConnectError(message)

    async with reaching("http://localhost", FixedClock(), answering(handler)) as fetch:
        with pytest.raises(UnreachableError, match="no answer from http://localhost: refused"):
            await find(fetch)
