"""Moments as texts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.core.moments import iso_of, micros, micros_of_iso, moment_of

YEAR_2017_US = 1_483_228_800_000_000


def test_moments_in_microseconds() -> None:
    assert micros(datetime.fromisoformat("2021-04-17T16:43:37.089723Z")) == 1_618_677_817_089_723
    assert micros(datetime.fromisoformat("1970-01-01T01:00:00.000001+01:00")) == 1


@given(st.datetimes(datetime(1900, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - a bound
def test_every_moment_of_the_calendar_is_read_as_it_is_written(moment: datetime) -> None:
    found = micros_of_iso(moment.isoformat())
    assert found == micros_of_iso(moment.replace(tzinfo=None).isoformat()) == micros(moment)
    assert moment_of(iso_of(found // 1_000_000)) == found // 1_000_000


@pytest.mark.parametrize(
    "text",
    ["2016-12-31T23:59:60.25Z", "2016-12-31 23:59:60.250000", "2017-01-01T00:59:60.25+01:00",
     "2017-01-01T05:29:59.25+05:30", "2017-01-01T05:29:60.25+05:30"],
)  # fmt: skip
def test_a_leap_second_stays_in_its_minute_and_its_day(text: str) -> None:
    assert micros_of_iso(text) == YEAR_2017_US - 750_000


@pytest.mark.parametrize(
    "text",
    ["2016-12-31T22:59:60Z", "2016-12-31T23:58:60Z", "2016-12-31T23:59:61Z", "2016-12-31T23:60:00Z",
     "2016-12-31T23:59:60+01:00", "23:59:60", "2016-12-31T23:59:60x", "9999-12-31T23:59:60-01:00"],
)  # fmt: skip
def test_other_seconds_beyond_the_minute_are_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        micros_of_iso(text)
