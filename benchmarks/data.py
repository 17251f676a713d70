"""The set that is measured: 10 M trades of 1,000 markets over 30 days, by Zipf.

Prices of 1 to 1,000 in cents and sizes in thousandths, as on an exchange; `wide` has tokens of
every magnitude, whose numbers hold more digits.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from chandlery.core.trades import Trades
from chandlery.formats import trades_file
from chandlery.sources.synthetic import MarketSpec, Span, generate, many

DAY_US = 86_400_000_000
START_US = 1_759_276_800_000_000
"""2025-10-01."""
DAYS = 30
MARKETS = 1_000
MEMORY, MEMORY_NEEDED = Path("/dev/shm"), 4 << 30  # noqa: S108 - what it is measured with


def folder() -> Path:
    """Return where the files lie: `build/benchmarks`, or as BENCHMARK_DATA says."""
    path = Path(os.environ.get("BENCHMARK_DATA", "build/benchmarks"))
    path.mkdir(parents=True, exist_ok=True)
    return path


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store lies that is written to while something is measured."""

    folder: Path
    name: str


def places() -> list[Place]:
    """Return the disk, and beside it one in memory if there is room.

    Shared disks let a commit wait for half a second now and then, and all that waits for the commit
    too: so what the server itself takes is seen apart from it.
    """
    found = [Place(folder(), "on this disk")]
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED:
        found.append(Place(MEMORY, "disk in memory"))
    return found


def specs(*, wide: bool = False) -> tuple[MarketSpec, ...]:
    """Return the markets."""
    markets = many(MARKETS, seed=1)
    if wide:
        return markets
    prices = np.exp(np.random.default_rng(1).uniform(0, np.log(1_000), MARKETS))
    return tuple(
        replace(spec, start_price=round(float(price), 2), tick=0.01, size_step=0.001, median_size=1)
        for spec, price in zip(markets, prices, strict=True)
    )


def batches(count: int, *, wide: bool = False, batch_rows: int = 500_000) -> Iterator[Trades]:
    """Yield the trades in time order."""
    span = Span(START_US, START_US + DAYS * DAY_US, count)
    numbers = list(range(MARKETS))
    return generate(specs(wide=wide), numbers, span, seed=1, batch_rows=batch_rows)


def parquet(count: int, *, wide: bool = False) -> Path:
    """Return the Parquet file with that many trades, made once."""
    path = folder() / f"trades-{count}{'-wide' if wide else ''}.parquet"
    if not path.exists():
        print(f"making {path} ...", flush=True)
        symbols = {number: spec.symbol for number, spec in enumerate(specs(wide=wide))}
        with trades_file(path, symbols) as writer:
            for batch in batches(count, wide=wide):
                writer.write(batch)
    return path
