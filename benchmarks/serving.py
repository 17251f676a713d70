"""`/history`: hot beside nginx and beside FastAPI, cold while trades come in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks import data
from benchmarks.bulk import maintained
from benchmarks.report import Figure, at_least, below
from benchmarks.serving_cold import BARS, REQUESTS_PER_S, TRADES_PER_S, history, measured
from benchmarks.serving_fastapi import copied
from benchmarks.serving_processes import asked, by_hand, chandlery, found, load, nginx

SYMBOLS = tuple(f"SYN:M{number:05}" for number in range(1, data.MARKETS + 1))
FILE = "chandlery.duckdb"
ROUNDS, SECONDS = 3, 4
GZIP = "Accept-Encoding: gzip"


def store() -> Path:
    """Return a tidy store whose trades end today: 10 M of 1,000 markets. Made once a day."""
    now = datetime.now(UTC)
    folder = data.folder() / f"serving-{now:%Y-%m-%d}"
    if not folder.exists():
        for old in data.folder().glob("serving-*"):
            shutil.rmtree(old)
        part = folder.with_suffix(".part")
        command = [sys.executable, "-m", "chandlery", "generate", "--data", str(part)]
        command += ["--markets", str(data.MARKETS), "--trades", "10M", "--days", str(data.DAYS)]
        command += ["--seed", "1", "--end", f"{now:%Y-%m-%dT%H:%MZ}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        maintained(part)
        part.rename(folder)
    return folder


@contextmanager
def copy_of(folder: Path, place: Path | None = None) -> Iterator[Path]:
    """Copy a data directory for as long as the block: servers write to it."""
    with tempfile.TemporaryDirectory(dir=place or data.folder()) as name:
        shutil.copyfile(folder / FILE, Path(name) / FILE)
        # The kernel would write the copy back in half a minute, and commits would wait for that.
        os.sync()
        yield Path(name).absolute()


@dataclass(frozen=True, slots=True)
class Rates:
    """Answers a second, the medians; None is what could not be measured."""

    ours: float
    zipped: float
    fastapi: float
    nginx: float | None
    size: int


def hot(folder: Path, wrk: str) -> Rates:
    """Load each server in turns, one at a time."""
    with copy_of(folder) as own, ExitStack() as servers:
        candles = copied(own / FILE, own / "candles.duckdb")
        ours = servers.enter_context(chandlery(own))
        theirs = servers.enter_context(by_hand(candles))
        url = history(SYMBOLS[0], "1")
        hand_url = url.removeprefix("/api/tradingview")
        body = asked(ours, url)
        _refuse_other_bars(body, asked(theirs, hand_url))
        works: dict[str, Callable[[], float]] = {
            "ours": lambda: load(wrk, ours, url, SECONDS),
            "zipped": lambda: load(wrk, ours, url, SECONDS, GZIP),
            "fastapi": lambda: load(wrk, theirs, hand_url, SECONDS),
        }
        if (program := found("nginx")) is not None:
            static = servers.enter_context(nginx(program, own, body))
            works["nginx"] = lambda: load(wrk, static, "/bars", SECONDS)
        found_rates: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(ROUNDS):
            for name, work in works.items():
                found_rates[name].append(work())
    medians = {name: sorted(rates)[ROUNDS // 2] for name, rates in found_rates.items()}
    return Rates(
        medians["ours"], medians["zipped"], medians["fastapi"], medians.get("nginx"), len(body)
    )


def _refuse_other_bars(ours: bytes, theirs: bytes) -> None:
    """Stop if the servers that are compared do not give the same bars."""
    times = [json.loads(body)["t"] for body in (ours, theirs)]
    if times[0] != times[1] or len(times[0]) != BARS:
        message = f"{len(times[0])} bars of ours and {len(times[1])} by hand are not the same"
        raise AssertionError(message)


def hot_figures(folder: Path) -> list[Figure]:
    """Return what hot bars are served at."""
    name = f"hot /history of {BARS} bars, answers a second"
    wrk = found("wrk")
    if wrk is None:
        return [Figure(name, "not measured: wrk not found")]
    rates = hot(folder, wrk)
    ours, size = f"{rates.ours:,.0f} /s", f"{rates.size / 1024:.0f} KB"
    beside = f"{rates.fastapi:,.0f} /s (FastAPI + DuckDB)"
    return [
        _beside_nginx(f"{name}, {size}", ours, rates),
        at_least(f"{name}, beside FastAPI", ours, beside, rates.ours / rates.fastapi, 3.0),
        Figure(f"{name}, gzip accepted", f"{rates.zipped:,.0f} /s"),
    ]


def _beside_nginx(name: str, ours: str, rates: Rates) -> Figure:
    if rates.nginx is None:
        return Figure(name, ours, "not measured: nginx not found")
    theirs = f"{rates.nginx:,.0f} /s (nginx, a file)"
    return at_least(name, ours, theirs, rates.ours / rates.nginx, 0.3)


def cold_figures(folder: Path, count: int) -> list[Figure]:
    """Return what a client waits while trades come in: the store reads nothing during a commit."""
    return [figure for place in data.places() for figure in _waits(folder, place, count)]


def _waits(folder: Path, place: data.Place, count: int) -> Iterator[Figure]:
    where = place.name
    name = f"cold /history at {REQUESTS_PER_S} /s, {TRADES_PER_S:,} trades/s coming in, {where}"
    with copy_of(folder, place.folder) as own:
        waits, rate = measured(own, SYMBOLS, count)
    cold = [float(value) for value in np.percentile(waits.cold, (50, 99))]
    warm = [float(value) for value in np.percentile(waits.hot, (50, 99))]
    yield below(f"{name}: p99 of {count:,}", cold[1], 25, "ms")
    yield Figure(f"{name}: p50, max", f"{cold[0]:.2f} ms, {max(waits.cold):.1f} ms")
    hot = f"{warm[0]:.2f} ms, {warm[1]:.2f} ms"
    yield Figure(f"hot /history beside that, {where}: p50, p99", hot)
    yield Figure(f"trades taken in beside that, {where}", f"{rate:,.0f} /s")


def run(count: int = 2_400) -> Sequence[Figure]:
    """Measure each in turn."""
    folder = store()
    return [*hot_figures(folder), *cold_figures(folder, count)]
