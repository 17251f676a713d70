"""Reading bars from a compacted file, beside bare DuckDB queries bounded by time."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np

from benchmarks import data
from benchmarks.bulk import maintained, ours
from benchmarks.report import Figure, at_most, below
from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine
from chandlery.formats import trades_file
from chandlery.sources.synthetic import Span, generate
from chandlery.stores.duckdb import DuckDBStore

TURNS = 400
WARM_UP = 20
MARKETS = 20
MINUTE, HOUR = Resolution.parse("1m"), Resolution.parse("1h")
YEAR_US = 365 * data.DAY_US
END_US = data.START_US + data.DAYS * data.DAY_US
COLUMNS = "market, t, o, h, l, c, v, q, n, bv, given"

Work = Callable[[int], int]


def store(count: int) -> Path:
    """Return a compacted store: the set, and twenty markets with a year. Made once."""
    folder = data.folder() / f"store-{count}"
    if not folder.exists():
        ours(data.parquet(count), folder.with_suffix(".part"), year_of_trades())
        maintained(folder.with_suffix(".part"))
        folder.with_suffix(".part").rename(folder)
    return folder


def year_of_trades() -> Path:
    """Return a file of trades in which twenty markets have one in each hour of a year."""
    path = data.folder() / "year.parquet"
    if not path.exists():
        specs = tuple(
            replace(spec, symbol=f"YEAR:M{number:02}", weight=1.0)
            for number, spec in enumerate(data.specs()[:MARKETS])
        )
        symbols = {number: spec.symbol for number, spec in enumerate(specs)}
        span = Span(END_US - YEAR_US, END_US, 2_000_000)
        with trades_file(path, symbols) as writer:
            for batch in generate(specs, list(symbols), span, seed=2):
                writer.write(batch)
    return path


def timed(works: dict[str, Work]) -> dict[str, tuple[float, float]]:
    """Run the works in turns over the markets; return each one's p50 and p99 in ms."""
    took: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(TURNS + WARM_UP):
        for name, work in works.items():
            began = time.perf_counter()
            rows = work(turn)
            took[name].append((time.perf_counter() - began) * 1e3)
            if not rows:
                message = f"{name} found nothing in turn {turn}"
                raise AssertionError(message)
    return {
        name: (float(np.percentile(times[WARM_UP:], 50)), float(np.percentile(times[WARM_UP:], 99)))
        for name, times in took.items()
    }


def run(count: int = 10_000_000) -> Sequence[Figure]:
    """Measure both in one process, each on a file of its own with the same content."""
    file = store(count) / "chandlery.duckdb"
    copy = data.folder() / "copy.duckdb"
    shutil.copyfile(file, copy)
    con = duckdb.connect(str(copy), read_only=True, config={"threads": 1})
    engine = Engine(DuckDBStore(file, threads=1))
    busiest = [engine.registry.number(spec.symbol) for spec in data.specs()[:100]]
    with_year = [engine.registry.number(f"YEAR:M{number:02}") for number in range(MARKETS)]
    last = END_US // 1_000_000
    since = {m: int(engine.history.newest(m, MINUTE, 600).t[0]) for m in busiest}

    def bare(table: str, market: int, start: int) -> int:
        sql = f"SELECT {COLUMNS} FROM {table} WHERE market = ? AND t >= ? AND t < ? ORDER BY t"
        return len(con.execute(sql, [market, start, last + 60]).fetchnumpy()["t"])

    def bare_newest(turn: int) -> int:
        market = busiest[turn % len(busiest)]
        return bare("candles_1m", market, since[market])

    def our_newest(turn: int) -> int:
        return len(engine.history.newest(busiest[turn % len(busiest)], MINUTE, 600))

    def bare_year(turn: int) -> int:
        return bare("candles_1h", with_year[turn % MARKETS], last - 365 * 86_400)

    def our_year(turn: int) -> int:
        start = last - 365 * 86_400
        return len(engine.history.candles(with_year[turn % MARKETS], HOUR, start, last))

    found = timed(
        {"bare 600": bare_newest, "600": our_newest, "bare year": bare_year, "year": our_year}
    )
    engine.store.close()
    con.close()
    return [
        _beside("600 newest 1m bars, p50", found["600"], found["bare 600"], 2.0),
        below("600 newest 1m bars, p50", found["600"][0], 2.0, "ms"),
        Figure(
            "600 newest 1m bars, p99",
            f"{found['600'][1]:.2f} ms",
            f"{found['bare 600'][1]:.2f} ms",
        ),
        _beside("a year of 1h bars, p50", found["year"], found["bare year"], 2.0),
        below("a year of 1h bars, p50", found["year"][0], 4.0, "ms"),
    ]


def _beside(name: str, own: tuple[float, float], bare: tuple[float, float], limit: float) -> Figure:
    return at_most(name, f"{own[0]:.2f} ms", f"{bare[0]:.2f} ms", own[0] / bare[0], limit)
