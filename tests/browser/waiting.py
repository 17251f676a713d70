"""Waiting for what must come about on a page."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.pictures import frame

PATIENCE_S = 30.0


def until(page: Page, expression: str, patience_s: float = PATIENCE_S) -> None:
    """Wait until an expression of JavaScript is true.

    Playwright's own way has the page evaluate a text, which the policy of our pages forbids.
    """
    page.evaluate(
        f"""() => new Promise((done, fail) => {{
          const end = performance.now() + {patience_s * 1_000};
          const look = () => {{
            if ({expression}) done();
            else if (performance.now() < end) setTimeout(look, 10);
            else fail(new Error(`not so: ${{{expression!r}}}; ` + JSON.stringify({{
              status: window.chandlery?.status, bars: window.chandlery?.bars().length,
              last: window.chandlery?.bars().at(-1) }})));
          }};
          look();
        }})"""
    )


def seen(page: Page, look: Callable[[], bool]) -> None:
    """Wait until a look at the page finds what it is for: it looks again after each frame."""
    end = time.monotonic() + PATIENCE_S
    while not look():
        assert time.monotonic() < end, "it has not come about"
        frame(page)


def live(page: Page) -> None:
    """Wait until the chart says that it is live."""
    until(page, "window.chandlery?.status === 'live'")
