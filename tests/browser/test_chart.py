"""The chart shows what the server has, whatever happens in between."""

from __future__ import annotations

import signal
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.compared import as_rest_has_them, bars_of
from tests.browser.conftest import Opened, Watched
from tests.browser.markets import BTC, LONG, MEME, MINUTE, RARE, price_at
from tests.browser.pictures import frame
from tests.browser.served import Served, now
from tests.browser.waiting import live, until


def chart(opened: Opened, server: Served, symbol: str = BTC, **options: Any) -> Page:
    """Open a chart and wait until it says that it is live."""
    interval = options.pop("interval", "1m")
    page = opened(f"{server.url}/chart/{symbol}?interval={interval}", **options)
    live(page)
    return page


def first_time(page: Page) -> int:
    return int(page.evaluate("window.chandlery.bars()[0].t"))


@pytest.mark.parametrize(
    ("symbol", "interval"), [(BTC, "1m"), (BTC, "1h"), (RARE, "5m"), (MEME, "1m"), (BTC, "1d")]
)
def test_it_shows_the_bars_that_rest_has(
    server: Served, opened: Opened, symbol: str, interval: str
) -> None:
    page = opened(f"{server.url}/chart/{symbol}?interval={interval}")
    until(page, "window.chandlery?.bars().length > 0")
    live(page)
    as_rest_has_them(page, server, symbol, interval)


def test_a_trade_moves_the_last_bar(server: Served, opened: Opened) -> None:
    page = chart(opened, server)
    server.trade(BTC, (now(), 77_777.25, 0.125))
    until(page, "window.chandlery.bars().at(-1).c === 77777.25")
    as_rest_has_them(page, server, BTC, "1m")


def test_a_bar_ends_and_the_next_begins(server: Served, opened: Opened) -> None:
    page = chart(opened, server, interval="1s")
    first = bars_of(page)[-1]["t"]
    for turn in range(3):
        server.trade(BTC, (now(), 50_000.0 + turn, 0.5))
        until(page, f"window.chandlery.bars().at(-1).c === {50_000 + turn}")
        until(page, f"Date.now() / 1000 > {int(now()) + 1}")
    shown = bars_of(page)
    assert shown[-1]["t"] > first
    assert all(a["t"] < b["t"] for a, b in pairwise(shown))
    as_rest_has_them(page, server, BTC, "1s")


