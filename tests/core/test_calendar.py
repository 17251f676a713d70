from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chandlery.core.calendar import ALWAYS_OPEN, Calendar, Calendars
from chandlery.core.columns import Int64s
from chandlery.core.errors import SessionError
from chandlery.core.resolution import Resolution, Unit
from chandlery.core.session import DAY, parse_session
from tests.strategies import CALENDARS, USUAL, calendars, moments, resolutions

few = settings(max_examples=50)

NEW_YORK, FOREX, TOKYO = (
    CALENDARS[name] for name in ("new york stocks", "new york forex", "tokyo")
)
PLAIN = Calendar()
DIVIDING = [(fine, coarse) for fine in USUAL for coarse in USUAL if fine.divides(coarse)]


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def texts(times: Int64s) -> list[str]:
    return [datetime.fromtimestamp(int(t), UTC).isoformat(" ", "seconds")[:-6] for t in times]


def one(times: Int64s) -> int:
    (time,) = times.tolist()
    return int(time)


def at(time: int) -> Int64s:
    return np.array([time], dtype=np.int64)


# Found with TradingView's own library, as are the next tables.
ALIGNMENT = [
    (PLAIN, "7", "2024-03-13 23:48", ["23:48", "23:55", "00:00", "00:07"]),
    (PLAIN, "300", "2024-03-13 00:00", ["00:00", "05:00", "10:00", "15:00", "20:00", "00:00"]),
    (PLAIN, "7S", "2024-03-13 23:59:54", ["23:59:54", "00:00:00", "00:00:07"]),
    (PLAIN, "1D", "2024-12-31", ["2024-12-31", "2025-01-01"]),
    (PLAIN, "3D", "2023-12-24", ["2023-12-24", "2023-12-27", "2023-12-30", "2024-01-01"]),
    (PLAIN, "3D", "2024-01-01", ["2024-01-01", "2024-01-04"]),
    (PLAIN, "2D", "2023-12-31", ["2023-12-31", "2024-01-01", "2024-01-03"]),
    (PLAIN, "1W", "2024-12-30", ["2024-12-30", "2025-01-06"]),
    (Calendar("1;24x7"), "1W", "2024-12-29", ["2024-12-29", "2025-01-05"]),
    (PLAIN, "2W", "2024-12-16", ["2024-12-16", "2024-12-30", "2025-01-06", "2025-01-20"]),
    (PLAIN, "3W", "2024-12-23", ["2024-12-23", "2025-01-06"]),
    (PLAIN, "5M", "2024-01-01", ["2024-01-01", "2024-06-01", "2024-11-01", "2025-01-01"]),
    (PLAIN, "12M", "2024-01-01", ["2024-01-01", "2025-01-01"]),
]


@pytest.mark.parametrize(("calendar", "resolution", "start", "expected"), ALIGNMENT)
def test_bars_follow_one_another_as_in_tradingview(
    calendar: Calendar, resolution: str, start: str, expected: list[str]
) -> None:
    time, bar, found = seconds(start), Resolution.parse(resolution), []
    for _ in expected:
        found.append(texts(calendar.floor(bar, at(time)))[0])
        time = one(calendar.next_open(bar, at(time)))
    assert all(want in text for want, text in zip(expected, found, strict=True)), found


@pytest.mark.parametrize(
    ("calendar", "resolution", "start", "end", "expected"),
    [
        (NEW_YORK, "60", "2024-01-16", "2024-01-17", [14, 15, 16, 17, 18, 19, 20]),
        (NEW_YORK, "60", "2024-07-16", "2024-07-17", [13, 14, 15, 16, 17, 18, 19]),
        (FOREX, "240", "2024-03-06 22:00", "2024-03-07 22:00", [22, 2, 6, 10, 14, 18]),
        (FOREX, "240", "2024-03-13 21:00", "2024-03-14 21:00", [21, 1, 5, 9, 13, 17]),
        (TOKYO, "60", "2024-03-13", "2024-03-14", [0, 1, 2, 3, 4, 5]),
    ],
)
def test_intraday_bars_begin_with_the_session_in_local_time(
    calendar: Calendar, resolution: str, start: str, end: str, expected: list[int]
) -> None:
    bars = calendar.bars(Resolution.parse(resolution), seconds(start), seconds(end))
    assert [int(text[11:13]) for text in texts(bars)] == expected


