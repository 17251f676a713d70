"""The components in pages of others: a project of its own in React, and a plain page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened, Watched
from tests.browser.host import handing_out
from tests.browser.markets import BTC, RARE, served
from tests.browser.served import Served, free_port, now

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Served]:
    """Give a server that lets pages of another host in."""
    options = {"CHANDLERY_HTTP__ORIGINS": f"http://127.0.0.1:{port}"}
    with served(tmp_path_factory.mktemp("embedded") / "data", options) as found:
        yield found


def plain_page(opened: Opened, port: int, server: Served, symbol: str) -> Page:
    """Open the example in plain HTML, and wait until its chart is live."""
    page = opened(f"http://127.0.0.1:{port}/?symbol={symbol}&server={quote(server.url, safe='')}")
    expect(page.locator("#status")).to_have_text("live")
    return page


def test_a_plain_page_has_a_chart_with_one_script_and_one_tag(
    open_server: Served, port: int, opened: Opened, watched: Watched
) -> None:
    watched.most_hosts = 2
    watched.allowed.add("favicon")
    with handing_out(EXAMPLES / "html", port):
        page = plain_page(opened, port, open_server, BTC)
        bars = "document.querySelector('lw-chart').view.bars()"
        assert len(page.evaluate(bars)) > 100
        open_server.trade(BTC, (now(), 61_234.5, 0.1))
        page.wait_for_function(f"{bars}.at(-1).c === 61234.5")
        page.get_by_label("Interval").select_option("1h")
        page.wait_for_function(f"{bars}.length && {bars}.at(-1).t % 3600 === 0")
        page.evaluate("document.querySelector('lw-chart').remove()")


WIDTH = """(() => {
  const { host } = window, [before, last] = host.bars.all().slice(-2);
  const { barSpacing } = host.chart.timeScale().options();
  const places = (host.xOf(last.t) - host.xOf(before.t)) / barSpacing;
  return [Math.round(places * 1000) / 1000, (last.t - before.t) / 60];
})()"""
"""How many places lie from the last but one bar to the last, and how many minutes."""


def test_bars_without_trades_leave_their_places_empty_if_that_is_wanted(
    open_server: Served, port: int, opened: Opened, watched: Watched
) -> None:
    watched.most_hosts = 2
    watched.allowed.add("favicon")
    with handing_out(EXAMPLES / "html", port):
        page = plain_page(opened, port, open_server, RARE)
        chart = "document.querySelector('lw-chart')"
        layer = "{ attach: (host) => { window.host = host; }, detach: () => undefined }"
        page.evaluate(f"{chart}.view.attach({layer})")
        page.wait_for_function("window.host?.bars.length > 40")
        bars = page.evaluate(f"{chart}.view.bars()")
        assert page.evaluate(WIDTH) == [1, 97]
        page.evaluate(f"{chart}.toggleAttribute('whitespace')")
        page.wait_for_function(f"{WIDTH}[0] === 97")
        assert page.evaluate(f"{chart}.view.bars()") == bars
        assert page.evaluate(f"{chart}.view.isAtEdge.get()")
        open_server.trade(RARE, (now(), 61_234.5, 0.1))
        page.wait_for_function(f"{chart}.view.bars().length === {len(bars) + 1}")
        page.wait_for_function(f"{WIDTH}[0] === {WIDTH}[1]")
        page.wait_for_function(f"{chart}.view.isAtEdge.get()")
        page.evaluate(f"{chart}.toggleAttribute('whitespace')")
        page.wait_for_function(f"{WIDTH}[0] === 1")


def test_a_project_in_react_has_charts(
    open_server: Served, port: int, opened: Opened, watched: Watched
) -> None:
    watched.most_hosts = 2
    # TradingView's library is not here, and the component says so.
    watched.allowed |= {"favicon", "charting_library"}
    with handing_out(EXAMPLES / "react" / "dist", port):
        server = quote(open_server.url, safe="")
        page = opened(f"http://127.0.0.1:{port}/?server={server}&symbol={BTC}")
        expect(page.get_by_test_id("status")).to_have_text("live")
        open_server.trade(BTC, (now(), 62_345.5, 0.1))
        expect(page.get_by_test_id("last")).to_have_text("62345.5")
        page.get_by_label("Interval").select_option("1h")
        expect(page.get_by_test_id("status")).to_have_text("live")
        expect(page.get_by_text("charting_library").first).to_be_visible()
