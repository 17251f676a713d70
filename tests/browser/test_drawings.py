"""Drawing on a real chart: with a mouse, by keyboard, with fingers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from playwright.sync_api import Error, Locator, Page, expect

from tests.browser.accessible import faults_of
from tests.browser.conftest import PHONE, Opened
from tests.browser.markets import BTC
from tests.browser.served import Served
from tests.browser.waiting import live, seen, until

Place = tuple[float, float]

KEPT = f"(JSON.parse(localStorage.getItem('chandlery.drawings.{BTC}'))?.drawings ?? [])"
PRICE_OF_ALERT = "+document.querySelector('[role=slider]').getAttribute('aria-valuenow')"
RANGE = "new URLSearchParams(location.search).get('t')"


def ready(page: Page) -> Page:
    live(page)
    page.locator(".draw-tools").wait_for(state="attached")
    return page


@pytest.fixture
def page(server: Served, opened: Opened) -> Page:
    return ready(opened(f"{server.url}/chart/{BTC}?interval=1m"))


@pytest.fixture
def phone(server: Served, opened: Opened) -> Page:
    page = ready(opened(f"{server.url}/chart/{BTC}?interval=1m", **PHONE))
    page.get_by_role("button", name="Draw", exact=True).tap()
    return page


def tool(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def drag(page: Page, start: Place, end: Place) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    page.mouse.up()


def fingers(page: Page, *frames: Sequence[Place]) -> None:
    """Put fingers down, one after the other, move them from frame to frame, and lift them."""
    client = page.context.new_cdp_session(page)

    def send(kind: str, places: Sequence[Place]) -> None:
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(places)]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    for count in range(1, len(frames[0]) + 1):
        send("touchStart", frames[0][:count])
    for places in frames[1:]:
        send("touchMove", places)
    send("touchEnd", [])


def drawn(page: Page, count: int) -> list[dict[str, Any]]:
    """Wait until so many drawings are kept, and return them."""
    until(page, f"{KEPT}.length === {count}")
    found: list[dict[str, Any]] = page.evaluate(KEPT)
    return found


def test_a_drawing_is_made_moved_undone_and_kept_at_its_times(page: Page) -> None:
    tool(page, "Trend line")
    drag(page, (400, 500), (700, 300))
    (before,) = drawn(page, 1)
    drag(page, (550, 400), (580, 380))
    seen(page, lambda: drawn(page, 1)[0]["anchors"] != before["anchors"])
    page.keyboard.press("Control+z")
    seen(page, lambda: drawn(page, 1) == [before])
    expect(page.get_by_role("toolbar", name=re.compile("style"))).to_be_visible()
    page.keyboard.type("15")
    page.keyboard.press("Enter")
    until(page, "window.chandlery.interval === '15m'")
    assert drawn(page, 1) == [before]
    page.reload()
    ready(page)
    assert drawn(page, 1) == [before]


def test_steps_of_drawings_and_of_the_chart_are_undone_in_their_order(page: Page) -> None:
    tool(page, "Horizontal line")
    page.mouse.click(500, 400)
    drawn(page, 1)
    page.keyboard.press("Alt+l")
    until(page, "location.search.includes('scale=log')")
    page.keyboard.press("Control+z")
    until(page, "!location.search.includes('scale=log')")
    drawn(page, 1)
    page.keyboard.press("Control+z")
    drawn(page, 0)
    page.keyboard.press("Control+y")
    drawn(page, 1)
    page.keyboard.press("Control+y")
    until(page, "location.search.includes('scale=log')")


def test_words_are_typed_where_they_were_placed(page: Page) -> None:
    tool(page, "Text")
    page.mouse.click(620, 250)
    page.keyboard.type("A high")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("of the day")
    page.keyboard.press("Enter")
    (text,) = drawn(page, 1)
    assert text["text"] == "A high\nof the day"
    page.mouse.dblclick(640, 250)
    box = page.get_by_role("textbox", name="Text of the drawing")
    expect(box).to_have_value("A high\nof the day")
    box.press("Escape")
    expect(box).to_have_count(0)
    assert drawn(page, 1) == [text]


def test_the_keyboard_alone_draws_moves_and_removes(page: Page) -> None:
    page.get_by_role("button", name="Trend line", exact=True).press("Enter")
    page.keyboard.press("Enter")
    (before,) = drawn(page, 1)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    until(page, f"{KEPT}[0].anchors[0].price > {before['anchors'][0]['price']}")
    (moved,) = drawn(page, 1)
    for was, now in zip(before["anchors"], moved["anchors"], strict=True):
        assert now["time"] == was["time"] + 60
    page.keyboard.press("Escape")
    tools = page.get_by_role("toolbar", name=re.compile("style"))
    expect(tools).to_have_count(0)
    page.get_by_role("button", name="Select the next drawing").press("Enter")
    expect(tools).to_be_visible()
    page.keyboard.press("Delete")
    drawn(page, 0)


def test_a_drag_ends_outside_of_the_chart_and_the_chart_pans_again(page: Page) -> None:
    tool(page, "Trend line")
    drag(page, (400, 500), (700, 300))
    (before,) = drawn(page, 1)
    drag(page, (550, 400), (1435, 20))
    seen(page, lambda: drawn(page, 1)[0]["anchors"] != before["anchors"])
    (moved,) = drawn(page, 1)
    page.mouse.move(300, 300)
    assert drawn(page, 1) == [moved]
    drag(page, (500, 650), (900, 650))
    until(page, f"{RANGE} !== null")


def test_drawings_go_from_browser_to_browser_as_a_file(
    page: Page, server: Served, opened: Opened
) -> None:
    tool(page, "Rectangle")
    drag(page, (400, 500), (700, 300))
    (made,) = drawn(page, 1)
    with page.expect_download() as download:
        tool(page, "Save the drawings as a file")
    other = ready(opened(f"{server.url}/chart/{BTC}?interval=1m"))
    with other.expect_file_chooser() as chooser:
        tool(other, "Add drawings from a file")
    chooser.value.set_files(download.value.path())
    (added,) = drawn(other, 1)
    assert {**added, "id": made["id"]} == made
    with other.expect_file_chooser() as chooser:
        tool(other, "Add drawings from a file")
    chooser.value.set_files(__file__)
    expect(other.get_by_text("holds no drawings")).to_be_visible()
    drawn(other, 1)


def is_zoomed(page: Page) -> bool:
    try:
        until(page, f"{RANGE} !== null", patience_s=2)
    except Error:
        return False
    return True


def test_fingers_draw_and_move_and_two_of_them_zoom(phone: Page) -> None:
    phone.get_by_role("button", name="Trend line", exact=True).tap()
    phone.touchscreen.tap(100, 300)
    phone.touchscreen.tap(250, 200)
    (before,) = drawn(phone, 1)
    fingers(phone, *([(175 + 4 * step, 250 + 3 * step)] for step in range(10)))
    until(phone, f"{KEPT}[0].anchors[0].time > {before['anchors'][0]['time']}")
    assert phone.evaluate(RANGE) is None
    tool(phone, "Ray")
    pinch = [[(150 - 6 * step, 450), (250 + 6 * step, 450)] for step in range(10)]
    for _ in range(20):
        # On a slow machine the second finger may come when the first one is a long press already.
        fingers(phone, *pinch)
        if is_zoomed(phone):
            break
    assert is_zoomed(phone)
    drawn(phone, 1)
    expect(phone.get_by_role("button", name="Ray", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )


def test_on_a_phone_words_are_typed_and_the_logo_stays_in_sight(phone: Page) -> None:
    phone.get_by_role("button", name="Text", exact=True).tap()
    phone.touchscreen.tap(150, 450)
    expect(phone.get_by_role("textbox", name="Text of the drawing")).to_be_focused()
    phone.keyboard.type("here")
    phone.keyboard.press("Enter")
    assert drawn(phone, 1)[0]["text"] == "here"
    assert phone.evaluate(
        """() => {
          const logo = document.querySelector('a[href*="tradingview.com"]').getBoundingClientRect();
          const at = (x, y) => document.elementFromPoint(x, y)?.closest('a')?.href ?? '';
          return [[2, 2], [logo.width - 2, logo.height - 2]].every(([x, y]) =>
            at(logo.left + x, logo.top + y).includes('tradingview.com'));
        }"""
    )


def alert(page: Page) -> Locator:
    """Set an alert at the middle of the chart, and return its words there."""
    box = page.locator(".chart-box").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 200, box["y"] + 300, button="right")
    page.get_by_role("menuitem", name=re.compile("^Alert at")).click()
    page.get_by_role("dialog").get_by_role("button", name="Set").last.click()
    words = page.get_by_role("slider", name="Alert")
    expect(words).to_be_visible()
    return words


def middle(words: Locator) -> float:
    box = words.bounding_box()
    assert box is not None
    return box["y"] + box["height"] / 2


def test_the_line_of_an_alert_is_dragged_before_a_drawing_below_it(page: Page) -> None:
    words = alert(page)
    y = middle(words)
    tool(page, "Horizontal line")
    page.mouse.click(500, y)
    (below,) = drawn(page, 1)
    before = float(words.get_attribute("aria-valuenow") or 0)
    drag(page, (500, y), (620, y + 60))
    until(page, f"{PRICE_OF_ALERT} < {before}")
    seen(page, lambda: abs(middle(words) - y - 60) < 2)
    assert drawn(page, 1) == [below]
    assert page.evaluate(RANGE) is None
    words.focus()
    dragged = float(words.get_attribute("aria-valuenow") or 0)
    page.keyboard.press("ArrowUp")
    until(page, f"{PRICE_OF_ALERT} > {dragged}")
    page.keyboard.press("Delete")
    expect(words).to_have_count(0)
    assert drawn(page, 1) == [below]


def test_a_finger_drags_the_line_of_an_alert(phone: Page) -> None:
    words = alert(phone)
    y = middle(words)
    before = float(words.get_attribute("aria-valuenow") or 0)
    fingers(phone, *([(120, y + 10 * step)] for step in range(8)))
    until(phone, f"{PRICE_OF_ALERT} < {before}")
    seen(phone, lambda: abs(middle(words) - y - 70) < 2)
    assert phone.evaluate(RANGE) is None


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_what_is_drawn_with_is_accessible(
    server: Served, opened: Opened, options: dict[str, Any]
) -> None:
    page = ready(opened(f"{server.url}/chart/{BTC}?interval=1m", **options))
    if options:
        page.get_by_role("button", name="Draw", exact=True).tap()
    alert(page)
    tool(page, "Text")
    page.mouse.click(120, 250)
    page.keyboard.type("here")
    page.keyboard.press("Enter")
    drawn(page, 1)
    expect(page.get_by_role("toolbar", name=re.compile("style"))).to_be_visible()
    assert faults_of(page) == []
