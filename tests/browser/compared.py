"""What the chart shows beside what the server has."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.served import Served

FIELDS = ("t", "o", "h", "l", "c", "v")


def bars_of(page: Page) -> list[dict[str, float]]:
    """Return the bars that the chart has loaded."""
    found: list[dict[str, float]] = page.evaluate("window.chandlery.bars()")
    return found


def as_rest_has_them(page: Page, server: Served, symbol: str, interval: str) -> None:
    """Compare all that is loaded with REST, at a moment in which nothing came in between."""
    told = server.bars(symbol, interval, 50_000)
    shown = bars_of(page)
    while told != (again := server.bars(symbol, interval, 50_000)):
        told, shown = again, bars_of(page)
    assert shown
    expected = [{name: bar[name] for name in FIELDS} for bar in told if bar["t"] >= shown[0]["t"]]
    assert [{name: bar[name] for name in FIELDS} for bar in shown] == expected
