"""The app as people use it: by keyboard, mouse and finger, on a desk and on a phone."""

from __future__ import annotations

import re
from functools import partial

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessible import faults_of
from tests.browser.compared import bars_of
from tests.browser.conftest import PHONE, Opened, Watched
from tests.browser.markets import BTC, RARE
from tests.browser.pictures import frame, settled
from tests.browser.served import Served, now
from tests.browser.waiting import live, seen, until

KEYS = {
    "search": "/",
    "interval": "3",
    "indicators": "Alt+j",
    "alert": "Alt+a",
    "goto": "Alt+g",
    "help": "?",
    "layouts": "Control+s",
}


@pytest.fixture
def page(server: Served, opened: Opened) -> Page:
    found = opened(f"{server.url}/chart/{BTC}?interval=1m")
    live(found)
    return found


def test_a_market_is_found_by_typing_arrows_and_enter(page: Page) -> None:
    page.keyboard.type("test")
    options = page.get_by_role("option")
    expect(options.nth(2)).to_be_visible()
    box = page.get_by_role("combobox")
    expect(box).to_be_focused()
    first = box.get_attribute("aria-activedescendant")
    assert first
    page.keyboard.press("ArrowDown")
    expect(box).not_to_have_attribute("aria-activedescendant", first)
    page.keyboard.press("Control+a")
    page.keyboard.type("rare")
    expect(options).to_have_count(1)
    page.keyboard.press("Enter")
    until(page, f"window.chandlery.symbol === '{RARE}'")
    live(page)
    expect(page).to_have_url(re.compile(RARE))
    page.go_back()
    until(page, f"window.chandlery.symbol === '{BTC}'")


@pytest.mark.parametrize(("typed", "interval"), [("15", "15m"), ("4h", "4h"), ("1D", "1d")])
def test_a_number_changes_the_interval_however_fast_it_is_typed(
    page: Page, typed: str, interval: str
) -> None:
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    until(page, f"window.chandlery.interval === '{interval}'")
    live(page)
    expect(page).to_have_url(re.compile(f"interval={interval}"))


def test_every_indicator_is_added_and_removed(page: Page, server: Served) -> None:
    for info in server.ask("GET", "/api/v1/indicators"):
        page.keyboard.press("Alt+j")
        page.get_by_role("combobox", name="Add an indicator").fill(info["title"])
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        row = page.locator(".legend-row").filter(has=page.locator(".legend-study"))
        expect(row).to_have_count(1)
        expect(row.locator(".legend-value").first).to_have_text(re.compile(r"\d"))
        row.locator(".legend-study").hover()
        row.get_by_role("button", name=re.compile("Remove")).click()
        expect(row).to_have_count(0)


def test_what_the_pointer_lies_on_in_a_legend_does_not_move(page: Page, opened: Opened) -> None:
    """Its values change as the pointer leaves the chart, which must not bring it back there."""
    shown = opened(page.url.split("?")[0] + "?interval=1m&i=adx")
    live(shown)
    row = shown.locator(".legend-row").filter(has=shown.locator(".legend-study"))
    values = row.locator(".legend-values")
    expect(values).to_have_text(re.compile(r"\d"))
    row.locator(".legend-study").hover()
    tools = row.locator(".legend-tools")
    before = tools.bounding_box()
    assert before is not None
    assert before["width"] > 40
    values.evaluate("values => values.append('1234567890')")
    assert tools.bounding_box() == before
    # What changes lies on the chart as if it were not there.
    assert values.evaluate(
        """values => {
          const box = values.getBoundingClientRect();
          const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
          return at.closest('.legend') === null;
        }"""
    )


def test_a_link_restores_all_of_it(page: Page, opened: Opened) -> None:
    address = page.url.split("?")[0] + (
        "?interval=5m&kind=line&zone=America/New_York&scale=log"
        f"&i=sma,period=20&i=rsi&i=macd&compare={RARE}"
    )
    first = opened(address)
    live(first)
    expect(first.locator(".legend-study")).to_have_count(3)
    second = opened(first.url)
    live(second)
    expect(second.locator(".legend-study")).to_have_count(3)
    names = [shown.locator(".legend-name") for shown in (first, second)]
    seen(second, lambda: names[0].all_inner_texts() == names[1].all_inner_texts())
    expect(second).to_have_url(first.url)
    for part in ("kind=line", "zone=America/New_York", "scale=log", f"compare={RARE}"):
        expect(first).to_have_url(re.compile(re.escape(part)))


