from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings

from chandlery.core.calendar import Calendar
from chandlery.core.errors import UnknownResolutionError
from chandlery.core.resolution import MOST, Resolution, Unit
from tests.strategies import resolutions

few = settings(max_examples=50)

SPELLINGS = {
    "1s": ("1S", "1s", "1sec", "1second"),
    "30s": ("30S", "30s"),
    "1m": ("1", "1m", "60s", "60S", "1min", "1Min", "1minute", " 1m\n"),
    "5m": ("5", "5m", "5mins"),
    "45m": ("45", "45m"),
    "90s": ("90s", "90S"),
    "90m": ("90", "90m", "5400s"),
    "1h": ("60", "1h", "1H", "60m", "1hour", "1Hour"),
    "4h": ("240", "4h", "4hours"),
    "1d": ("1D", "D", "1d", "24h", "1440", "86400s", "1day", "1Day"),
    "3d": ("3D", "3d"),
    "1w": ("1W", "W", "1w", "1week"),
    "2w": ("2W", "2w", "2weeks"),
    "1M": ("1M", "M", "1mo", "1month", "1mon"),
    "3M": ("3M", "3months"),
    "12M": ("12M", "12mo"),
}
NOT_RESOLUTIONS = ["", " ", "0", "0m", "-1", "+1m", "7x", "m", "h", "S", "1 m", "01m", "1.5h"]
NOT_RESOLUTIONS += ["1Y", "25h", "2880", "366d", "53w", "13M", "24M", "86401s", "99999999", "1mm"]
NOT_RESOLUTIONS += ["\u0661m", "1\uff4d", "1m\x00"]


@pytest.mark.parametrize(
    ("plain", "spelling"), [(plain, text) for plain, texts in SPELLINGS.items() for text in texts]
)
def test_every_spelling_in_use_is_read(plain: str, spelling: str) -> None:
    assert str(Resolution.parse(spelling)) == plain


@pytest.mark.parametrize(
    ("plain", "tradingview"),
    [
        ("1s", "1S"),
        ("90s", "90S"),
        ("1m", "1"),
        ("1h", "60"),
        ("90m", "90"),
        ("1d", "1D"),
        ("1w", "1W"),
        ("1M", "1M"),
        ("12M", "12M"),
    ],
)
def test_tradingview_is_written_as_its_library_does(plain: str, tradingview: str) -> None:
    assert Resolution.parse(plain).tradingview == tradingview


@few
@given(resolutions())
def test_reading_what_was_written_is_the_identity(resolution: Resolution) -> None:
    assert Resolution.parse(str(resolution)) == resolution
    assert Resolution.parse(resolution.tradingview) == resolution


@pytest.mark.parametrize("text", NOT_RESOLUTIONS)
def test_what_names_no_resolution_is_refused(text: str) -> None:
    with pytest.raises(UnknownResolutionError):
        Resolution.parse(text)


def test_the_refusal_names_what_was_found_and_what_is_expected() -> None:
    with pytest.raises(UnknownResolutionError) as caught:
        Resolution.parse("7x")
    expected = "unknown resolution '7x' (expected such as 1s, 1m, 1h, 1d, 1w, 1M, or 1S, 60, 1D)"
    assert str(caught.value) == expected


def test_the_refusal_of_a_long_text_is_short() -> None:
    with pytest.raises(UnknownResolutionError) as caught:
        Resolution.parse("9" * 10_000)
    assert len(str(caught.value)) < 150


@pytest.mark.parametrize("unit", Unit)
def test_a_count_beyond_the_limit_is_refused(unit: Unit) -> None:
    for count in (0, -1, MOST[unit] + 2):
        with pytest.raises(UnknownResolutionError):
            Resolution(count, unit)


def test_a_day_of_seconds_is_a_day() -> None:
    assert Resolution(86_400, Unit.SECOND) == Resolution(1, Unit.DAY)
    assert hash(Resolution(86_400, Unit.SECOND)) == hash(Resolution(1, Unit.DAY))


def test_resolutions_are_ordered_by_length() -> None:
    texts = ["1s", "1m", "90s", "45m", "1h", "1d", "7d", "1w", "30d", "1M", "12M", "365d"]
    ordered = [Resolution.parse(text) for text in texts]
    assert sorted(set(ordered)) == ordered
    assert all(short < long and not long <= short for short, long in pairwise(ordered))


@few
@given(resolutions())
def test_a_resolution_divides_itself_and_is_as_long_as_itself(resolution: Resolution) -> None:
    assert resolution.divides(resolution)
    assert resolution <= resolution
    assert resolution.is_intraday == (resolution.seconds < 86_400)


def test_days_weeks_and_months_divide_exactly_where_no_bar_is_ever_cut() -> None:
    """Each of the 429 against each, over dates with every kind of year."""
    every = [
        Resolution(count, unit)
        for unit in (Unit.DAY, Unit.WEEK, Unit.MONTH)
        for count in range(1, MOST[unit] + 1)
    ]
    moments = np.arange(30 * 365, 44 * 365, dtype=np.int64) * 86_400
    bars = np.array([Calendar().floor(resolution, moments) for resolution in every])
    begins = (bars[:, 1:] != bars[:, :-1]).astype(np.float32)
    cuts = begins @ (1 - begins).T
    for row, coarse in enumerate(every):
        for column, fine in enumerate(every):
            assert fine.divides(coarse) == (cuts[row, column] == 0), (str(fine), str(coarse))


def test_intraday_resolutions_divide_exactly_where_no_bar_is_ever_cut() -> None:
    counts = [*range(1, 40), 60, 90, 300, 420, 900, 1800, 3600, 7200, 14_400, 18_000, 50_000]
    begins = {count: set(range(0, 86_400, count)) for count in counts}
    for fine in counts:
        for coarse in counts:
            divides = Resolution(fine, Unit.SECOND).divides(Resolution(coarse, Unit.SECOND))
            assert divides == (begins[coarse] <= begins[fine]), (fine, coarse)


def test_intraday_divides_all_longer_ones_and_is_divided_by_none() -> None:
    seven = Resolution.parse("7s")
    for text in ("1d", "3d", "1w", "2w", "1M", "5M", "12M"):
        assert seven.divides(Resolution.parse(text))
        assert not Resolution.parse(text).divides(seven)
