"""A clock that is set while a feed runs."""

from __future__ import annotations

from dataclasses import dataclass

from chandlery.sources.live.steady import SteadyClock

US = 1_000_000
HOUR_US = 3_600 * US


@dataclass
class HandClock:
    wall_us: int = 1_000 * US
    steady_s: float = 5.0

    def now_us(self) -> int:
        return self.wall_us

    def elapsed(self) -> float:
        return self.steady_s

    def pass_by(self, seconds: float, *, drift_us: int = 0) -> None:
        self.wall_us += round(seconds * US) + drift_us
        self.steady_s += seconds


def test_drift_is_followed() -> None:
    hand = HandClock()
    clock = SteadyClock(hand)
    for _ in range(100):
        hand.pass_by(10, drift_us=1_000)
        assert clock.now_us() == hand.wall_us


def test_a_step_forward_is_believed_when_it_is_towards_the_venue() -> None:
    hand = HandClock()
    clock = SteadyClock(hand)
    right_us = hand.wall_us
    clock.heard(right_us - 20_000)
    hand.wall_us += HOUR_US
    assert clock.now_us() == right_us
    hand.pass_by(60)
    assert clock.now_us() == right_us + 60 * US
    clock.heard(hand.wall_us - 20_000)
    assert clock.now_us() == hand.wall_us, "the venue says that it was wrong before"


def test_a_step_back_is_believed_at_once_and_undone_by_proof() -> None:
    hand = HandClock()
    clock = SteadyClock(hand)
    clock.heard(hand.wall_us)
    hand.wall_us -= HOUR_US
    assert clock.now_us() == hand.wall_us
    hand.wall_us += HOUR_US
    assert clock.now_us() == hand.wall_us


def test_as_long_as_no_venue_was_heard_the_time_is_what_it_says() -> None:
    hand = HandClock()
    clock = SteadyClock(hand)
    hand.wall_us += HOUR_US
    assert clock.now_us() == hand.wall_us