def test_the_order_of_panes_is_kept(page: Page, opened: Opened) -> None:
    base = page.url.split("?")[0]
    for order in (("rsi", "macd"), ("macd", "rsi")):
        shown = opened(f"{base}?interval=1m&i={order[0]}&i={order[1]}")
        live(shown)
        names = shown.locator(".legend-study")
        expect(names).to_have_count(2)
        above, below = (names.filter(has_text=re.compile(name, re.IGNORECASE)) for name in order)
        seen(shown, partial(is_above, above, below))


def is_above(one: Locator, other: Locator) -> bool:
    first, second = one.bounding_box(), other.bounding_box()
    return first is not None and second is not None and first["y"] < second["y"]


BACKGROUND = "getComputedStyle(document.body).backgroundColor"


def test_themes_change_without_a_trace(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(BACKGROUND)
    page.emulate_media(color_scheme="light")
    until(page, f"{BACKGROUND} !== {dark!r}")
    assert faults_of(page) == []
    page.emulate_media(color_scheme="dark")
    until(page, f"{BACKGROUND} === {dark!r}")
    assert faults_of(page) == []


@pytest.mark.parametrize("name", KEYS)
def test_every_dialog_opens_by_a_key_is_for_everybody_and_closes(page: Page, name: str) -> None:
    page.keyboard.press(KEYS[name])
    dialog = page.locator("dialog[open]")
    expect(dialog).to_be_visible()
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_on_a_phone_a_finger_scrolls_and_opens(server: Served, opened: Opened) -> None:
    page = opened(f"{server.url}/chart/{BTC}?interval=1m", **PHONE)
    live(page)
    until(page, "document.documentElement.scrollWidth <= 390")
    first = page.evaluate("window.chandlery.bars()[0].t")
    touch = page.context.new_cdp_session(page)
    for _ in range(100):
        points = [(60 + 40 * step, 400) for step in range(7)]
        for kind, point in zip(("touchStart", *["touchMove"] * 6), points, strict=True):
            at = [{"x": point[0], "y": point[1]}]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})
            frame(page)
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        if page.evaluate("window.chandlery.bars()[0].t") < first:
            break
        # A finger that a slow machine holds still for too long reads bars until the next tap.
        page.touchscreen.tap(300, 400)
    else:
        pytest.fail("no older bars were shown")
    page.get_by_role("button", name="Indicators").tap()
    expect(page.locator("dialog[open]")).to_be_visible()
    assert faults_of(page) == []


def test_on_a_phone_a_long_press_reads_the_bar_below_the_finger(
    server: Served, opened: Opened
) -> None:
    page = opened(f"{server.url}/chart/{BTC}?interval=1h", **PHONE)
    live(page)
    legend = page.locator(".legend-bars .is-C")
    newest = legend.inner_text()
    touch = page.context.new_cdp_session(page)
    at = [{"x": 60, "y": 400}]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": at})
    expect(legend).not_to_have_text(newest)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_320_pixels_are_enough(server: Served, opened: Opened) -> None:
    page = opened(f"{server.url}/chart/{BTC}?interval=1m", viewport={"width": 320, "height": 640})
    live(page)
    until(page, "document.documentElement.scrollWidth <= 320")


def test_the_last_price_is_told_to_who_cannot_see_it(page: Page, server: Served) -> None:
    server.trade(BTC, (now(), 43_210.75, 0.1))
    until(page, "window.chandlery.bars().at(-1).c === 43210.75")
    expect(page.locator("[aria-live=polite]").filter(has_text="43210.75").first).to_be_attached()