def test_a_lunch_break_starts_a_new_grid() -> None:
    bars = texts(TOKYO.bars(Resolution.parse("60"), seconds("2024-03-13"), seconds("2024-03-14")))
    assert [text[11:16] for text in bars] == ["00:00", "01:00", "02:00", "03:30", "04:30", "05:30"]


def test_the_days_bar_of_a_night_session_is_named_by_the_date_it_ends_on() -> None:
    day = Resolution.parse("1D")
    t = FOREX.floor(day, at(seconds("2024-03-12 21:00")))
    assert texts(t) == ["2024-03-13 00:00:00"]
    assert texts(FOREX.open(day, t)) == ["2024-03-12 21:00:00"]
    assert texts(FOREX.floor(day, at(seconds("2024-03-12 20:59:59")))) == ["2024-03-12 00:00:00"]


@pytest.mark.parametrize(
    ("calendar", "time", "trading_day"),
    [
        (NEW_YORK, "2024-03-15 20:30", "2024-03-15"),
        (NEW_YORK, "2024-03-16 04:00", "2024-03-18"),
        (NEW_YORK, "2024-03-17 12:00", "2024-03-18"),
        (NEW_YORK, "2024-03-19 03:59:59", "2024-03-18"),
        (NEW_YORK, "2024-03-19 04:00", "2024-03-19"),
        (FOREX, "2024-03-15 20:59:59", "2024-03-15"),
        (FOREX, "2024-03-15 21:00", "2024-03-18"),
        (FOREX, "2024-03-17 21:00", "2024-03-18"),
    ],
)
def test_a_date_without_a_session_belongs_to_the_next_trading_day(
    calendar: Calendar, time: str, trading_day: str
) -> None:
    assert texts(calendar.floor(Resolution.parse("1D"), at(seconds(time))))[0][:10] == trading_day


@pytest.mark.parametrize(
    ("time", "bar"),
    [
        ("2024-01-16 05:00", "2024-01-16 05:00"),
        ("2024-01-16 05:29", "2024-01-16 05:00"),
        ("2024-01-16 13:31", "2024-01-16 13:30"),
        ("2024-01-16 20:59", "2024-01-16 20:30"),
        ("2024-01-16 21:00", "2024-01-16 21:00"),
        ("2024-01-16 21:31", "2024-01-16 21:30"),
        ("2024-01-17 04:59", "2024-01-17 04:30"),
    ],
)
def test_outside_the_session_its_grid_goes_on_and_is_cut_at_its_edges(time: str, bar: str) -> None:
    assert texts(NEW_YORK.floor(Resolution.parse("60"), at(seconds(time)))) == [f"{bar}:00"]


def test_the_grid_goes_on_from_the_last_interval_of_a_day_that_has_fewer() -> None:
    friday = np.array([seconds("2024-01-19 17:30"), seconds("2024-01-19 18:30")])
    bars = CALENDARS["changing days"].floor(Resolution.parse("5h"), friday)
    assert texts(bars) == ["2024-01-19 17:00:00", "2024-01-19 18:00:00"]


def test_a_trading_day_does_not_begin_before_the_session_before_it_has_ended() -> None:
    saturday = np.array([seconds("2024-01-20 16:59:59"), seconds("2024-01-20 17:00")])
    days = CALENDARS["changing days"].floor(Resolution.parse("1D"), saturday)
    assert texts(days) == ["2024-01-20 00:00:00", "2024-01-22 00:00:00"]


