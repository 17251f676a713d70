"""Times as the chart writes them: by the clocks of a zone, and by the server's."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.browser.compared import bars_of
from tests.browser.conftest import Opened
from tests.browser.drawn import RECORDER, drawn, drawn_by, forget
from tests.browser.markets import BTC, RARE
from tests.browser.pictures import frame
from tests.browser.served import Served, now
from tests.browser.waiting import live, until

HOUR, DAY = 3_600, 86_400
CHANGE = int(datetime(2025, 11, 2, 6, tzinfo=UTC).timestamp())
"""When the clocks of New York were put back, from four hours behind UTC to five."""
CLOCKS = "TEST:CLOCKS"

SLOW = "const real = Date.now; Date.now = () => real() - 1_800_000;"
"""The clock of a device that is half an hour slow."""
LEFT = r"(?:\d+:)?\d\d:\d\d"
LENGTHS = {"4h": 4 * HOUR, "1d": DAY}


def test_in_a_zone_only_what_clocks_show_is_different(server: Served, opened: Opened) -> None:
    hours = range(CHANGE - 2 * DAY, CHANGE + 2 * DAY, HOUR)
    server.trade(CLOCKS, *((float(at), 100.0 + at // HOUR % 7, 1.0) for at in hours))
    looked = f"t={CHANGE - 18 * HOUR}-{CHANGE + 30 * HOUR}"
    page = opened(f"{server.url}/chart/{CLOCKS}?interval=1h&zone=UTC&{looked}", RECORDER)
    live(page)
    expect(page.locator(".chart-area")).to_have_attribute("aria-busy", "false")
    bars, day = bars_of(page), days_apart(page)
    early, late = pointed_at(page, 300), pointed_at(page, 1_000)
    assert early.timestamp() < CHANGE < late.timestamp()
    assert {early.timestamp(), late.timestamp()} <= {bar["t"] for bar in bars}

    page.get_by_title("Time zone: UTC").click()
    page.get_by_role("combobox", name="Time zone").fill("new york")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile("zone=America/New_York"))
    expect(page.get_by_title("Time zone: America/New_York")).to_contain_text(
        re.compile(r"UTC\W[45]$")
    )
    assert (early - pointed_at(page, 300)).total_seconds() == 4 * HOUR
    assert (late - pointed_at(page, 1_000)).total_seconds() == 5 * HOUR
    assert days_apart(page) == pytest.approx(day * 25 / 24, abs=2)
    assert bars_of(page) == bars


def pointed_at(page: Page, x: int) -> datetime:
    """Return the time that the crosshair tells at a place, as if it were UTC."""
    page.mouse.move(x, 300)
    frame(page)
    frame(page)
    forget(page)
    page.mouse.move(x, 400)
    (label,) = drawn_by(page, r"\w{3} \d\d \w{3} '\d\d  \d\d:\d\d")
    return datetime.strptime(label.text, "%a %d %b '%y  %H:%M").replace(tzinfo=UTC)


def days_apart(page: Page) -> float:
    """Return how many pixels lie between the 2nd and the 3rd of the month on the axis."""
    forget(page)
    page.set_viewport_size({"width": 1439, "height": 900})
    (second,), (third,) = drawn_by(page, "2"), drawn_by(page, "3")
    page.set_viewport_size({"width": 1440, "height": 900})
    return third.x - second.x


@pytest.mark.parametrize("interval", LENGTHS)
def test_what_is_left_of_a_bar_is_told_by_the_servers_clock(
    server: Served, opened: Opened, interval: str
) -> None:
    page = opened(f"{server.url}/chart/{BTC}?interval={interval}", SLOW + RECORDER)
    live(page)
    server.trade(BTC, (now(), 51_234.5, 0.5))
    until(page, "window.chandlery.bars().at(-1).c === 51234.5")
    end = bars_of(page)[-1]["t"] + LENGTHS[interval]
    forget(page)
    for word in drawn_by(page, LEFT, 3, on_prices=True):
        assert abs(seconds_of(word.text) - math.ceil(end - word.at)) <= 1


def seconds_of(text: str) -> int:
    """Return the seconds of `3:07:00` or `07:00`."""
    seconds = 0
    for part in text.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds


def test_nothing_is_left_of_a_bar_that_is_over(server: Served, opened: Opened) -> None:
    page = opened(f"{server.url}/chart/{RARE}?interval=1m", RECORDER)
    live(page)
    forget(page)
    start = now()
    until(page, f"window.drawn.some(word => word.width < 200 && word.at > {start + 1.5})")
    assert not [each for each in drawn(page) if each.is_price and re.fullmatch(LEFT, each.text)]
