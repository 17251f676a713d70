"""The chart page in a real browser: what it weighs, how soon it shows candles, how smooth it moves.

The machine has no graphics processor, so frames are compared with those of a bare chart of the
same library, which is given as many updates a second in the same browser.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks.report import Figure, at_most, below
from tests.browser.conftest import FLAGS
from tests.browser.markets import BTC, price_at, served
from tests.browser.served import Served
from tests.browser.waiting import live, until

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "src" / "chandlery" / "static"
LIBRARY = (
    ROOT / "web/node_modules/lightweight-charts/dist/lightweight-charts.standalone.production.js"
)
VIEW = {"width": 1440, "height": 900}
OPENINGS = 15
TRADES = 100
UPDATES_A_SECOND = 50
WATCHED_S = 15
SWITCHES = 500
INTERVALS = ("1m", "5m", "15m", "1h")

KILOBYTES, PAINT_MS, DELAY_MS, FRAMES, HEAP_GROWTH = 140.0, 1_000.0, 200.0, 2.0, 1.15

_FIRST_CANDLES = """
(() => {
  const look = () => {
    if (window.chandlery?.bars().length) {
      requestAnimationFrame(() => { window.firstCandles = performance.now(); });
    } else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()
"""
_NOTE_CLOSES = """
() => {
  window.closes = new Map();
  const look = () => {
    const close = window.chandlery.bars().at(-1)?.c;
    if (!window.closes.has(close)) window.closes.set(close, Date.now());
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
"""
_WATCH_FRAMES = """
seconds => new Promise(done => {
  const frames = [];
  let last = performance.now();
  const end = last + 1000 * seconds;
  const look = now => {
    frames.push(now - last);
    last = now;
    if (now < end) requestAnimationFrame(look); else done(frames.slice(1));
  };
  requestAnimationFrame(look);
})
"""
_BARE = """
([rate, bars]) => {
  document.body.style.margin = 0;
  const box = document.createElement('div');
  box.style.cssText = 'width:100vw;height:100vh';
  document.body.append(box);
  const lib = LightweightCharts;
  const chart = lib.createChart(box, {autoSize: true});
  const candles = chart.addSeries(lib.CandlestickSeries);
  const others = [chart.addSeries(lib.HistogramSeries, {priceScaleId: 'v'})];
  for (let i = 0; i < 3; i += 1) others.push(chart.addSeries(lib.LineSeries));
  candles.setData(bars.map(b => ({time: b.t, open: b.o, high: b.h, low: b.l, close: b.c})));
  for (const each of others) each.setData(bars.map(b => ({time: b.t, value: b.c})));
  const last = {...bars[bars.length - 1]};
  setInterval(() => {
    last.c += Math.random() - 0.5;
    last.h = Math.max(last.h, last.c);
    last.l = Math.min(last.l, last.c);
    candles.update({time: last.t, open: last.o, high: last.h, low: last.l, close: last.c});
    for (const each of others) each.update({time: last.t, value: last.c});
  }, 1000 / rate);
}
"""


def run() -> list[Figure]:
    """Measure the page."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder) / "data") as server,
        _browser() as browser,
    ):
        address = f"{server.url}/chart/{BTC}?interval=1m"
        return [
            *_opening(browser, address),
            _delay(browser, server, address),
            _smoothness(browser, server, address),
            _heap(browser, server, address),
        ]


@contextmanager
def _browser() -> Iterator[Browser]:
    path = shutil.which(os.environ.get("CHANDLERY_CHROMIUM") or "chromium")
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=flags)


def _opening(browser: Browser, address: str) -> list[Figure]:
    """Open the page with a cold cache, again and again."""
    took: list[float] = []
    scripts: set[str] = set()
    for _ in range(OPENINGS):
        context = browser.new_context(viewport=VIEW)  # type: ignore[arg-type]
        page = context.new_page()
        page.on("response", lambda answer: scripts.add(answer.url.rsplit("/", 1)[1]))
        page.add_init_script(_FIRST_CANDLES)
        page.goto(address)
        until(page, "window.firstCandles")
        took.append(page.evaluate("window.firstCandles"))
        live(page)
        context.close()
    weight = sum(
        (STATIC / "assets" / f"{name}.gz").stat().st_size
        for name in scripts
        if (STATIC / "assets" / f"{name}.gz").exists() and name.endswith(".js")
    )
    median, worst = statistics.median(took), max(took)
    return [
        below("web: JavaScript of the chart page, gzip", weight / 1_000, KILOBYTES, "KB"),
        below(f"web: first candles, median (worst {worst:.0f} ms)", median, PAINT_MS, "ms"),
    ]


def _delay(browser: Browser, server: Served, address: str) -> Figure:
    """Tell how long a durable trade takes to the bar that is drawn, at worst."""
    page = browser.new_page(viewport=VIEW)  # type: ignore[arg-type]
    page.goto(address)
    live(page)
    page.evaluate(_NOTE_CLOSES)
    took: list[float] = []
    for turn in range(TRADES):
        price = 60_000.0 + turn
        sent = time.time()
        server.trade(BTC, (sent, price, 0.01))
        until(page, f"window.closes.has({price})")
        took.append(page.evaluate("price => window.closes.get(price)", price) - 1_000 * sent)
    page.close()
    median = statistics.median(took)
    return below(f"web: trade to candle, worst (median {median:.0f} ms)", max(took), DELAY_MS, "ms")


def _smoothness(browser: Browser, server: Served, address: str) -> Figure:
    """Compare frames while trades come, with a bare chart that is updated as often."""
    bare = _frames_of_bare(browser, server)
    page = browser.new_page(viewport=VIEW)  # type: ignore[arg-type]
    page.goto(f"{address}&i=sma&i=ema&i=bollinger")
    live(page)
    with _trading(server):
        ours: list[float] = page.evaluate(_WATCH_FRAMES, WATCHED_S)
    page.close()
    return at_most(
        f"web: frame at {UPDATES_A_SECOND} updates/s, mean",
        _told(ours),
        _told(bare),
        statistics.fmean(ours) / statistics.fmean(bare),
        FRAMES,
    )


def _told(frames: Sequence[float]) -> str:
    worst = sorted(frames)[int(0.99 * len(frames))]
    mean = statistics.fmean(frames)
    return f"{mean:.1f} ms ({1_000 / mean:.0f}/s, p99 {worst:.0f} ms)"


def _frames_of_bare(browser: Browser, server: Served) -> list[float]:
    page = browser.new_page(viewport=VIEW)  # type: ignore[arg-type]
    page.add_script_tag(path=LIBRARY)
    page.evaluate(_BARE, [UPDATES_A_SECOND, server.bars(BTC, "1m", 1_000)])
    frames: list[float] = page.evaluate(_WATCH_FRAMES, WATCHED_S)
    page.close()
    return frames


@contextmanager
def _trading(server: Served, rate: int = UPDATES_A_SECOND) -> Iterator[None]:
    """Have trades come in the meantime."""
    ended = threading.Event()

    def trade() -> None:
        due = time.monotonic()
        while not ended.is_set():
            at = time.time()
            server.trade(BTC, (at, price_at(int(at)) + 30 * (at % 1), 0.01))
            due += 1 / rate
            ended.wait(max(0.0, due - time.monotonic()))

    thread = threading.Thread(target=trade)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _heap(browser: Browser, server: Served, address: str) -> Figure:
    """Change the interval again and again, under updates; compare the heap early and late."""
    page = browser.new_page(viewport=VIEW)  # type: ignore[arg-type]
    page.goto(address)
    live(page)
    session = page.context.new_cdp_session(page)
    sizes: list[float] = []
    with _trading(server, 10):
        for turn in range(SWITCHES + 1):
            if turn % 100 == 0:
                sizes.append(_heap_mb(session))
            _switch(page, INTERVALS[turn % len(INTERVALS)])
    page.close()
    early, late = sizes[1], sizes[-1]
    return at_most(
        f"web: heap after {SWITCHES} changes of interval, against after 100",
        f"{late:.1f} MB",
        f"{early:.1f} MB",
        late / early,
        HEAP_GROWTH,
    )


def _heap_mb(session: CDPSession) -> float:
    session.send("HeapProfiler.collectGarbage")
    used: dict[str, Any] = session.send("Runtime.getHeapUsage")
    return float(used["usedSize"]) / 1e6


def _switch(page: Page, interval: str) -> None:
    """Type an interval as a person does, and wait until its bars are there."""
    page.keyboard.type(interval)
    page.keyboard.press("Enter")
    until(page, f"window.chandlery.interval === '{interval}' && window.chandlery.bars().length")
