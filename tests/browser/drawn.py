"""The words on the canvases of a chart, which no query of the page finds."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.pictures import frame

RECORDER = """
  window.drawn = [];
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, ...more) {
    const at = (performance.timeOrigin + performance.now()) / 1000;
    window.drawn.push({ text, x, at, width: this.canvas.clientWidth });
    return fillText.call(this, text, x, ...more);
  };
"""
"""To be run in the page before its own scripts."""

NARROW = 200
"""The axis of prices is less wide than this, that of times and the chart itself are wider."""


@dataclass(frozen=True)
class Word:
    text: str
    x: float
    at: float
    """When it was drawn, in seconds since 1970, by the clock of the machine."""
    width: float
    """Of the canvas that it is on."""

    @property
    def is_price(self) -> bool:
        return self.width < NARROW


def drawn(page: Page) -> list[Word]:
    """Return what was drawn since it was forgotten."""
    return [Word(**each) for each in page.evaluate("window.drawn")]


def forget(page: Page) -> None:
    page.evaluate("window.drawn.length = 0")


def drawn_by(page: Page, pattern: str, count: int = 1, *, on_prices: bool = False) -> list[Word]:
    """Wait until words like this were drawn, so many different ones; return them, each once."""
    for _ in range(2_000):
        found = {
            word.text: word
            for word in drawn(page)
            if word.is_price == on_prices and re.fullmatch(pattern, word.text)
        }
        if len(found) >= count:
            return list(found.values())
        frame(page)
    message = f"nothing like {pattern!r} was drawn {count} times, but {drawn(page)[-20:]}"
    raise AssertionError(message)
