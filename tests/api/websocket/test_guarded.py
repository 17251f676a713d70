"""The gate that asks the guard of the API."""

from __future__ import annotations

from typing import Any

import pytest

from chandlery.api.access import Keys, Origins
from chandlery.api.access import Scope as Permit
from chandlery.api.access.guard import Guard, Rules
from chandlery.api.access.limits import RateLimits
from chandlery.api.websocket import Admission, GuardedGate, Refusal
from chandlery.stores.memory import MemoryStore
from tests.api.access.clocks import HandClock

AWAY = "203.0.113.7"


class House:
    """A gate with its keys."""

    def __init__(self, *, is_open: bool = True, most: int = 0) -> None:
        clock = HandClock()
        self.keys = Keys(MemoryStore(), clock)
        guard = Guard(Rules(is_open=is_open), self.keys, None, clock)
        limits = RateLimits(most, clock)
        self.gate = GuardedGate(guard, Origins(["https://chart.example"]), limits)

    async def admitted(self, **headers: str) -> Admission | Refusal:
        return await self.gate.admit(scope(**headers))


def scope(**headers: str) -> dict[str, Any]:
    named = {"host": "data.example", **headers}
    return {
        "client": (AWAY, 1),
        "headers": [
            (name.replace("_", "-").encode(), text.encode()) for name, text in named.items()
        ],
    }


async def test_an_open_server_lets_everybody_read() -> None:
    admitted = await House().admitted()
    assert isinstance(admitted, Admission)
    assert admitted.principal is not None
    assert admitted.principal.may_read("A:B")
    assert admitted.who == f"address:{AWAY}"


@pytest.mark.parametrize("origin", ["https://chart.example", "https://data.example"])
async def test_our_own_page_and_those_that_are_named_may_connect(origin: str) -> None:
    assert isinstance(await House().admitted(origin=origin), Admission)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "https://chart.example.evil.example",
        "https://evilchart.example",
        "http://chart.example",
        "",
    ],
)
async def test_no_other_page_may(origin: str) -> None:
    refused = await House().admitted(origin=origin)
    assert isinstance(refused, Refusal)
    assert (refused.status, refused.code) == (403, "not_allowed")


@pytest.mark.parametrize("headers", [{}, {"x_api_key": "chd_0123456789ab_guessed"}])
async def test_handshakes_are_limited_and_so_is_guessing(headers: dict[str, str]) -> None:
    house = House(most=3)
    found = [await house.admitted(**headers) for _ in range(4)]
    assert [own.status if isinstance(own, Refusal) else 101 for own in found[:3]] == (
        [401] * 3 if headers else [101] * 3
    )
    refused = found[3]
    assert isinstance(refused, Refusal)
    assert (refused.status, refused.code, refused.retry_after_s) == (429, "too_fast", 20)
    assert refused.message == "more than 3 handshakes a minute"


async def test_a_closed_server_waits_for_a_token_that_counts() -> None:
    house = House(is_open=False)
    admitted = await house.admitted()
    assert isinstance(admitted, Admission)
    assert admitted.principal is None
    issued = house.keys.create("chart", Permit.READ)
    principal = await house.gate.authenticate(issued.text, scope())
    assert principal is not None
    assert principal.may_read("A:B")
    assert principal.is_valid()
    house.keys.revoke(issued.key.id)
    assert not principal.is_valid()
    assert await house.gate.authenticate("nonsense", scope()) is None


async def test_a_key_in_the_handshake_counts_or_is_refused() -> None:
    house = House(is_open=False)
    key = house.keys.create("chart", Permit.READ).text
    admitted = await house.admitted(authorization=f"Bearer {key}")
    assert isinstance(admitted, Admission)
    assert admitted.principal is not None
    assert admitted.who.startswith("key:")
    refused = await house.admitted(x_api_key="nonsense")
    assert isinstance(refused, Refusal)
    assert refused.status == 401
