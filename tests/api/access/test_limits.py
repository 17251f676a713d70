from __future__ import annotations

import tracemalloc
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from chandlery.api.access.limits import UNLIMITED, RateLimits, cost_of, headers_of
from chandlery.api.access.places import Places
from tests.api.access.clocks import HandClock


class Oracle:
    """A bucket in fractions, as it is described: it holds a minute's worth and fills evenly."""

    def __init__(self, limit: int) -> None:
        self.limit = self.level = Fraction(limit)
        self.at = Fraction(0)

    def fill(self, now: Fraction) -> None:
        self.level = min(self.limit, self.level + (now - self.at) * self.limit / 60)
        self.at = now

    def take(self, cost: int) -> bool:
        cost = min(cost, int(self.limit))
        if self.level < cost:
            return False
        self.level -= cost
        return True


STEPS = st.lists(st.tuples(st.integers(0, 4 * 64), st.integers(1, 30)), max_size=120)


@given(st.integers(1, 130), STEPS)
def test_the_bucket_is_exact(limit: int, steps: list[tuple[int, int]]) -> None:
    clock, oracle = HandClock(), Oracle(limit)
    limits = RateLimits(limit, clock)
    for quarter_seconds, cost in steps:
        clock.seconds += quarter_seconds / 4
        oracle.fill(Fraction(clock.seconds))
        verdict = limits.take("a", "/x", cost)
        assert verdict.allowed == oracle.take(cost)
        assert verdict.remaining == int(oracle.level)
        assert verdict.limit == limit
        full_in = (oracle.limit - oracle.level) * 60 / oracle.limit
        assert verdict.reset_s == -(-full_in // 1)
        if not verdict.allowed:
            missing = (min(cost, limit) - oracle.level) * 60 / oracle.limit
            assert verdict.retry_after_s == -(-missing // 1) >= 1


@given(st.integers(1, 100), st.integers(1, 100))
def test_what_is_refused_is_allowed_when_it_was_said_to_be(limit: int, cost: int) -> None:
    clock = HandClock()
    limits = RateLimits(limit, clock)
    while (verdict := limits.take("a", "/x", cost)).allowed:
        pass
    clock.seconds += verdict.retry_after_s
    assert limits.take("a", "/x", cost).allowed


def test_clients_and_endpoints_have_buckets_of_their_own() -> None:
    limits = RateLimits(1, HandClock())
    assert limits.take("a", "/x").allowed
    assert not limits.take("a", "/x").allowed
    assert limits.take("a", "/y").allowed
    assert limits.take("b", "/x").allowed


def test_nobody_is_limited_without_a_limit_or_a_name() -> None:
    assert RateLimits(0, HandClock()).take("a", "/x") is UNLIMITED
    limits = RateLimits(1, HandClock())
    assert all(limits.take("", "/x") is UNLIMITED for _ in range(5))
    assert headers_of(UNLIMITED) == ()


def test_what_has_been_done_is_charged_later_and_bounded() -> None:
    clock = HandClock()
    limits = RateLimits(60, clock)
    limits.charge("a", "/x", 1_000_000)
    refused = limits.take("a", "/x")
    assert not refused.allowed
    assert (refused.remaining, refused.retry_after_s) == (0, 61)
    clock.seconds += 61
    assert limits.take("a", "/x").allowed


def test_the_headers_tell_what_is_left() -> None:
    limits = RateLimits(2, HandClock())
    assert dict(headers_of(limits.take("a", "/x"))) == {
        b"ratelimit-limit": b"2",
        b"ratelimit-remaining": b"1",
        b"ratelimit-reset": b"30",
    }
    limits.take("a", "/x")
    assert dict(headers_of(limits.take("a", "/x")))[b"retry-after"] == b"30"


def test_rows_cost_by_the_thousand() -> None:
    assert [cost_of(rows) for rows in (-1, 0, 1, 999, 1_000, 50_000)] == [1, 1, 1, 1, 2, 51]


def test_memory_is_flat_under_any_number_of_addresses() -> None:
    limits = RateLimits(100, HandClock(), most=2_000)
    for number in range(10_000):
        limits.take(f"address:{number}", "/x")
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(10_000, 60_000):
            limits.take(f"address:{number}", "/x")
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert len(limits) <= 2_000
    assert grown < 1_000_000


def test_who_asks_all_the_time_is_not_forgotten() -> None:
    limits = RateLimits(1, HandClock(), most=100)
    limits.take("abuser", "/x")
    for number in range(1_000):
        limits.take(f"address:{number}", "/x")
        if number % 20 == 0:
            assert not limits.take("abuser", "/x").allowed


def test_each_has_only_so_many_places() -> None:
    places = Places(2, total=3)
    assert [places.enter("a") for _ in range(3)] == [True, True, False]
    assert places.enter("b")
    assert not places.enter("c")
    places.leave("a")
    assert places.enter("a")
    for who in ("a", "a", "b"):
        places.leave(who)
    assert places.count == 0
    assert places._taken == {}
    assert all(places.enter("") for _ in range(3))