@few
@given(calendars(), resolutions(), moments())
def test_bars_tile_time_with_no_hole_and_no_overlap(
    calendar: Calendar, resolution: Resolution, moment: int
) -> None:
    t = calendar.floor(resolution, at(moment))
    begin, end = calendar.open(resolution, t), calendar.next_open(resolution, at(moment))
    assert begin <= moment < end
    assert calendar.floor(resolution, begin) == t
    assert calendar.floor(resolution, end - 1) == t
    assert calendar.next_open(resolution, begin - 1) == begin
    assert calendar.floor(resolution, begin - 1) < t < calendar.floor(resolution, end)
    assert calendar.open(resolution, calendar.floor(resolution, end)) == end


@few
@given(calendars(), resolutions(), moments())
def test_the_bar_of_an_intraday_bar_is_itself(
    calendar: Calendar, resolution: Resolution, moment: int
) -> None:
    if resolution.is_intraday:
        t = calendar.floor(resolution, at(moment))
        assert calendar.floor(resolution, t) == t


@few
@given(calendars(), resolutions(), moments())
def test_intraday_bars_are_no_longer_than_they_say_and_longer_ones_start_at_midnight(
    calendar: Calendar, resolution: Resolution, moment: int
) -> None:
    t = calendar.floor(resolution, at(moment))
    if resolution.is_intraday:
        assert calendar.next_open(resolution, at(moment)) - t <= resolution.count
    else:
        assert t % DAY == 0


@few
@given(calendars(), st.sampled_from(DIVIDING), moments())
def test_bars_that_divide_others_roll_up_into_them(
    calendar: Calendar, pair: tuple[Resolution, Resolution], moment: int
) -> None:
    fine, coarse = pair
    part = calendar.open(fine, calendar.floor(fine, at(moment)))
    end = calendar.next_open(fine, at(moment))
    whole = calendar.floor(coarse, at(moment))
    assert calendar.floor(coarse, part) == whole
    assert calendar.floor(coarse, end - 1) == whole


@few
@given(calendars(), resolutions(), moments(), st.integers(1, 12))
def test_bars_are_those_met_by_walking_that_begin_in_a_session(
    calendar: Calendar, resolution: Resolution, moment: int, count: int
) -> None:
    opens = [moment]
    for _ in range(count):
        opens.append(one(calendar.next_open(resolution, at(opens[-1]))))
    met = [(one(calendar.floor(resolution, at(begin))), begin) for begin in opens[1:]]
    last = met[-1][0]
    wanted = [
        t for t, begin in met[:-1] if not resolution.is_intraday or in_session(calendar, begin)
    ]
    assert calendar.bars(resolution, met[0][0], last).tolist() == wanted


@few
@given(calendars(), st.sampled_from(USUAL), moments(), st.integers(1, 50))
def test_counting_back_finds_so_many_bars(
    calendar: Calendar, resolution: Resolution, end: int, count: int
) -> None:
    start = calendar.back(resolution, end, count)
    bars = calendar.bars(resolution, start, end)
    assert len(bars) == count
    assert bars[0] == start


def test_counting_back_ends_where_time_is_known_no_further() -> None:
    year = Resolution.parse("12M")
    assert PLAIN.back(year, seconds("2000-01-01"), 1000) == seconds("1900-01-01")
    assert PLAIN.back(year, seconds("2000-01-01"), 0) == seconds("2000-01-01")
    assert PLAIN.back(year, seconds("1900-01-01"), 5) == seconds("1900-01-01")


def test_there_are_no_bars_in_an_empty_interval() -> None:
    for calendar in CALENDARS.values():
        for resolution in USUAL:
            assert not len(calendar.bars(resolution, 1_700_000_000, 1_700_000_000))
            assert not len(calendar.bars(resolution, 1_700_000_000, 1_600_000_000))


@few
@given(resolutions(), st.lists(moments(), max_size=30))
def test_plain_bars_are_those_of_a_slow_reckoning(resolution: Resolution, times: list[int]) -> None:
    found = PLAIN.floor(resolution, np.array(times, dtype=np.int64))
    assert found.tolist() == [slow_plain_floor(resolution, time) for time in times]


