"""Whoever sends again doubles nothing, and with an Idempotency-Key hears the same answer."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from chandlery.api.push.once import DAY_S, Once
from chandlery.api.push.outcome import Answer
from chandlery.api.push.refusals import KeyReusedError
from chandlery.core.errors import StoreError
from tests.api.push.house import TIME, Pushing, pushing, row
from tests.engine.builders import HandClock

CLIENTS, BATCHES = 64, 4


@pytest.fixture
async def home() -> Any:
    async with pushing() as own:
        yield own


async def test_the_same_key_has_the_same_answer(home: Pushing) -> None:
    rows = [row(1), row(2), {"nothing": 1}]
    first = await home.push(rows, idempotency_key="k1")
    again = await home.push(rows, idempotency_key="k1")
    assert first.json()["accepted"] == 2
    assert again.content == first.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert (await home.push(rows, idempotency_key="k2")).json()["duplicate"] == 2


async def test_a_key_is_of_one_body(home: Pushing) -> None:
    await home.push([row(1)], idempotency_key="k1")
    answer = await home.push([row(2)], idempotency_key="k1")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert home.ids() == [1]


@pytest.mark.parametrize("key", ["", "x" * 256, "with space"])
async def test_a_key_that_is_none_is_refused(home: Pushing, key: str) -> None:
    answer = await home.push([row(1)], idempotency_key=key)
    assert answer.status_code == 400
    assert home.ids() == []


async def test_equal_trades_without_ids_are_two_in_one_push_and_the_same_two_again(
    home: Pushing,
) -> None:
    equal = [{"symbol": "DEX:NEW", "time": TIME, "price": 1, "size": 1}] * 2
    assert (await home.push(equal)).json()["accepted"] == 2
    assert (await home.push(equal)).json()["duplicate"] == 2
    assert (await home.push(equal[:1])).json()["duplicate"] == 1
    assert len(home.stored()) == 2


@pytest.mark.parametrize("how", ["ids", "contents", "keys"])
async def test_64_clients_that_retry_at_random_double_nothing(home: Pushing, how: str) -> None:
    dice = random.Random(how)  # noqa: S311 - no secret

    def batch(client: int, number: int) -> list[dict[str, Any]]:
        first = (client * BATCHES + number) * 5
        rows = [row(first + place) for place in range(5)]
        return rows if how == "ids" else [{**one, "id": None} for one in rows]

    async def client(number: int) -> None:
        for one in range(BATCHES):
            key = {"idempotency_key": f"{number}-{one}"} if how == "keys" else {}
            tries = dice.randint(1, 4)
            sent = [home.push(batch(number, one), **key) for _ in range(tries)]
            answers = await asyncio.gather(*sent)
            told = [answer.json() for answer in answers]
            accepted = [one["accepted"] for one in told]
            assert accepted == [5] * tries if how == "keys" else sorted(accepted)[-1] == 5
            assert sum(accepted) == (5 * tries if how == "keys" else 5)

    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    trades = home.stored()
    assert len(trades) == CLIENTS * BATCHES * 5
    assert len(set(trades.time.tolist())) == len(trades)


# The memory of answers


class Work:
    """Counts how often it was done, and may fail."""

    def __init__(self, size: int = 2) -> None:
        self.count = 0
        self.size = size
        self.fails = False

    async def __call__(self) -> Answer:
        self.count += 1
        await asyncio.sleep(0)
        if self.fails:
            message = "no"
            raise StoreError(message)
        return Answer(200, b"x" * self.size)


async def test_work_is_done_once_for_all_who_ask_meanwhile() -> None:
    once, work = Once(HandClock()), Work()
    answers = await asyncio.gather(*(once.answer("k", b"f", work) for _ in range(5)))
    assert work.count == 1
    assert [is_again for _, is_again in answers] == [False] + [True] * 4


async def test_work_that_failed_is_done_again() -> None:
    once, work = Once(HandClock()), Work()
    work.fails = True
    with pytest.raises(StoreError):
        await once.answer("k", b"f", work)
    work.fails = False
    assert (await once.answer("k", b"f", work))[1] is False
    assert work.count == 2


async def test_work_goes_on_when_whoever_asked_has_left() -> None:
    once, work = Once(HandClock()), Work()
    asking = asyncio.create_task(once.answer("k", b"f", work))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await once.answer("k", b"f", work))[1] is True
    assert work.count == 1


async def test_answers_are_kept_for_a_day() -> None:
    clock = HandClock()
    once, work = Once(clock), Work()
    await once.answer("k", b"f", work)
    clock.move(DAY_S - 1)
    with pytest.raises(KeyReusedError):
        await once.answer("k", b"other", work)
    clock.move(1)
    assert (await once.answer("k", b"f", work))[1] is False
    assert len(once) == 1


async def test_the_memory_is_bounded_in_number_and_bytes() -> None:
    once, work = Once(HandClock(), most_keys=10, most_bytes=20_000), Work()
    for number in range(100):
        await once.answer(str(number), b"f", work)
    assert len(once) == 10
    work.size = 9_000
    for number in range(100):
        await once.answer(f"large {number}", b"f", work)
    assert len(once) == 2
