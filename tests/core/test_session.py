from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chandlery.core.errors import SessionError
from chandlery.core.session import DAY, Interval, parse_session
from chandlery.core.zone import instants, zone_of
from tests.strategies import moments

few = settings(max_examples=50)

H = 3600
ZONES = ["UTC", "America/New_York", "Europe/London", "Australia/Sydney", "Asia/Kathmandu"]
ZONES += ["Africa/Casablanca", "America/Santiago", "Australia/Lord_Howe", "Asia/Tokyo"]


def test_weekdays_are_monday_to_friday_unless_days_are_given() -> None:
    session = parse_session("0930-1600")
    day = (Interval(9 * H + H // 2, 16 * H),)
    assert session.weekdays == (day,) * 5 + ((),) * 2


def test_days_count_from_sunday() -> None:
    session = parse_session("1000-1100:1|1200-1300:7")
    assert session.weekdays[6] == (Interval(10 * H, 11 * H),)
    assert session.weekdays[5] == (Interval(12 * H, 13 * H),)
    assert session.weekdays[:5] == ((),) * 5


def test_intervals_of_a_day_are_collected_in_order() -> None:
    session = parse_session("1230-1500,0900-1130:2|2000-2100:2")
    assert [interval.start // H for interval in session.weekdays[0]] == [9, 12, 20]


def test_a_start_not_before_its_end_lies_on_the_evening_before() -> None:
    assert parse_session("1700-1600").weekdays[0] == (Interval(-7 * H, 16 * H),)
    assert parse_session("1700-1700").weekdays[0] == (Interval(-7 * H, 17 * H),)


def test_an_end_of_midnight_ends_the_same_day() -> None:
    assert parse_session("0000-0000").weekdays[0] == (Interval(0, DAY),)
    assert parse_session("0900-0000").weekdays[0] == (Interval(9 * H, DAY),)
    assert parse_session("0900-2400").weekdays[0] == (Interval(9 * H, DAY),)


@pytest.mark.parametrize("text", ["24x7", "0000-0000:1234567", "0000-2400:1234567"])
def test_a_session_may_never_close(text: str) -> None:
    assert parse_session(text).is_always_open


def test_weeks_start_on_monday_unless_the_session_says_so() -> None:
    assert parse_session("24x7").first_day == 0
    assert parse_session("1;24x7").first_day == 6
    assert parse_session("0930-1600:23456;1").first_day == 6
    assert parse_session("7;0930-1600:23456").first_day == 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "24x7"),
        ("24x8", "HHMM-HHMM"),
        ("24x7:23456", "HHMM-HHMM"),
        ("0930", "HHMM-HHMM"),
        ("930-1600", "HHMM-HHMM"),
        ("0930-1600:", ":days"),
        ("0930-1600:8", ":days"),
        ("0930-1600,", "HHMM-HHMM"),
        ("0930-1600||0930-1600", ":days"),
        ("0960-1600", "0000 to 2359"),
        ("2400-1600", "0000 to 2359"),
        ("0900-2401", "0000 to 2359"),
        ("0930-1600 ", "HHMM-HHMM"),
        ("1;0930-1600;1", "24x7"),
        ("8;24x7", "24x7"),
        ("0900-1200,1100-1300", "do not overlap"),
        ("0900-1700:2|1600-1500:3", "do not overlap"),
        ("x" * 1000, "HHMM-HHMM"),
    ],
)
def test_an_unreadable_session_is_refused_with_what_was_expected(text: str, expected: str) -> None:
    with pytest.raises(SessionError) as caught:
        parse_session(text)
    assert expected in str(caught.value)
    assert text[:40] in str(caught.value)
    assert len(str(caught.value)) < 300
    assert caught.value.hint


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../UTC", "America", "/etc/passwd"])
def test_an_unknown_time_zone_is_refused_with_what_was_found(name: str) -> None:
    with pytest.raises(SessionError, match="unknown time zone"):
        zone_of(name)


@few
@given(st.sampled_from(ZONES), moments())
def test_local_times_become_the_instants_the_time_zone_database_says(
    name: str, moment: int
) -> None:
    wall = datetime.fromtimestamp(moment, ZoneInfo(name)).replace(fold=0)
    seconds = int(wall.replace(tzinfo=UTC).timestamp())
    assert instants(name, np.array([seconds]))[0] == int(wall.timestamp())


@few
@given(st.sampled_from(ZONES), moments())
def test_later_local_times_are_never_earlier_instants(name: str, moment: int) -> None:
    walls = np.arange(moment - 2 * DAY, moment + 2 * DAY, 600)
    assert np.all(np.diff(instants(name, walls)) >= 0)


def test_a_skipped_local_time_is_the_instant_of_the_change() -> None:
    half_past_two = int(datetime(2024, 3, 10, 2, 30, tzinfo=UTC).timestamp())
    change = int(datetime(2024, 3, 10, 7, tzinfo=UTC).timestamp())
    assert instants("America/New_York", np.array([half_past_two])).tolist() == [change]


def test_the_local_time_after_a_repeated_hour_is_the_later_one() -> None:
    two = int(datetime(2024, 11, 3, 2, tzinfo=UTC).timestamp())
    later = int(datetime(2024, 11, 3, 7, tzinfo=UTC).timestamp())
    assert instants("America/New_York", np.array([two])).tolist() == [later]


def test_a_repeated_local_time_is_its_first_occurrence() -> None:
    half_past_one = int(datetime(2024, 11, 3, 1, 30, tzinfo=UTC).timestamp())
    first = int(datetime(2024, 11, 3, 5, 30, tzinfo=UTC).timestamp())
    assert instants("America/New_York", np.array([half_past_one])).tolist() == [first]
