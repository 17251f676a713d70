"""What a track knows is missing is what is missing, in whatever order trades come."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from chandlery.sources.live.track import US, Known, Track

START_US = 1_704_067_200 * US


def moment(number: int) -> int:
    """Return the time of a trade: they come every 300 ms."""
    return START_US + number * 300_000


@given(st.sets(st.integers(0, 60), min_size=1), st.randoms(use_true_random=False))
def test_holes_are_what_was_not_added(seen: set[int], draw: random.Random) -> None:
    track, order = Track(Known(0, moment(0), START_US // US)), sorted(seen - {0})
    draw.shuffle(order)
    for number in order:
        assert track.add(number, moment(number))
        assert not track.add(number, moment(number))
    holes = {n for hole in track.holes() for n in range(hole.first, hole.last + 1)}
    greatest = max(seen, default=0)
    assert holes == set(range(1, greatest + 1)) - seen
    first_missing = min(set(range(1, greatest + 2)) - seen)
    assert track.known is not None
    assert track.known.id == first_missing - 1


@given(st.sets(st.integers(1, 60), min_size=1))
def test_whole_seconds_hold_no_missing_trade(seen: set[int]) -> None:
    track = Track(Known(0, moment(0), START_US // US))
    for number in sorted(seen):
        track.add(number, moment(number))
    missing = set(range(1, max(seen) + 1)) - seen
    for start, end in track.spans():
        inside = {n for n in missing if start * US <= moment(n) < end * US}
        assert inside == set()
    for hole in track.holes():
        assert hole.start_s < hole.end_s


def test_what_nobody_has_is_given_up_and_never_covered() -> None:
    track = Track(Known(0, moment(0), START_US // US))
    for number in (1, 2, 3, 40, 41, 42, 60):
        track.add(number, moment(number))
    [lost] = track.give_up(50)
    assert (lost.first, lost.last) == (4, 39)
    assert [(hole.first, hole.last) for hole in track.holes()] == [(43, 59)]
    assert all(start >= lost.end_s for start, _ in track.spans())


def test_ids_that_begin_again_are_followed_anew() -> None:
    track = Track(Known(1_000, moment(0), START_US // US))
    track.add(1_001, moment(1))
    assert track.add(5, moment(1_000))
    assert track.resets == 1
    assert track.newest == 5


def test_an_old_trade_is_left_to_the_store() -> None:
    track = Track(Known(1_000, moment(0), START_US // US))
    assert track.add(7, moment(-500))
    assert track.holes() == []
    assert track.newest == 1_000


def test_ids_may_skip_where_each_names_the_one_before() -> None:
    track = Track(Known(10, moment(0), START_US // US))
    assert track.add(15, moment(1), 10)
    assert track.add(22, moment(2), 15)
    assert track.holes() == []


def test_what_the_venue_has_proved_is_whole() -> None:
    track = Track(Known(10, moment(0), START_US // US))
    track.prove(START_US + 100 * US)
    assert track.spans()[-1].end_s == START_US // US + 100
