"""TradingView's pager, as simulated by the doctor, on our own server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest

from chandlery.core.calendar import Calendar
from chandlery.core.columns import Int64s
from chandlery.core.resolution import Resolution
from chandlery.doctor import Examination, Report, Visit, Wish
from chandlery.doctor.http import HttpFetch
from chandlery.doctor.pager import ONE_DAY, Pager, first_end
from tests.api.udf.pager import Listed, StandingClock, opened, scroll, serving

DAY = 86_400
NOW = 1_768_480_496
"""2026-01-15, 12:34:56 UTC, a Thursday."""
NEW_YORK = Calendar("0930-1600", "America/New_York")
MINUTE = Resolution.parse("1m")
RESOLUTIONS = ("1", "1D", "1W", "1M")
SCROLLED = 3_000
ALL = {"1": 20_000, "1D": 5_000, "1W": 5_000, "1M": 3_000}


def every(step: int, start: int, end: int = NOW) -> Int64s:
    return np.arange(start // step * step, end, step, dtype=np.int64)


def joined(*parts: Int64s) -> Int64s:
    return np.unique(np.concatenate(parts))


MARKETS = [
    Listed("T:DENSE", joined(every(DAY, NOW - 3_500 * DAY), every(60, NOW - 4 * DAY))),
    Listed("T:SPARSE", every(DAY // 11, NOW - 400 * DAY)),
    Listed("T:GAP", joined(every(60, NOW - 23 * DAY, NOW - 20 * DAY), every(60, NOW - 7_200))),
    Listed("T:YOUNG", every(60, NOW - 3_540)),
    Listed("T:EMPTY", np.empty(0, dtype=np.int64)),
    Listed("T:NEWYORK", NEW_YORK.bars(MINUTE, NOW - 20 * DAY, NOW), NEW_YORK),
    Listed("T:AROUND", every(60, NOW - 8 * DAY), NEW_YORK),
]


@pytest.fixture
async def fetch(market: Listed) -> AsyncIterator[HttpFetch]:
    async with serving(NOW, [market]) as fetch:
        yield fetch


def truth(market: Listed, resolution: Resolution) -> list[int]:
    """Return the bars that the chart should get, named as the client names them."""
    t = np.unique(market.calendar.floor(resolution, market.moments))
    if not resolution.is_intraday and len(t):
        t = market.calendar.floor(ONE_DAY, market.calendar.open(ONE_DAY, t))
    return [int(time) for time in t]


@pytest.mark.parametrize("spelling", RESOLUTIONS)
@pytest.mark.parametrize("market", MARKETS, ids=lambda market: market.symbol)
async def test_a_chart_gets_every_bar_once_in_three_requests(
    market: Listed, spelling: str, fetch: HttpFetch
) -> None:
    resolution = Resolution.parse(spelling)
    wanted = truth(market, resolution)
    pager = await opened(fetch, market, resolution, NOW)
    assert pager.requests <= 2
    assert len(pager.bars) >= min(300, len(wanted))

    await scroll(fetch, pager, market, SCROLLED)
    assert pager.requests <= 3
    assert len(pager.bars) >= min(SCROLLED, len(wanted))

    await scroll(fetch, pager, market, ALL[spelling])
    assert pager.requests <= 5
    assert pager.has_ended
    assert (pager.error, pager.doubles) == ("", 0)
    assert [bar.t for bar in pager.bars] == wanted


@pytest.mark.parametrize("market", MARKETS[-1:], ids=lambda market: market.symbol)
async def test_a_chart_opened_in_the_night_shows_the_days_before(
    market: Listed, fetch: HttpFetch
) -> None:
    at_night = NOW - NOW % DAY + 8 * 3_600
    pager = Pager(market.calendar, MINUTE, at_night)
    await scroll(fetch, pager, market, 300)
    wanted = [t for t in truth(market, MINUTE) if t < first_end(NEW_YORK, MINUTE, at_night)]
    assert pager.missing(wanted) == []
    assert len(pager.bars) >= 300


async def examined(fetch: HttpFetch, wish: Wish) -> Report:
    return await Examination(Visit(fetch, StandingClock(NOW), 1_000), wish).run()


@pytest.mark.parametrize("market", MARKETS[:4] + MARKETS[5:], ids=lambda market: market.symbol)
async def test_the_doctor_finds_nothing_wrong_with_us(market: Listed, fetch: HttpFetch) -> None:
    report = await examined(fetch, Wish(symbols=[market.symbol]))
    assert told(report) == []
    assert len(report.series) >= 5


@pytest.mark.parametrize("market", MARKETS[4:5], ids=lambda market: market.symbol)
async def test_the_doctor_only_warns_of_a_market_without_trades(
    market: Listed, fetch: HttpFetch
) -> None:
    report = await examined(fetch, Wish(symbols=[market.symbol]))
    assert {line.partition(":")[0] for line in told(report)} == {"warning paging-bars"}


def told(report: Report) -> list[str]:
    """Return what was found; which pages of other origins may ask is the operator's choice."""
    return [
        f"{found.severity} {found.check}: {found.what} {found.request} {found.answer}"
        for found in report.findings
        if found.check != "cors"
    ]
