"""Durable ingest through the writer, beside bare appends of the same rows."""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import duckdb
import numpy as np

from benchmarks import data
from benchmarks.report import Figure, at_least, at_most, below
from chandlery.clock import SystemClock
from chandlery.core.delivery import Delivery
from chandlery.core.filters import Rule
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine
from chandlery.engine.filters import set_patterns
from chandlery.engine.ingest import Ingest
from chandlery.engine.jobs import Jobs
from chandlery.stores.duckdb import DuckDBStore

ROWS = 1_000
MINUTE = Resolution.parse("1m")
RULES = {
    "least notional": Rule(min_notional=5.0),
    "least notional and largest deviation": Rule(min_notional=5.0, max_deviation=0.1),
}
FILTERED_ROWS = 200_000
CROWD = 200_000


def bare(batches: Sequence[Trades]) -> float:
    """Append batches to a plain table, a durable commit each; return trades a second."""
    with tempfile.TemporaryDirectory(dir=data.folder()) as folder:
        con = duckdb.connect(f"{folder}/bare.db", config={"threads": 2})
        columns = dict(batches[0].columns())
        con.register("batch", columns)
        con.execute("CREATE TABLE trades AS SELECT * FROM batch LIMIT 0")
        began = time.perf_counter()
        for batch in batches:
            columns.update(batch.columns())
            con.execute("INSERT INTO trades FROM batch")
        seconds = time.perf_counter() - began
        con.close()
    return len(batches) * ROWS / seconds


def engine_on(path: Path, rule: Rule | None = None) -> Engine:
    """Return an engine with the markets of the set, with one rule for all or none."""
    engine = Engine(DuckDBStore(path))
    engine.registry.add([Market.of(spec.symbol) for spec in data.specs()])
    if rule is not None:
        set_patterns(engine, {"*": rule})
    return engine


async def through_the_writer(
    batches: Sequence[Trades], senders: int, rule: Rule | None = None
) -> float:
    """Submit batches from some senders, each waiting for its receipt; return trades a second."""
    with tempfile.TemporaryDirectory(dir=data.folder()) as folder:
        engine = engine_on(Path(folder) / "ours.duckdb", rule)
        ingest = Ingest(engine.recorder, SystemClock(), publish=lambda recorded: None)
        writer = asyncio.create_task(ingest.run())
        waiting = iter(batches)

        async def send() -> None:
            for batch in waiting:
                receipt = await ingest.submit(Delivery(trades=batch))
                if receipt.accepted != len(batch):
                    message = f"{receipt} for {len(batch)} new trades"
                    raise AssertionError(message)

        began = time.perf_counter()
        await asyncio.gather(*(send() for _ in range(senders)))
        seconds = time.perf_counter() - began
        await ingest.close()
        await writer
        engine.store.close()
    return len(batches) * ROWS / seconds


async def latencies(rate: int, seconds: int, place: Path) -> list[float]:  # noqa: PLR0915 - one scenario
    """Send at a rate, with a reader and the roll-ups running; return each commit's seconds.

    A delivery holds the trades of 10 ms, as they would come from a feed.
    """
    every = 0.01
    rows = int(rate * every)
    with tempfile.TemporaryDirectory(dir=place) as folder:
        engine = engine_on(Path(folder) / "ours.duckdb")
        clock = SystemClock()
        ingest = Ingest(engine.recorder, clock, publish=lambda recorded: None)
        jobs = Jobs(engine, clock)
        tasks = [asyncio.create_task(ingest.run()), asyncio.create_task(jobs.run())]
        stop = threading.Event()
        reader = threading.Thread(target=_read, args=(engine, stop))
        reader.start()
        found: list[float] = []
        pending: set[asyncio.Task[None]] = set()
        random, began = np.random.default_rng(1), time.perf_counter()

        async def send(batch: Trades) -> None:
            sent = time.perf_counter()
            await ingest.submit(Delivery(trades=batch))
            found.append(time.perf_counter() - sent)

        for number in range(int(seconds / every)):
            await asyncio.sleep(max(0.0, began + number * every - time.perf_counter()))
            batch = _live(random, rows, number * rows, clock.now_us(), int(every * 1e6))
            task = asyncio.create_task(send(batch))
            pending.add(task)
            task.add_done_callback(pending.discard)
        await asyncio.gather(*pending)
        stop.set()
        await asyncio.to_thread(reader.join)
        await ingest.close()
        await tasks[0]
        tasks[1].cancel()
        await asyncio.gather(tasks[1], return_exceptions=True)
        engine.store.close()
    return found


