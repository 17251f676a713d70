"""50 M trades imported and rolled up once: `make bench-50m`."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks import data
from benchmarks.bulk import file_bytes, maintained, ours
from benchmarks.page import write_page
from benchmarks.report import Figure, keep, machine, show
from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine
from chandlery.stores.duckdb import DuckDBStore

TRADES = 50_000_000
DAY_S = 86_400
RANGES = (
    ("1s", 3_600),
    ("1m", DAY_S),
    ("3m", DAY_S),
    ("5m", 7 * DAY_S),
    *((text, 30 * DAY_S) for text in ("15m", "1h", "4h", "1d", "1w")),
)


def queries(file: Path) -> list[Figure]:
    """Return p50 and p99 of reading the newest bars of busy markets, by resolution and range."""
    engine = Engine(DuckDBStore(file))
    last = (data.START_US + data.DAYS * data.DAY_US) // 1_000_000
    figures = []
    for text, seconds in RANGES:
        resolution = Resolution.parse(text)
        took, rows = [], 0
        for market in range(100):
            began = time.perf_counter()
            rows += len(engine.history.candles(market, resolution, last - seconds, last))
            took.append((time.perf_counter() - began) * 1e3)
        p50, p99 = np.percentile(took[10:], (50, 99))
        hours = seconds // 3_600
        span = f"{hours // 24} d" if hours >= 24 else f"{hours} h"
        name = f"{text} bars of the last {span} ({rows / 100:,.0f} bars)"
        figures.append(Figure(name, f"p50 {p50:.2f} ms, p99 {p99:.2f} ms"))
    engine.store.close()
    return figures


def run(count: int = TRADES) -> Sequence[Figure]:
    """Import once, maintain, and read."""
    folder = data.folder() / "fifty"
    shutil.rmtree(folder, ignore_errors=True)
    seconds, peak = ours(data.parquet(count), folder)
    imported = file_bytes(folder) / count
    began = time.perf_counter()
    maintained(folder)
    tidied = time.perf_counter() - began
    file = folder / "chandlery.duckdb"
    figures = [
        Figure(f"import of {count / 1e6:g} M trades through to seven rungs", f"{seconds:.1f} s"),
        Figure("that is, trades a second", f"{count / seconds:,.0f}"),
        Figure("memory of the import, peak", f"{peak:,.0f} MB"),
        Figure("file after the import", f"{imported:.1f} B a trade"),
        Figure("`maintain` afterwards", f"{tidied:.1f} s"),
        Figure("file after that", f"{file_bytes(folder) / count:.1f} B a trade"),
    ]
    return [*figures, *queries(file)]


if __name__ == "__main__":
    print(f"on {machine()['processor']}", flush=True)
    found = run()
    keep("fifty_million", found)
    show(found)
    write_page()
