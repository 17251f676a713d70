"""What the chart looks like."""

from __future__ import annotations

from playwright.sync_api import Page


def picture(page: Page) -> bytes:
    """Return what the chart looks like, without what moves by itself."""
    return page.locator(".chart-box canvas").first.screenshot()


def settled(page: Page) -> bytes:
    """Return the picture that is the same when it is taken again."""
    before = picture(page)
    for _ in range(50):
        frame(page)
        now = picture(page)
        if now == before:
            return now
        before = now
    message = "the chart never stops to change"
    raise AssertionError(message)


def frame(page: Page) -> None:
    """Wait until the page has drawn once more."""
    page.evaluate("new Promise(requestAnimationFrame)")