def _live(
    random: np.random.Generator, rows: int, first_id: int, now_us: int, span_us: int
) -> Trades:
    """Return the trades of the last few milliseconds, by Zipf over the markets."""
    market = (data.MARKETS ** random.random(rows)).astype(np.int32) - 1
    return Trades.of(
        market=market,
        time=now_us - span_us + np.sort(random.integers(0, span_us, rows)),
        price=np.round(100 + random.standard_normal(rows), 2),
        size=np.round(random.lognormal(0, 1, rows) + 0.001, 3),
        side=random.choice((-1, 1), rows),
        sequence=np.zeros(rows),
        id=np.arange(first_id, first_id + rows),
    )


def _read(engine: Engine, stop: threading.Event) -> None:
    """Ask for the newest bars of one market after another, as charts do."""
    market = 0
    while not stop.is_set():
        engine.history.newest(market, MINUTE, 600)
        market = (market + 1) % data.MARKETS
        stop.wait(0.005)


def with_filters(batches: Sequence[Trades]) -> list[Figure]:
    """Measure the same commits with rules and without, in turns; the middle of three."""
    rates: dict[str, list[float]] = {name: [] for name in ("", *RULES)}
    for _ in range(3):
        for name, found in rates.items():
            found.append(asyncio.run(through_the_writer(batches, 1, RULES.get(name))))
    plain = sorted(rates.pop(""))[1]
    return [
        Figure(
            f"durable ingest, 1,000-row batches, one sender, filters: {name}",
            f"{sorted(found)[1]:,.0f} /s",
            f"{plain:,.0f} /s (no filters)",
            round(sorted(found)[1] / plain, 3),
        )
        for name, found in rates.items()
    ]


def new_markets(count: int, news: int = 20) -> float:
    """Commit the first trade of new markets, one by one, beside so many; return the middle time."""
    with tempfile.TemporaryDirectory(dir=data.folder()) as folder:
        engine = Engine(DuckDBStore(Path(folder) / "ours.duckdb"))
        engine.registry.add([Market.of(f"DEX:T{number}/USD") for number in range(count)])
        engine.registry.flush()
        took = []
        for number in range(news):
            market = engine.registry.add_symbol(f"NEW:T{number}/USD")
            trade = Trades.of(
                market=[market],
                time=[data.START_US + number],
                price=[1.5],
                size=[1.0],
                side=[1],
                sequence=[0],
                id=[number + 1],
            )
            began = time.perf_counter()
            engine.recorder.record(Delivery(trades=trade), SystemClock().now_us())
            took.append(time.perf_counter() - began)
        engine.store.close()
    return sorted(took)[news // 2]


def run(rows: int = 2_000_000, seconds: int = 75) -> Sequence[Figure]:
    """Measure in turns and take the medians."""
    batches = list(data.batches(rows, batch_rows=ROWS))
    plain, one, many = [], [], []
    for _ in range(3):
        plain.append(bare(batches))
        one.append(asyncio.run(through_the_writer(batches, senders=1)))
        many.append(asyncio.run(through_the_writer(batches, senders=16)))
    theirs = sorted(plain)[1]
    figures = [
        at_least(
            f"durable ingest, 1,000-row batches, {name}",
            f"{sorted(rates)[1]:,.0f} /s",
            f"{theirs:,.0f} /s (bare appends)",
            sorted(rates)[1] / theirs,
            0.6,
        )
        for name, rates in (("one sender", one), ("16 senders", many))
    ]
    figures += with_filters(batches[: FILTERED_ROWS // ROWS])
    few, crowd = new_markets(1_000), new_markets(CROWD)
    name = f"first trade of a new market beside {CROWD:,} others"
    beside = f"{few * 1e3:.1f} ms (beside 1,000)"
    figures.append(at_most(name, f"{crowd * 1e3:.1f} ms", beside, crowd / few, 5))
    paces = product(data.places(), ((10_000, 25), (100_000, 100)))
    return [*figures, *(each for place, pace in paces for each in _waits(place, *pace, seconds))]


def _waits(place: data.Place, rate: int, limit: float, seconds: int) -> list[Figure]:
    """Measure how long a commit takes at a pace."""
    took = np.array(asyncio.run(latencies(rate, seconds, place.folder))) * 1e3
    p50, p99 = np.percentile(took, (50, 99))
    name = f"submit to durable at {rate:,} trades/s, reader and roll-ups on, {place.name}"
    return [
        below(f"{name}: p99", float(p99), limit, "ms"),
        Figure(f"{name}: p50, max", f"{p50:.2f} ms, {took.max():.1f} ms"),
    ]
