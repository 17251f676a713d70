"""Settings as people change them: of an indicator, of the bar of intervals, volume and scale."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.compared import bars_of
from tests.browser.conftest import Opened, Watched
from tests.browser.markets import BTC
from tests.browser.pictures import settled
from tests.browser.served import Served
from tests.browser.waiting import live


def test_the_settings_of_an_indicator_show_at_once_and_are_taken_back(
    server: Served, opened: Opened
) -> None:
    page = opened(f"{server.url}/chart/{BTC}?interval=1h&i=sma,period=20")
    live(page)
    values = page.locator(".legend-study ~ .legend-values .legend-value span")
    title = page.locator(".legend-study")
    expect(values).to_have_text(re.compile(r"\d"))
    change(page, title, "5", "#ff00fe")
    press(page, "Done")
    expect(title).to_have_text("SMA 5")
    page.wait_for_url(re.compile("i=sma,period=5,.*@sma=ff00fe"))
    expect(values).to_have_css("color", "rgb(255, 0, 254)")
    closes = [bar["c"] for bar in bars_of(page)[-5:]]
    expect(values).to_have_text(f"{sum(closes) / 5:.2f}")

    address = page.url
    change(page, title, "9", "#00ff00")
    expect(title).to_have_text("SMA 9")
    press(page, "Cancel")
    expect(title).to_have_text("SMA 5")
    page.wait_for_url(address)
    expect(values).to_have_css("color", "rgb(255, 0, 254)")
    expect(values).to_have_text(f"{sum(closes) / 5:.2f}")


def change(page: Page, title: Locator, period: str, colour: str) -> None:
    title.click()
    page.get_by_label("Period").fill(period)
    page.get_by_label("sma", exact=True).fill(colour)


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).click()
    # Off the chart, so that the legend tells of the newest bar.
    page.mouse.move(700, 2)


def test_an_indicator_that_the_server_fails_to_give_says_so_and_comes_back(
    server: Served, opened: Opened, watched: Watched
) -> None:
    watched.allowed.add("500")
    page = opened(f"{server.url}/chart/{BTC}?interval=1h&i=sma,period=20")
    live(page)
    page.route("**/api/v1/indicators**", lambda route: route.fulfill(status=500))
    page.reload()
    title = page.locator(".legend-study")
    expect(page.locator(".legend-study ~ .fall")).to_contain_text("500")
    title.click()
    expect(page.get_by_role("dialog")).to_contain_text("could not be loaded")
    page.keyboard.press("Escape")
    page.unroute("**/api/v1/indicators**")
    expect(page.locator(".legend-study ~ .legend-values")).to_have_text(re.compile(r"\d"))
    title.click()
    expect(page.get_by_label("Period")).to_have_value("20")


def test_an_interval_with_a_star_stays_in_the_bar(server: Served, opened: Opened) -> None:
    page = opened(f"{server.url}/chart/{BTC}?interval=1m")
    live(page)
    in_bar = page.get_by_role("group", name="Interval").get_by_role("button", name="30m")
    star = page.get_by_role("button", name="30 minutes in the bar on top")
    expect(in_bar).to_have_count(0)
    press_star(page, star)
    expect(in_bar).to_be_visible()
    page.reload()
    in_bar.click()
    page.wait_for_url(re.compile("interval=30m"))
    press_star(page, star)
    expect(in_bar).to_have_count(0)


def press_star(page: Page, star: Locator) -> None:
    page.get_by_role("button", name="choose another interval").click()
    star.click()
    page.keyboard.press("Escape")
    expect(star).to_have_count(0)


def test_volume_has_a_pane_or_none_and_comes_back(past: Page) -> None:
    panes = past.locator(".chart-box tr:has(canvas)")
    before, rows = settled(past), panes.count()
    choose(past, "More", "In its own pane")
    expect(panes).not_to_have_count(rows)
    past.wait_for_url(re.compile("volume=pane"))
    choose(past, "More", "Not shown")
    expect(panes).to_have_count(rows)
    past.wait_for_url(re.compile("volume=none"))
    assert settled(past) != before
    choose(past, "More", "Over the bars")
    past.wait_for_url(lambda address: "volume=" not in address)
    assert settled(past) == before


def test_a_scale_is_put_upside_down_and_back(past: Page) -> None:
    assert price_at(past, 200) > price_at(past, 600)
    choose(past, "Scale", "Upside down")
    past.wait_for_url(re.compile("scale=inverted"))
    assert price_at(past, 200) < price_at(past, 600)
    choose(past, "Scale", "Upside down")
    past.wait_for_url(lambda address: "scale=" not in address)
    assert price_at(past, 200) > price_at(past, 600)


def choose(page: Page, menu: str, item: str) -> None:
    page.get_by_role("button", name=menu, exact=True).click()
    page.get_by_role("menu").get_by_text(item, exact=True).click()


def price_at(page: Page, y: int) -> float:
    """Return the price at a height, which the menu of the chart tells."""
    settled(page)
    page.mouse.click(700, y, button="right")
    told = page.get_by_role("menuitem", name="Alert at").inner_text()
    page.keyboard.press("Escape")
    return float(told.removeprefix("Alert at "))
