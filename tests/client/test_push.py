"""Trades that are pushed: in batches, again where the answer was lost, and each stored once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import msgspec
import pytest

from chandlery.api.access import Scope
from chandlery.client import (
    AsyncClient,
    BadRequestError,
    Client,
    ForbiddenError,
    NewTrade,
    Options,
    ProtocolError,
    Pushed,
    Rejected,
    Retry,
    UnauthorizedError,
    UnavailableError,
)
from tests.client.home import home

OPTIONS = Options(batch=3, retry=Retry(tries=40, first_s=0.0001, most_s=0.001))


def new(count: int) -> list[NewTrade]:
    return [
        NewTrade("A:B", 1_735_689_600_000_000 + n, 1.5 + n, 2.0, "buy", n) for n in range(count)
    ]


@dataclass
class Sink:
    """Answers as a server does, keeps each Idempotency-Key, and fails as it is told."""

    fails: Callable[[], str] = lambda: ""
    stored: dict[str, dict[str, Any]] = field(default_factory=dict)
    answered: dict[str, bytes] = field(default_factory=dict)
    requests: int = 0
    retry_after: str = "0"

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests += 1
        fault = self.fails()
        if fault in ("429", "503"):
            headers = {"Retry-After": self.retry_after}
            body = {"error": "the queue is full", "hint": "wait", "code": "busy"}
            return httpx2.Response(int(fault), json=body, headers=headers)
        if fault == "lost before":
            raise httpx2.ConnectError(fault)
        answer = self.taken(request)
        if fault == "lost after":
            raise httpx2.ReadTimeout(fault)
        return httpx2.Response(200, content=answer)

    def taken(self, request: httpx2.Request) -> bytes:
        assert str(request.url) == "http://test/api/v1/trades?time_unit=us"
        assert request.headers["Content-Type"] == "application/x-ndjson"
        key = request.headers["Idempotency-Key"]
        if key in self.answered:
            return self.answered[key]
        rows = [msgspec.json.decode(line) for line in request.content.splitlines()]
        fresh = {str(row["id"]): row for row in rows if row["price"] > 0}
        duplicate = sum(number in self.stored for number in fresh)
        self.stored.update(fresh)
        bad = [Rejected(n, "price") for n, row in enumerate(rows) if row["price"] <= 0]
        pushed = Pushed(len(fresh) - duplicate, duplicate, tuple(bad))
        self.answered[key] = msgspec.json.encode(pushed)
        return self.answered[key]

    def client(self, options: Options = OPTIONS) -> Client:
        return Client("http://test", options=options, transport=httpx2.MockTransport(self.answer))

    def waiting(self, options: Options = OPTIONS) -> AsyncClient:
        transport = httpx2.MockTransport(self.answer)
        return AsyncClient("http://test", options=options, transport=transport)


def test_batches_are_added_up_and_places_are_those_of_the_whole_push() -> None:
    sink, trades = Sink(), new(8)
    trades[1] = msgspec.structs.replace(trades[1], price=0.0)
    trades[7] = msgspec.structs.replace(trades[7], price=-1.0)
    with sink.client() as client:
        pushed = client.push(iter(trades))
        assert pushed == Pushed(6, 0, (Rejected(1, "price"), Rejected(7, "price")))
        assert client.push(trades).duplicate == 6
        assert client.push([]) == Pushed()
    assert len(sink.answered) == 6


@pytest.mark.parametrize("seed", range(100))
async def test_whatever_is_lost_each_trade_is_taken_once(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - a script, no secret
    faults = ("429", "503", "lost before", "lost after", "", "")
    sink = Sink(lambda: dice.choice(faults))
    async with sink.waiting() as client:
        pushed = await client.push(new(20))
    assert pushed == Pushed(20)
    with sink.client() as blocking:
        assert blocking.push(new(20)) == Pushed(0, 20)
    assert len(sink.stored) == 20


def test_a_push_under_a_key_of_ones_own_is_known_again() -> None:
    sink = Sink()
    for _ in range(2):
        with sink.client() as client:
            assert client.push(new(4), key="day-1") == Pushed(4)
    assert list(sink.answered) == ["day-1-0", "day-1-1"]


def test_retry_after_is_waited_for() -> None:
    faults = iter(["503", "429", ""])
    sink = Sink(lambda: next(faults), retry_after="0.05")
    began = time.monotonic()
    with sink.client() as client:
        assert client.push(new(1)).accepted == 1
    assert time.monotonic() - began >= 0.1


def test_what_does_not_pass_is_raised_with_the_words_of_the_server() -> None:
    sink = Sink(lambda: "503")
    options = replace(OPTIONS, retry=Retry(tries=3, first_s=0))
    with sink.client(options) as client, pytest.raises(UnavailableError) as full:
        client.push(new(1))
    assert [full.value.code, full.value.hint, sink.requests] == ["busy", "wait", 3]


def test_what_cannot_be_is_not_tried_again() -> None:
    asked = []

    def refuse(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(400, json={"error": "no", "hint": "", "code": "bad_input"})

    transport = httpx2.MockTransport(refuse)
    with Client("http://test", transport=transport) as client, pytest.raises(BadRequestError):
        client.push(new(1))
    assert len(asked) == 1


def test_an_answer_of_another_kind_of_server_is_said_so() -> None:
    def other(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, text="hello")

    transport = httpx2.MockTransport(other)
    with (
        Client("http://test", transport=transport) as client,
        pytest.raises(ProtocolError, match="/api/v1/ticker"),
    ):
        client.ticker("A:B")


async def test_a_real_server_takes_each_trade_once() -> None:
    async with home() as place:
        trades = [
            NewTrade("MY:COIN", (place.start + n) * 1_000_000, 100.0 + n, 0.5, "sell", f"x-{n}")
            for n in range(10)
        ]
        trades[4] = msgspec.structs.replace(trades[4], price=-1.0)
        place.options = replace(place.options, batch=3)
        key = place.issue(Scope.WRITE)
        async with place.client(key) as client:
            pushed = await client.push(trades, key="all")
            assert (pushed.accepted, pushed.duplicate) == (9, 0)
            assert [each.index for each in pushed.rejected] == [4]
            assert await client.push(trades, key="all") == pushed
            assert (await client.push(trades)).duplicate == 9
            stored = await client.trades("MY:COIN", start=place.start)
            assert [(trade.time, trade.price, trade.side) for trade in stored] == [
                (trade.time, trade.price, trade.side) for trade in trades if trade.price > 0
            ]


async def test_a_batch_without_a_good_trade_is_told_and_the_others_are_stored() -> None:
    async with home() as place:
        trades = [
            NewTrade("MY:COIN", (place.start + n) * 1_000_000, price, 0.5)
            for n, price in enumerate((-1.0, -2.0, 3.0))
        ]
        place.options = replace(place.options, batch=2)
        async with place.client(place.issue(Scope.WRITE)) as client:
            pushed = await client.push(trades)
        assert pushed.accepted == 1
        assert [each.index for each in pushed.rejected] == [0, 1]
        assert "price" in pushed.rejected[0].reason


async def test_pushing_needs_a_key_that_may() -> None:
    async with home() as place:
        async with place.client(place.issue(Scope.READ)) as client:
            with pytest.raises(ForbiddenError):
                await client.push(new(1))
        async with place.client("chd_wrong") as client:
            with pytest.raises(UnauthorizedError):
                await client.push(new(1))
