"""What goes on while somebody waits for a price: the watchlist and alerts."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.compared import bars_of
from tests.browser.conftest import Opened
from tests.browser.markets import BTC, RARE
from tests.browser.served import Served, now
from tests.browser.waiting import live, until

RECORDER = """
  window.told = [];
  window.Notification = class extends Notification {
    constructor(title, options) {
      super(title, options);
      window.told.push(title);
    }
  };
"""
"""Notes what the desktop is told, which is none here."""


def test_a_watched_market_tells_its_day_and_each_trade(server: Served, opened: Opened) -> None:
    page = opened(f"{server.url}/chart/{BTC}?interval=1m")
    live(page)
    page.keyboard.press("Alt+w")
    page.get_by_role("button", name="Watch BTCUSDT").click()
    page.get_by_role("button", name="Add a market").click()
    page.get_by_role("combobox", name="Add to the watchlist").fill("rare")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    rows = page.get_by_role("list", name="Watched markets").get_by_role("listitem")
    expect(rows).to_have_count(2)

    row = rows.filter(has_text="BTCUSDT")
    (day,) = server.ask("GET", "/api/v1/ticker", params={"symbols": BTC})
    expect(row).to_contain_text(f"{day['last']:.2f}")
    expect(row).to_contain_text(f"{abs(day['change_percent']):.2f}")
    # A point each half hour.
    expect(row.locator(".spark path")).to_have_attribute("d", re.compile(r"^M[^L]+(L[^L]+){47}$"))
    server.trade(BTC, (now(), 47_654.25, 0.5))
    expect(row).to_contain_text("47654.25")

    page.reload()
    expect(row).to_contain_text("47654.25")
    page.get_by_role("button", name=f"Remove {RARE}").click()
    expect(rows).to_have_count(1)
    page.reload()
    expect(rows).to_have_count(1)


def test_an_alert_goes_off_once(server: Served, opened: Opened) -> None:
    page = opened(f"{server.url}/chart/{BTC}?interval=1m", RECORDER, permissions=["notifications"])
    live(page)
    last = bars_of(page)[-1]["c"]
    first, second = round(last + 1_000, 2), round(last + 3_000, 2)
    set_alert(page, first)
    set_alert(page, second)
    reach(page, server, first + 1_000)
    until(page, "window.told.length === 1")
    said = page.get_by_role("status").filter(has_text=told(first))
    expect(said).to_be_visible()
    reach(page, server, last)
    # On its way to the second, the price passes the first again.
    reach(page, server, second + 1_000)
    until(page, "window.told.length > 1")
    assert page.evaluate("window.told") == [told(first), told(second)]
    page.get_by_role("button", name="Alerts").click()
    expect(page.get_by_role("list", name="Alerts").get_by_text("Went off")).to_have_count(2)


def told(price: float) -> str:
    return f"{BTC} reached {price:.2f}".rstrip("0").rstrip(".")


def set_alert(page: Page, price: float) -> None:
    page.keyboard.press("Alt+a")
    page.get_by_label("When the price reaches").fill(str(price))
    page.get_by_role("button", name="Set", exact=True).last.click()
    expect(page.get_by_text("Alert set at")).to_be_visible()
    expect(page.locator("dialog[open]")).to_have_count(0)


def reach(page: Page, server: Served, price: float) -> None:
    server.trade(BTC, (now(), price, 0.5))
    until(page, f"window.chandlery.bars().at(-1).c === {price}")
