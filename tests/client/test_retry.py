"""When a client tries again, and for how long it waits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.client import BadRequestError, Retry, UnavailableError
from chandlery.client.retry import Attempts


@given(st.integers(1, 10_000), st.none() | st.floats(0, 100), st.floats(0, 1))
def test_a_pause_is_bounded_and_never_shorter_than_asked_for(
    failures: int, asked: float | None, dice: float
) -> None:
    retry = Retry(first_s=0.5, most_s=30)
    pause = retry.pause_s(failures, asked, lambda: dice)
    assert (asked or 0.0) <= pause <= max(30.0, asked or 0.0)


def test_pauses_double() -> None:
    retry = Retry(first_s=0.5, most_s=3)
    assert [retry.pause_s(n, None, lambda: 1.0) for n in range(1, 6)] == [0.5, 1, 2, 3, 3]


def test_tries_are_counted() -> None:
    attempts, error = Attempts(Retry(tries=3, first_s=0)), UnavailableError("busy")
    attempts.pause_s(error)
    attempts.pause_s(error)
    with pytest.raises(UnavailableError):
        attempts.pause_s(error)


def test_what_cannot_pass_is_raised_at_once() -> None:
    with pytest.raises(BadRequestError):
        Attempts(Retry()).pause_s(BadRequestError("no"))


def test_a_server_that_asks_for_too_much_patience_is_given_up() -> None:
    attempts = Attempts(Retry(patience_s=10))
    assert attempts.pause_s(UnavailableError("busy", retry_after_s=9)) >= 9
    with pytest.raises(UnavailableError):
        attempts.pause_s(UnavailableError("busy", retry_after_s=11))
