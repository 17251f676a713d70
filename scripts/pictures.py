"""Takes the pictures of docs/images from a demo that runs: `python -m scripts.pictures URL`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

IMAGES = Path(__file__).parents[1] / "docs" / "images"
CHART = "/chart/DEMO:BTC?interval=5m&i=bollinger&i=rsi&i=macd"
PHONE = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
PICTURES: dict[str, tuple[str, int, int, str, dict[str, Any]]] = {
    "chart-dark": (CHART, 1440, 900, "dark", {}),
    "chart-light": (CHART, 1440, 900, "light", {}),
    "chart-phone": ("/chart/DEMO:ETH?interval=15m&i=rsi", 390, 844, "dark", PHONE),
    "chart-320": ("/chart/DEMO:GOLD?interval=1h", 320, 640, "light", PHONE),
    "chart-4k": (CHART, 3840, 2160, "dark", {}),
    "admin": ("/admin/overview", 1440, 900, "light", {}),
}
SETTLED_MS = 6_000


def main(url: str) -> None:
    """Take all of them."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name in PICTURES:
            take(browser, url, name)
        browser.close()


def take(browser: Browser, url: str, name: str) -> None:
    """Take one picture."""
    path, width, height, scheme, more = PICTURES[name]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        **more,
    )
    page = context.new_page()
    page.goto(url + path)
    page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=IMAGES / f"{name}.png")
    context.close()


if __name__ == "__main__":
    main(sys.argv[1])