def test_a_late_trade_corrects_a_bar_that_had_ended(server: Served, opened: Opened) -> None:
    page = chart(opened, server)
    late = (int(now()) // MINUTE - 3) * MINUTE
    server.trade(BTC, (late + 30.5, 99_999.0, 1.0))
    until(page, f"window.chandlery.bars().find(b => b.t === {late})?.h === 99999")
    as_rest_has_them(page, server, BTC, "1m")


def test_scrolled_back_over_all_there_is_without_hole_or_double(
    server: Served, opened: Opened
) -> None:
    page = chart(opened, server)
    oldest = server.ask(
        "GET", "/api/v1/candles", params={"symbol": BTC, "interval": "1m", "limit": 50_000}
    )[0]["t"]
    page.mouse.move(600, 400)
    while first_time(page) > oldest:
        before = first_time(page)
        page.mouse.wheel(-20_000, 0)
        until(page, f"window.chandlery.bars()[0].t < {before}")
    shown = bars_of(page)
    assert len(shown) > LONG
    assert all(a["t"] < b["t"] for a, b in pairwise(shown))
    as_rest_has_them(page, server, BTC, "1m")


def test_a_jump_into_the_past_shows_it_and_the_way_back_has_no_hole(
    server: Served, opened: Opened
) -> None:
    page = chart(opened, server)
    then = int(now()) // MINUTE * MINUTE - 15_000 * MINUTE
    page.evaluate(f"window.chandlery.goTo({then})")
    until(page, f"window.chandlery.bars().some(b => b.t === {then})")
    around = [bar["t"] for bar in bars_of(page) if bar["t"] < then + 1_000 * MINUTE]
    assert all(a + MINUTE == b for a, b in pairwise(around))
    page.keyboard.press("End")
    until(page, f"window.chandlery.bars().at(-1).t > {now() - 600}")
    live(page)
    as_rest_has_them(page, server, BTC, "1m")


def test_a_server_that_was_killed_leaves_no_hole(
    own_server: Served, opened: Opened, watched: Watched
) -> None:
    watched.allowed |= {"ERR_CONNECTION_REFUSED", "WebSocket connection", "ERR_", "net::"}
    page = chart(opened, own_server)
    own_server.end(signal.SIGKILL)
    until(page, "window.chandlery.status !== 'live'")
    own_server.start()
    missed = [(now() - 20 + turn, 61_000.0 + turn, 0.25) for turn in range(15)]
    own_server.trade(BTC, *missed)
    live(page)
    as_rest_has_them(page, own_server, BTC, "1m")
    own_server.trade(BTC, (now(), 71_717.5, 0.25))
    until(page, "window.chandlery.bars().at(-1).c === 71717.5")


def test_an_unknown_market_is_told(server: Served, opened: Opened, watched: Watched) -> None:
    watched.allowed.add("404")
    page = opened(f"{server.url}/chart/TEST:NOTHERE?interval=1m")
    until(page, "window.chandlery?.status === 'unknown'")
    expect(page.locator("body")).to_contain_text("TEST:NOTHERE")


MAGENTA = """(() => {
  const found = [];
  for (const canvas of document.querySelectorAll('.chart-box canvas')) {
    if (!canvas.width) continue;
    const box = canvas.getBoundingClientRect();
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < data.length; at += 4)
      if (data[at] === 255 && data[at + 1] === 0 && data[at + 2] === 254) {
        const [x, y] = [(at / 4) % canvas.width, Math.floor(at / 4 / canvas.width)];
        found.push({ x: box.x + x * box.width / canvas.width,
          y: box.y + y * box.height / canvas.height });
      }
  }
  return found.sort((a, b) => a.y - b.y);
})()"""
"""Where the chart has that colour, from top to bottom: the letter of a mark and its circle."""


def test_a_mark_is_shown_at_its_bar_and_says_what_was_written(
    server: Served, opened: Opened, watched: Watched
) -> None:
    watched.allowed.add("willReadFrequently")
    marked = (int(now()) // MINUTE - 20) * MINUTE
    mark = {
        "symbol": BTC,
        "time": str(marked + 7),
        "text": "bought <2> & kept",
        "label": "B",
        "color": "#ff00fe",
    }
    told = server.ask("POST", "/api/tradingview/marks", data=mark)
    page = opened(f"{server.url}/chart/{BTC}?interval=1m#token={server.token}")
    live(page)
    until(page, f"{MAGENTA}.length")
    lowest = page.evaluate(f"{MAGENTA}.at(-1)")
    page.mouse.move(lowest["x"], lowest["y"] - 3)
    tip = page.locator(".chart-tip:visible")
    expect(tip).to_have_text(mark["text"])
    expect(page.locator(".legend-bars")).to_contain_text(f"{price_at(marked):.2f}")
    page.mouse.move(lowest["x"] - 200, lowest["y"])
    expect(tip).to_have_count(0)
    query = {"symbol": BTC, "id": told["id"]}
    assert server.ask("DELETE", "/api/tradingview/marks", params=query) == {"s": "ok"}
    with page.expect_response("**/api/tradingview/marks?*"):
        page.reload()
    live(page)
    until(page, f"{MAGENTA}.length === 0")


def test_a_device_that_is_offline_keeps_its_bars_says_so_and_comes_back(
    server: Served, opened: Opened, watched: Watched
) -> None:
    watched.allowed |= {"ERR_INTERNET_DISCONNECTED", "WebSocket connection"}
    page = chart(opened, server)
    shown = len(bars_of(page))
    page.context.set_offline(offline=True)
    until(page, "window.chandlery.status === 'offline'")
    expect(page.get_by_text("This device is offline")).to_be_visible()
    assert len(bars_of(page)) >= shown
    page.context.set_offline(offline=False)
    live(page)
    expect(page.get_by_text("This device is offline")).to_have_count(0)
    as_rest_has_them(page, server, BTC, "1m")


def test_a_market_without_trades_says_so_until_the_first_one_comes(
    own_server: Served, opened: Opened
) -> None:
    own_server.ask("POST", "/api/v1/admin/markets", json={"symbol": "TEST:NEW"})
    page = opened(f"{own_server.url}/chart/TEST:NEW?interval=1m")
    until(page, "window.chandlery?.status === 'empty'")
    told = page.locator("main").get_by_text("first trade")
    expect(told).to_be_visible()
    own_server.trade("TEST:NEW", (now(), 5.25, 1.0))
    until(page, "window.chandlery.bars().at(-1)?.c === 5.25")
    expect(told).to_have_count(0)


def test_a_server_that_fails_is_told_and_asked_again(
    server: Served, opened: Opened, watched: Watched
) -> None:
    watched.allowed.add("500")
    page = chart(opened, server)
    # Without a market that was looked at last, the server is asked for one.
    page.add_init_script("localStorage.clear()")
    page.route("**/api/v1/symbols?*", lambda route: route.fulfill(status=500))
    page.goto(server.url)
    told = page.get_by_role("alert").filter(has_text="The server cannot answer")
    expect(told).to_be_visible()
    until(page, "window.chandlery.status === 'error'")
    page.unroute("**/api/v1/symbols?*")
    told.get_by_role("button", name="Try again").click()
    live(page)
    expect(told).to_have_count(0)


def test_older_bars_that_the_server_failed_to_give_are_asked_for_again(
    server: Served, opened: Opened, watched: Watched
) -> None:
    watched.allowed.add("500")
    page = chart(opened, server)
    ends: list[int] = []

    def fail(route: Route) -> None:
        [end] = parse_qs(urlsplit(route.request.url).query)["end"]
        ends.append(int(end))
        route.fulfill(status=500)

    page.route("**/api/v1/candles?*", fail)
    page.mouse.move(600, 400)
    for _ in range(100):
        # Older bars may be on their way already, and are then scrolled through first.
        page.mouse.wheel(-5_000, 0)
        frame(page)
        if ends:
            break
    assert first_time(page) == ends[0]
    page.unroute("**/api/v1/candles?*")
    until(page, f"window.chandlery.bars()[0].t < {ends[0]}")
    as_rest_has_them(page, server, BTC, "1m")
