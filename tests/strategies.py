"""Hypothesis strategies for resolutions, calendars, moments and trades, importable by all tests."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from chandlery.core.calendar import Calendar
from chandlery.core.columns import US
from chandlery.core.resolution import MOST, Resolution, Unit
from chandlery.core.trades import BUY, SELL, UNKNOWN, Trades

CALENDARS = {
    "plain": Calendar(),
    "sunday weeks": Calendar("1;24x7"),
    "new york stocks": Calendar("0930-1600", "America/New_York"),
    "new york forex": Calendar("1700-1700", "America/New_York"),
    "chicago futures": Calendar("1700-1600:23456", "America/Chicago"),
    "tokyo": Calendar("0900-1130,1230-1500", "Asia/Tokyo"),
    "london": Calendar("24x7", "Europe/London"),
    "sydney": Calendar("24x7", "Australia/Sydney"),
    "changing days": Calendar("0900-1800:6|1700-1700:2345|1000-1100,1200-1800:7", "Europe/Berlin"),
    "midnight clocks": Calendar("24x7", "America/Santiago"),
}
"""Calendars that differ in sessions, nights, lunch breaks, weeks and clock changes."""

_USUAL = "1s 7s 90s 1m 5m 7m 30m 1h 4h 5h 1d 2d 3d 6d 7d 1w 2w 3w 6w 1M 3M 5M 12M"
USUAL = [Resolution.parse(text) for text in _USUAL.split(" ")]

FROM, TO = datetime(1990, 1, 1, tzinfo=UTC), datetime(2085, 1, 1, tzinfo=UTC)
_FROM_S, _TO_S = int(FROM.timestamp()), int(TO.timestamp())
_AFTER_2010_S = 1_262_304_000

DELICATE_DATES = (
    date(2024, 3, 10),
    date(2024, 11, 3),
    date(2024, 3, 31),
    date(2024, 10, 27),
    date(2024, 4, 7),
    date(2024, 10, 6),
    date(2024, 9, 8),
    date(2023, 12, 31),
    date(2024, 12, 31),
    date(2000, 2, 29),
    date(2028, 1, 3),
)
"""Days on which clocks change, and ends of years."""


def resolutions() -> st.SearchStrategy[Resolution]:
    """Every resolution, the usual ones often."""
    seldom = st.sampled_from(Unit).flatmap(
        lambda unit: st.builds(Resolution, st.integers(1, MOST[unit]), st.just(unit))
    )
    return st.sampled_from(USUAL) | seldom


def calendars() -> st.SearchStrategy[Calendar]:
    """One of the calendars above."""
    return st.sampled_from(list(CALENDARS.values()))


def moments() -> st.SearchStrategy[int]:
    """Seconds UTC between 1990 and 2085, often about a clock change or the end of a year."""
    delicate = st.sampled_from(DELICATE_DATES).flatmap(
        lambda day: st.integers(-129_600, 172_800).map(
            lambda offset: (
                int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) + offset
            )
        )
    )
    return delicate | st.integers(_FROM_S, _TO_S - 1)


@st.composite
def trades(draw: st.DrawFn, max_size: int = 40, markets: int = 3) -> Trades:
    """Distinct trades of a few markets, after 2010, in any order, often in one instant."""
    start = max(draw(moments()), _AFTER_2010_S)
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(1, markets),
                st.integers(0, 3 * 86_400) | st.integers(0, 90),
                st.floats(1e-9, 1e6),
                st.floats(1e-9, 1e6),
                st.sampled_from((BUY, SELL, UNKNOWN)),
                st.integers(0, 3),
            ),
            max_size=max_size,
        )
    )
    ids = draw(st.permutations(range(len(rows))))
    market, offset, price, size, side, sequence = zip(*rows, strict=True) if rows else ((),) * 6
    return Trades.of(
        market=market,
        time=[(start + seconds) * US for seconds in offset],
        price=price,
        size=size,
        side=side,
        sequence=sequence,
        id=ids,
    )
