"""A real Chromium on a real server. Each page is watched: no fault, and no word to another host."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.browser.markets import BTC, served
from tests.browser.served import Served, now
from tests.browser.waiting import live

PATIENCE_MS = 30_000
"""How long what is expected may take: a busy machine is no fault of the page's."""

expect.set_options(timeout=PATIENCE_MS)

FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--js-flags=--expose-gc",
)
DESK = {"width": 1440, "height": 900}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Give a browser. It goes with the last test here: its event loop would be in others' way."""
    path = shutil.which(os.environ.get("CHANDLERY_CHROMIUM") or "chromium")
    if path is None:
        pytest.skip("no Chromium on PATH: install one, or name it with CHANDLERY_CHROMIUM")
    with sync_playwright() as playwright:
        is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        flags = [*FLAGS, *(["--no-sandbox"] if is_root else [])]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give a server with markets for all tests that change none of their past."""
    with served(tmp_path_factory.mktemp("browser") / "data") as found:
        yield found


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Served]:
    """Give a server that a test may kill."""
    with served(tmp_path / "data") as found:
        yield found


@dataclass
class Watched:
    """What went wrong on pages, and whom they asked."""

    allowed: set[str] = field(default_factory=set)
    """Parts of faults that a test brings about on purpose."""
    faults: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    most_hosts: int = 1

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", self._request)
        page.on("websocket", lambda socket: self.hosts.add(urlsplit(socket.url).netloc))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"{message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).scheme not in ("data", "blob"):
            self.hosts.add(urlsplit(request.url).netloc)

    def check(self) -> None:
        faults = [f for f in self.faults if not any(part in f for part in self.allowed)]
        assert not faults
        assert len(self.hosts) <= self.most_hosts, self.hosts


@pytest.fixture
def watched() -> Iterator[Watched]:
    found = Watched()
    yield found
    found.check()


Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, watched: Watched) -> Iterator[Opened]:
    """Give what opens a page in a context of its own, for a desk unless said otherwise.

    A `script` is run in the page before the page's own.
    """
    contexts: list[BrowserContext] = []

    def opened(url: str, script: str = "", **options: Any) -> Page:
        context = browser.new_context(**({"viewport": DESK} | options))
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        watched.watch(page)
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def past(server: Served, opened: Opened) -> Page:
    """Give a chart of a range that has ended, which nothing changes by itself."""
    start = int(now()) // 86_400 * 86_400 - 3 * 86_400
    page = opened(f"{server.url}/chart/{BTC}?interval=15m&t={start}-{start + 86_400}")
    live(page)
    expect(page.locator(".chart-area")).to_have_attribute("aria-busy", "false")
    return page
