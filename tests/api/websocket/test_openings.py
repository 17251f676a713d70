"""Who comes back at once is told what others were told just before: made once, and right."""

from __future__ import annotations

from typing import Any

import pytest

from chandlery.api.websocket import Limits
from chandlery.api.websocket.openings import KEPT_S, LARGEST, MOST_BYTES, Openings
from chandlery.api.websocket.topics import Topic
from chandlery.core.resolution import Resolution
from tests.api.websocket.serving import START, House, MovedClock, house
from tests.api.websocket.wires import Follower

MINUTE = Topic("candles", 0, Resolution.parse("1m"))


def test_what_many_ask_for_is_made_once_and_again_a_moment_later() -> None:
    clock, made = MovedClock(), []
    openings = Openings(clock)

    def make() -> bytes:
        made.append(clock.steady)
        return b"%d" % len(made)

    assert [openings.of("a", make), openings.of("a", make), openings.of("b", make)] == [
        b"1", b"1", b"2",
    ]  # fmt: skip
    clock.steady += 1.01 * KEPT_S
    openings.let_go()
    assert openings.nbytes == 0
    assert openings.of("a", make) == b"3"
    assert openings.of("b", make) == b"4"


def test_what_is_kept_is_bounded_however_many_feeds_there_are() -> None:
    openings = Openings(MovedClock())
    assert openings.of("big", lambda: bytes(LARGEST + 1)) == bytes(LARGEST + 1)
    assert openings.nbytes == 0
    for number in range(2 * MOST_BYTES // LARGEST):
        openings.of(number, lambda: bytes(LARGEST))
        assert openings.nbytes <= MOST_BYTES
    assert openings.of(number, lambda: b"another") == bytes(LARGEST)
    assert openings.of(0, lambda: b"another") == b"another"


async def opened(ours: House, bars: int = 300, since: int | None = None) -> list[dict[str, Any]]:
    one = Follower.of(ours.hub)
    await one.follow(MINUTE, bars, since)
    return one.said()


@pytest.mark.parametrize("is_resumed", [True, False])
async def test_nobody_is_told_what_is_not_so_any_more(is_resumed: bool) -> None:
    async with house(Limits()) as ours:
        ours.clock.seconds = START + 90
        await ours.trade(0, 61, first_id=1)
        _, first = await opened(ours)
        since = first["sequence"] if is_resumed else None
        assert await opened(ours, since=since) == await opened(ours, since=since)
        assert (await opened(ours))[1] == first
        # Within the moment: by another question, and after another trade.
        assert len((await opened(ours, bars=1))[1]["bars"]) == 1
        await ours.trade(62, first_id=9)
        _, later = await opened(ours, since=since)
        assert later["sequence"] > first["sequence"]
        assert later["bars"][-1]["n"] == 2
        # And the bar has ended.
        assert (first["closed"], later["closed"]) == (False, False)
        ours.clock.seconds = START + 120
        assert (await opened(ours))[1]["closed"]
        assert (await opened(ours, since=first["sequence"]))[1]["closed"]
