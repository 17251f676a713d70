from __future__ import annotations

import pytest

from chandlery.core.resolution import Resolution
from chandlery.doctor.history import Bar, History
from chandlery.doctor.pulse import Pulse, poll
from tests.doctor.reference import DAY, NOW


def bar(t: int, close: float = 1.0) -> Bar:
    return Bar(t, 1.0, 1.0, 1.0, close, 1.0)


def ok(*bars: Bar) -> History:
    return History("ok", bars)


@pytest.mark.parametrize(
    ("resolution", "seconds"),
    [
        ("1", 600),
        ("60", 36_000),
        ("1D", 10 * DAY),
        ("1W", 70 * DAY),
        ("3D", 1_800),
        ("2W", 1_200),
        ("12M", 7_200),
    ],
)
def test_a_poll_goes_ten_bars_back_or_what_the_client_takes_for_it(
    resolution: str, seconds: int
) -> None:
    assert poll(Resolution.parse(resolution), NOW) == (NOW - seconds, NOW, 2)


def test_the_first_answer_is_drawn_by_its_last_bar() -> None:
    assert Pulse().take(ok(bar(0), bar(60))) == [bar(60)]


def test_the_same_bar_is_drawn_again() -> None:
    pulse = Pulse(bar(60))
    assert pulse.take(ok(bar(0), bar(60, 2.0))) == [bar(60, 2.0)]


def test_a_new_bar_is_drawn_after_the_end_of_the_one_before() -> None:
    pulse = Pulse(bar(60))
    assert pulse.take(ok(bar(60, 3.0), bar(120))) == [bar(60, 3.0), bar(120)]


def test_a_new_bar_alone_is_the_end() -> None:
    pulse = Pulse(bar(60))
    assert pulse.take(ok(bar(120))) == []
    assert pulse.is_dead
    assert pulse.take(ok(bar(120), bar(180))) == []


def test_older_bars_errors_and_empty_answers_are_ignored() -> None:
    pulse = Pulse(bar(60))
    for told in (ok(bar(-60), bar(0)), ok(), History("error"), History("no_data")):
        assert pulse.take(told) == []
    assert not pulse.is_dead
