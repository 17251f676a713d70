from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.api.udf.stamps import bound, horizon, is_renamed, stamps
from chandlery.core.calendar import Calendar
from chandlery.core.resolution import Resolution
from tests.api.udf.house import at
from tests.strategies import CALENDARS

DAY = 86_400
LONG = [Resolution.parse(text) for text in ["1d", "2d", "3d", "1w", "2w", "1M", "3M", "12M"]]


@pytest.mark.parametrize(
    ("resolution", "day", "name"),
    [
        ("1M", "2024-06-20", "2024-06-03"),
        ("1M", "2024-07-20", "2024-07-01"),
        ("3M", "2023-02-01", "2023-01-02"),
        ("12M", "2023-05-05", "2023-01-02"),
        ("1W", "2024-06-20", "2024-06-17"),
        ("1D", "2024-06-20", "2024-06-20"),
    ],
)
def test_bars_are_named_by_their_first_trading_day(resolution: str, day: str, name: str) -> None:
    calendar, own = CALENDARS["new york stocks"], Resolution.parse(resolution)
    t = calendar.floor(own, np.array([at(f"{day}T15:00")]))
    assert stamps(calendar, own, t).tolist() == [at(name)]


def test_plain_markets_and_short_bars_keep_their_names() -> None:
    month, minute = Resolution.parse("1M"), Resolution.parse("1m")
    assert not is_renamed(Calendar(), month)
    assert not is_renamed(CALENDARS["new york stocks"], minute)
    assert bound(Calendar(), month, 12_345) == 12_345
    assert bound(CALENDARS["tokyo"], minute, 12_345) == 12_345


@given(
    st.sampled_from(sorted(CALENDARS)),
    st.sampled_from(LONG),
    st.integers(at("2019-12-01"), at("2026-03-01")),
    st.integers(-40 * DAY, 40 * DAY) | st.integers(-40, 40).map(lambda days: days * DAY),
)
def test_a_bound_parts_bars_as_their_names_are_parted(
    name: str, resolution: Resolution, moment: int, offset: int
) -> None:
    calendar = CALENDARS[name]
    t = calendar.floor(resolution, np.array([moment]))
    shown = int(stamps(calendar, resolution, t)[0])
    for stamp in (shown + offset, shown, shown + 1, shown - 1):
        assert (int(t[0]) >= bound(calendar, resolution, stamp)) == (shown >= stamp)


@given(
    st.sampled_from(sorted(CALENDARS)),
    st.sampled_from(LONG),
    st.lists(st.integers(at("2019-12-01"), at("2026-03-01")), min_size=2),
)
def test_names_keep_the_order_and_are_never_shared(
    name: str, resolution: Resolution, moments: list[int]
) -> None:
    calendar = CALENDARS[name]
    t = np.unique(calendar.floor(resolution, np.array(sorted(moments))))
    shown = stamps(calendar, resolution, t)
    assert (np.diff(shown) > 0).all()
    assert (shown % DAY == 0).all()
    # The name is a trading day of the bar itself.
    assert calendar.floor(resolution, calendar.open(LONG[0], shown)).tolist() == t.tolist()


@given(
    st.sampled_from(sorted(CALENDARS)),
    st.sampled_from([*LONG, Resolution.parse("1s"), Resolution.parse("5h")]),
    st.integers(at("2019-12-01"), at("2026-03-01")),
)
def test_the_horizon_holds_the_bar_of_now_and_no_later_one(
    name: str, resolution: Resolution, now: int
) -> None:
    calendar = CALENDARS[name]
    end = horizon(calendar, resolution, now)
    own = int(calendar.floor(resolution, np.array([now]))[0])
    following = calendar.next_open(resolution, np.array([now]))
    later = int(calendar.floor(resolution, following)[0])
    assert own < end <= later