def test_the_chart_is_read_by_the_keyboard(page: Page) -> None:
    page.locator(".chart-box").focus()
    page.keyboard.press("ArrowLeft")
    told = page.locator("#chart > .hidden-text[role=status]")
    expect(told).to_contain_text(re.compile(r"open|close", re.IGNORECASE))
    first = told.inner_text()
    page.keyboard.press("ArrowLeft")
    expect(told).not_to_have_text(first)


def test_a_picture_of_the_chart_is_saved(page: Page) -> None:
    with page.expect_download() as saved:
        page.keyboard.press("Alt+s")
    picture_of = saved.value
    assert picture_of.suggested_filename.endswith(".png")
    assert picture_of.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_chart_fills_the_screen_and_comes_back(page: Page) -> None:
    page.keyboard.press("Shift+F")
    until(page, "document.fullscreenElement !== null")
    page.keyboard.press("Shift+F")
    until(page, "document.fullscreenElement === null")


@pytest.mark.parametrize(("button", "choices"), [("Kind of chart", 8), ("Scale", 4)])
def test_every_kind_of_chart_and_every_scale_looks_different(
    past: Page, button: str, choices: int
) -> None:
    items = past.get_by_role("menuitemradio")
    pictures: set[bytes] = set()
    for choice in range(choices):
        past.get_by_role("button", name=button).first.click()
        expect(items).to_have_count(choices)
        items.nth(choice).click()
        expect(items).to_have_count(0)
        # Off the chart: a crosshair is no other kind of chart.
        past.mouse.move(700, 2)
        seen(past, lambda: settled(past) not in pictures)
        pictures.add(settled(past))
    assert len(pictures) == choices
    live(past)


def test_the_library_is_named_and_linked(page: Page) -> None:
    link = page.locator('a[href*="tradingview.com"]').first
    expect(link).to_be_attached()


def test_a_watchlist_switches_the_market(page: Page) -> None:
    page.keyboard.press("Alt+w")
    panel = page.get_by_role("complementary", name="Watchlist")
    expect(panel).to_be_visible()
    assert faults_of(page) == []


def test_the_same_address_looks_the_same(server: Served, opened: Opened) -> None:
    """Two pictures of a range that has ended are the same to the pixel."""
    start = int(now()) // 86_400 * 86_400 - 3 * 86_400
    address = f"{server.url}/chart/{BTC}?interval=15m&i=ema,period=20&t={start}-{start + 86_400}"
    pictures = []
    for _ in range(2):
        page = opened(address)
        live(page)
        expect(page.locator(".legend-study ~ .legend-values")).to_have_text(re.compile(r"\d"))
        expect(page.locator(".chart-area")).to_have_attribute("aria-busy", "false")
        pictures.append(settled(page))
    assert pictures[0] == pictures[1]


def test_a_bad_link_still_shows_a_chart(server: Served, opened: Opened, watched: Watched) -> None:
    page = opened(
        f"{server.url}/chart/{BTC}?interval=1m&kind=evil&zone=Moon/Base&scale=x&i=,,&i=sma,period=-5"
        "&i=nothere&compare=%00,<script>&t=9-1"
    )
    watched.allowed |= {"400", "404"}
    live(page)
    until(page, "window.chandlery.bars().length > 0")


def test_bars_without_trades_leave_room_if_that_is_liked(server: Served, opened: Opened) -> None:
    page = opened(f"{server.url}/chart/{RARE}?interval=1m")
    live(page)
    bars = bars_of(page)
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitemcheckbox", name="Leave their places empty").click()
    page.keyboard.press("Escape")
    assert bars_of(page) == bars
    page.get_by_role("application").focus()
    page.keyboard.press("Control+ArrowLeft")
    page.wait_for_url(re.compile(r"t=\d+-\d+"))
    looked = re.search(r"t=(\d+)-(\d+)", page.url)
    assert looked
    # A screen of places is a few hours; one of bars, which are 97 minutes apart, many days.
    assert int(looked[2]) - int(looked[1]) < 6 * 3_600
    page.reload()
    live(page)
    page.get_by_role("button", name="More").click()
    item = page.get_by_role("menuitemcheckbox", name="Leave their places empty")
    expect(item).to_have_attribute("aria-checked", "true")
