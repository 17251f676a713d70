"""Everybody is cut off and comes back: at once, at random, and after the server was restarted."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks import data
from benchmarks.report import Figure, below
from benchmarks.serving_cold import history
from benchmarks.serving_processes import asked, free_port, running
from benchmarks.websocket import probed
from benchmarks.ws_herd import Herd

CLIENTS, MARKETS, TRADES_PER_S = 10_000, 100, 100
SYMBOLS = tuple(f"SYN:M{number:05}" for number in range(1, MARKETS + 1))
BACK_S, MOST_S, JITTER_S = 10.0, 60.0, 5.0


@contextmanager
def store() -> Iterator[Path]:
    """Make a small store whose trades end now."""
    with tempfile.TemporaryDirectory(dir=data.folder()) as name:
        command = [sys.executable, "-m", "chandlery", "generate", "--data", name, "--seed", "1"]
        command += ["--markets", str(MARKETS), "--trades", "100k", "--days", "1"]
        command += ["--end", f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        yield Path(name).absolute()


def overflows() -> int:
    """Return how often a connection came to a queue that was full, anywhere on this machine."""
    names, numbers = Path("/proc/net/netstat").read_text().splitlines()[:2]
    return int(dict(zip(names.split(), numbers.split(), strict=True))["ListenOverflows"])


def missed(herd: Herd, port: int, start: int, end: int) -> int:
    """Return the bars of [start, end) that a client has not, or not as the server has them."""
    wrong = 0
    for symbol in SYMBOLS:
        path = f"/api/v1/candles?symbol={symbol}&interval=1s&start={start}&end={end}&limit=5000"
        bars = {bar["t"]: bar for bar in json.loads(asked(port, path))}
        for member in (own for own in herd.members if own.symbol == symbol):
            wrong += sum(member.bars.get(t) != bar for t, bar in bars.items())
    return wrong


def run(count: int = CLIENTS) -> Sequence[Figure]:
    """Measure each in turn."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with store() as folder:
        return _measured(folder, count)


def _measured(folder: Path, count: int) -> list[Figure]:
    port, figures = free_port(), []
    server = (sys.executable, "-m", "benchmarks.serving_server", folder)
    command = (*server, str(port), str(TRADES_PER_S))
    herd = Herd(port, SYMBOLS, count, "1s")
    name = f"{count:,} clients"
    with running(command, port):
        herd.come(within_s=count / 1_000)
        herd.run(MOST_S, lambda: herd.back == count)
        start, full = int(time.time()), overflows()
        herd.run(3)
        for kind, within_s in (("at once", 0.0), (f"within {JITTER_S:.0f} s", JITTER_S)):
            with probed(port, history(SYMBOLS[0], "1")) as rest:
                # Until the one that asks has begun to.
                herd.run(1)
                herd.cut()
                herd.come(within_s)
                took = herd.run(MOST_S, lambda: herd.back == count)
            herd.run(3)
            figures += [
                below(f"{name} cut off, back {kind}: all follow again after", took, BACK_S, "s"),
                below(f"{name} back {kind}: /history p99", _p99(rest), 100, "ms"),
            ]
        full = overflows() - full
        wrong = missed(herd, port, start, int(time.time()) - 2)
    herd.run(MOST_S, lambda: not herd.back)
    with running(command, port):
        took = herd.run(MOST_S, lambda: herd.back == count)
        herd.run(4)
        wrong += missed(herd, port, start, int(time.time()) - 2)
    resyncs = sum(member.resyncs for member in herd.members)
    herd.close()
    return [
        *figures,
        below(f"{name}, the server restarted: all follow again after", took, BACK_S, "s"),
        Figure(f"{name}: bars missed or wrong in the end", f"{wrong}", is_met=wrong == 0),
        Figure(f"{name}: queues that overflowed; series begun anew", f"{full}; {resyncs}"),
        Figure(f"{name}: subscriptions to ask for again", f"{herd.refused}"),
    ]


def _p99(milliseconds: Sequence[float]) -> float:
    return float(np.percentile(milliseconds, 99))
