"""The page of administration: nobody gets in without a key, and what it shows and does is real."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessible import faults_of
from tests.browser.conftest import PHONE, Opened, Watched
from tests.browser.markets import BTC
from tests.browser.served import Served, now
from tests.browser.waiting import until

SECTIONS = (
    "Overview",
    "Feeds",
    "Tasks",
    "Roll-ups",
    "Coverage",
    "Markets",
    "Data quality",
    "Keys",
    "Storage",
)


@pytest.fixture
def admin(server: Served, opened: Opened) -> Page:
    """Give the page to somebody who followed the link of the first start."""
    page = opened(f"{server.url}/admin#token={server.token}")
    expect(page.get_by_text("Up for")).to_be_visible()
    expect(page).not_to_have_url(re.compile(re.escape(server.token)))
    return page


def test_without_a_key_it_asks_for_one(server: Served, opened: Opened, watched: Watched) -> None:
    watched.allowed.add("401")
    page = opened(f"{server.url}/admin/keys")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("Key").fill("chd_wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    page.get_by_label("Key").fill(server.token)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_is_there_and_can_be_used_by_everybody(admin: Page, section: str) -> None:
    admin.get_by_role("link", name=section, exact=True).click()
    expect(admin.get_by_role("link", name=section, exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    expect(admin.locator("main h2").first).to_be_visible()
    expect(admin.get_by_text("Loading …")).to_have_count(0)
    expect(admin.get_by_role("alert")).to_have_count(0)
    assert faults_of(admin) == []
    admin.reload()
    expect(admin).to_have_title(re.compile(section))


def test_a_key_is_made_shown_once_and_revoked(admin: Page, server: Served) -> None:
    admin.get_by_role("link", name="Keys").click()
    admin.get_by_label("Name").fill("grafana")
    admin.get_by_role("button", name="Make a key").click()
    shown = admin.locator(".secret code")
    expect(shown).to_have_text(re.compile("^chd_"))
    row = admin.get_by_role("row", name=re.compile("grafana"))
    expect(row).to_contain_text("active")
    row.get_by_role("button", name="Revoke").click()
    row.get_by_role("button", name="Yes").click()
    expect(row).to_contain_text("revoked")
    keys = server.ask("GET", "/api/v1/admin/keys")
    assert [key["revoked"] is None for key in keys if key["name"] == "grafana"] == [False]


def test_long_work_shows_how_far_it_is_and_its_end(admin: Page) -> None:
    admin.get_by_role("link", name="Tasks").click()
    admin.get_by_role("button", name="Verify every candle").click()
    first = admin.locator(".tasks li").first
    expect(first).to_contain_text("verify")
    expect(first).to_contain_text("done")
    expect(first).to_contain_text("ok true")


def test_a_range_is_rebuilt(admin: Page) -> None:
    admin.get_by_role("link", name="Roll-ups").click()
    expect(admin.get_by_role("row", name=re.compile("^1m"))).to_be_visible()
    form = admin.locator("form").filter(has_text="Rebuild")
    form.get_by_label("Rebuild").fill(BTC)
    form.get_by_label("From").fill("yesterday")
    expect(form.get_by_role("button", name="Make again")).to_be_disabled()
    form.get_by_label("From").fill("2025-01-01")
    form.get_by_role("button", name="Make again").click()
    admin.get_by_role("link", name="Tasks").click()
    expect(admin.locator(".tasks li").filter(has_text=BTC).first).to_contain_text("done")


def test_a_market_is_added_edited_and_hidden(admin: Page, server: Served) -> None:
    admin.get_by_role("link", name="Markets").click()
    admin.get_by_label("New market").fill("TEST:MADE")
    admin.get_by_role("button", name="Add").click()
    row = admin.get_by_role("row", name=re.compile("TEST:MADE"))
    row.get_by_role("button", name="Edit").click()
    admin.get_by_label("Description").fill("Made by hand")
    admin.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Made by hand")
    row.get_by_role("button", name="Hide").click()
    expect(row.get_by_role("button", name="Show")).to_be_visible()
    assert server.ask("GET", "/api/v1/symbols", params={"query": "TEST:MADE"}) == []


def test_a_filter_leaves_a_bad_tick_out_and_is_taken_away(admin: Page, server: Served) -> None:
    minute = int(now()) // 60 * 60 - 240
    symbol = "TEST:TICKS"
    rows = [(minute - 60 * ago + 1.0, 100.0 + ago, 1.0) for ago in range(8, 0, -1)]
    server.trade(symbol, *rows, (minute + 5.0, 100.0, 1.0), (minute + 6.0, 900.0, 1.0))

    def high() -> float:
        bars = server.bars(symbol, "1m")
        return next(float(bar["h"]) for bar in bars if bar["t"] == minute)

    assert high() == 900.0
    admin.get_by_role("link", name="Markets").click()
    admin.get_by_label("Filter", exact=True).fill(symbol)
    admin.get_by_label("Most deviation, %").fill("20")
    admin.get_by_role("button", name="Set").click()
    row = admin.get_by_role("row", name=re.compile(symbol)).filter(has_text="20 %")
    expect(row).to_be_visible()
    assert high() == 100.0
    row.get_by_role("button", name="Remove").click()
    row.get_by_role("button", name="Yes").click()
    expect(row).to_have_count(0)
    assert high() == 900.0


def test_a_section_that_fails_says_so_and_the_others_go_on(admin: Page, watched: Watched) -> None:
    watched.allowed.add("TypeError")
    admin.route("**/api/v1/admin/storage", lambda route: route.fulfill(json={"tables": [None]}))
    admin.get_by_role("link", name="Storage").click()
    told = admin.get_by_role("alert")
    expect(told).to_contain_text("TypeError")
    admin.unroute("**/api/v1/admin/storage")
    told.get_by_role("button", name="Try again").click()
    expect(admin.get_by_role("row", name=re.compile("retention.trades"))).to_be_visible()
    expect(admin.get_by_text("start the server again")).to_be_visible()
    admin.get_by_role("link", name="Keys").click()
    expect(admin.get_by_role("heading", name="Keys")).to_be_visible()


def test_the_figures_move(admin: Page) -> None:
    commits = admin.locator(".plot").filter(has_text="Requests a second")
    expect(commits.locator("path")).to_have_attribute("d", re.compile("L"))


def test_it_fits_a_phone(server: Served, opened: Opened) -> None:
    page = opened(f"{server.url}/admin/keys#token={server.token}", **PHONE)
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    until(page, "document.documentElement.scrollWidth <= 390")