@few
@given(calendars(), st.sampled_from(USUAL), moments())
def test_many_moments_have_the_bars_that_each_has_alone(
    calendar: Calendar, resolution: Resolution, moment: int
) -> None:
    times = moment + np.arange(-40, 40) * 7919
    alone = [one(calendar.floor(resolution, at(int(time)))) for time in times]
    assert calendar.floor(resolution, times).tolist() == alone


@few
@given(calendars(), moments())
def test_trading_days_begin_as_a_slow_reckoning_says(calendar: Calendar, moment: int) -> None:
    t = calendar.floor(Resolution.parse("1D"), at(moment))
    day = date(1970, 1, 1) + timedelta(days=one(t) // DAY)
    assert slow_begin(calendar, day) == one(calendar.open(Resolution.parse("1D"), t))


@few
@given(st.sampled_from([NEW_YORK, TOKYO, CALENDARS["london"]]), resolutions(), moments())
def test_bars_in_a_session_are_counted_from_its_start(
    calendar: Calendar, resolution: Resolution, moment: int
) -> None:
    if not resolution.is_intraday or not in_session(calendar, moment):
        return
    zone = ZoneInfo(calendar.time_zone)
    local = datetime.fromtimestamp(moment, zone)
    midnight = local.replace(hour=0, minute=0, second=0, fold=0)
    starts = [
        int(
            (midnight.replace(tzinfo=None) + timedelta(seconds=start))
            .replace(tzinfo=zone)
            .timestamp()
        )
        for start, _ in parse_session(calendar.session).weekdays[local.weekday()]
    ]
    start = max(start for start in starts if start <= moment)
    expected = start + (moment - start) // resolution.count * resolution.count
    assert one(calendar.floor(resolution, at(moment))) == expected


def test_a_day_that_the_calendar_of_a_country_skips_has_no_bar() -> None:
    samoa = Calendar("24x7", "Pacific/Apia")
    days = samoa.bars(Resolution.parse("1D"), seconds("2011-12-28"), seconds("2012-01-02"))
    assert [text[8:10] for text in texts(days)] == ["28", "29", "31", "01"]


def test_days_of_clock_changes_are_shorter_and_longer() -> None:
    day, local = Resolution.parse("1D"), Calendar("24x7", "America/New_York")
    opens = [one(local.open(day, at(seconds(f"2024-03-{date:02}")))) for date in (9, 10, 11, 12)]
    assert [(end - start) // 3600 for start, end in pairwise(opens)] == [24, 23, 24]
    opens = [one(local.open(day, at(seconds(f"2024-11-{date:02}")))) for date in (2, 3, 4)]
    assert [(end - start) // 3600 for start, end in pairwise(opens)] == [24, 25]


def test_moments_beyond_the_known_years_have_the_nearest_bar() -> None:
    for text in ("1m", "7m", "1D", "1W", "12M"):
        bars = NEW_YORK.floor(Resolution.parse(text), np.array([-(10**12), 10**12]))
        assert texts(bars)[0] < "1901"
        assert texts(bars)[1] > "2099"


def test_no_moments_have_no_bars() -> None:
    none = np.empty(0, dtype=np.int64)
    for calendar in CALENDARS.values():
        for resolution in USUAL:
            assert len(calendar.floor(resolution, none)) == 0
            assert len(calendar.open(resolution, none)) == 0
            assert len(calendar.next_open(resolution, none)) == 0


def test_calendars_are_values() -> None:
    assert Calendar("0930-1600", "America/New_York") == NEW_YORK
    assert len({Calendar(), Calendar("24x7", "UTC"), NEW_YORK}) == 2


def test_only_utc_days_with_monday_weeks_that_never_close_are_plain() -> None:
    assert Calendar().is_plain
    assert Calendar("24x7", "Etc/UTC").is_plain
    assert Calendar("0000-0000:1234567").is_plain
    assert not Calendar("1;24x7").is_plain
    assert not Calendar("0000-0000").is_plain
    assert not Calendar("24x7", "Europe/London").is_plain


def test_a_calendar_that_cannot_be_is_refused() -> None:
    with pytest.raises(SessionError, match="session"):
        Calendar("0930")
    with pytest.raises(SessionError, match="time zone"):
        Calendar("24x7", "Mars")


@few
@given(
    st.dictionaries(st.integers(0, 5), calendars(), max_size=4),
    st.sampled_from(USUAL),
    st.lists(st.tuples(st.integers(0, 7), moments()), max_size=30),
)
def test_each_market_has_the_bars_of_its_own_calendar(
    by_market: dict[int, Calendar], resolution: Resolution, rows: list[tuple[int, int]]
) -> None:
    grid = Calendars(by_market, default=CALENDARS["tokyo"])
    market = np.array([market for market, _ in rows], dtype=np.int32)
    time = np.array([time for _, time in rows], dtype=np.int64)
    t = grid.floor(resolution, market, time)
    begin = grid.open(resolution, market, t)
    for row, (number, moment) in enumerate(rows):
        own = by_market.get(number, CALENDARS["tokyo"])
        assert grid.of(number) == own
        assert t[row] == one(own.floor(resolution, at(moment)))
        assert begin[row] == one(own.open(resolution, t[row : row + 1]))


def test_without_calendars_every_market_is_plain() -> None:
    minute, times = Resolution.parse("1m"), np.array([59, 60, 61])
    assert ALWAYS_OPEN.of(7) == PLAIN
    assert ALWAYS_OPEN.floor(minute, np.array([1, 2, 3], dtype=np.int32), times).tolist() == [
        0,
        60,
        60,
    ]
    assert ALWAYS_OPEN.bars(minute, 7, 60, 240).tolist() == [60, 120, 180]


def slow_plain_floor(resolution: Resolution, time: int) -> int:
    """Reckon a bar of the plain calendar with nothing but dates."""
    moment = datetime.fromtimestamp(time, UTC)
    midnight = moment.replace(hour=0, minute=0, second=0)
    new_year = midnight.replace(month=1, day=1)
    if resolution.unit is Unit.SECOND:
        passed = int((moment - midnight).total_seconds())
        return time - passed % resolution.count
    if resolution.unit is Unit.MONTH:
        month = (moment.month - 1) // resolution.count * resolution.count + 1
        return int(new_year.replace(month=month).timestamp())
    if resolution.unit is Unit.DAY:
        passed = (midnight - new_year).days
        return int((midnight - timedelta(passed % resolution.count)).timestamp())
    monday = midnight - timedelta(midnight.weekday())
    weeks = (monday.timetuple().tm_yday - 1) // 7
    return int((monday - timedelta(7 * (weeks % resolution.count))).timestamp())


def slow_begin(calendar: Calendar, day: date) -> int:
    """Reckon when a trading day begins, by the rule and the time zone database."""
    weekdays = parse_session(calendar.session).weekdays
    before = day - timedelta(1)
    while not weekdays[before.weekday()]:
        before -= timedelta(1)
    evening = min(weekdays[day.weekday()][0].start, 0)
    closed = local_midnight(before) + timedelta(seconds=weekdays[before.weekday()][-1].end)
    would = local_midnight(before + timedelta(1)) + timedelta(seconds=evening)
    wall, zone = max(closed, would), ZoneInfo(calendar.time_zone)
    skipped = wall.replace(tzinfo=zone).utcoffset() != (
        wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).utcoffset()
    )
    if skipped:
        wall = wall.replace(minute=0) + timedelta(hours=1)
    return int(wall.replace(tzinfo=zone).timestamp())


def local_midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - local by intention


def in_session(calendar: Calendar, moment: int) -> bool:
    """Tell by the wall clock whether the market is open."""
    local = datetime.fromtimestamp(moment, ZoneInfo(calendar.time_zone)).replace(tzinfo=None)
    for day in (local.date(), local.date() + timedelta(1)):
        since = (local - local_midnight(day)).total_seconds()
        intervals = parse_session(calendar.session).weekdays[day.weekday()]
        if any(start <= since < end for start, end in intervals):
            return True
    return False
