"""Trades pushed over HTTP into one process, each answered after its durable commit.

`python -m benchmarks.push DATA` is the server, put together as `chandlery serve` does.
"""

from __future__ import annotations

import http.client
import io
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import numpy as np
import pyarrow  # type: ignore[import-untyped]
import pyarrow.ipc  # type: ignore[import-untyped]

from benchmarks import data
from benchmarks.report import Figure, at_least
from chandlery.api.access import protection_of
from chandlery.cli.opened import settings_of
from chandlery.cli.serving import Serving
from chandlery.cli.serving import run as serve
from chandlery.clock import SystemClock
from chandlery.core.trades import Trades
from chandlery.wiring import open_engine, server_of

SYMBOLS = tuple(f"PUSH:M{number}" for number in range(100))
SENDERS = 8
ARROW = "application/vnd.apache.arrow.stream"


@dataclass(frozen=True, slots=True)
class Kind:
    """A format, how many rows a body has, and what is expected of it."""

    name: str
    path: str
    media_type: str
    write: Callable[[Trades], bytes]
    rows: int
    bodies: int
    expected: int


def _lines(trades: Trades) -> bytes:
    template = '{"symbol":"%s","time":%d,"price":%s,"size":%s,"side":"%s","id":%d}'
    return _texts(template, trades)


def _line_protocol(trades: Trades) -> bytes:
    template = 'trades,symbol=%s price=%s,size=%s,side="%s",id=%di %d'
    rows = [
        template % (symbol, price, size, side, identity, moment * 1_000)
        for symbol, moment, price, size, side, identity in _rows(trades)
    ]
    return "\n".join(rows).encode()


def _texts(template: str, trades: Trades) -> bytes:
    return "\n".join([template % row for row in _rows(trades)]).encode()


def _rows(trades: Trades) -> Iterator[tuple[str, int, float, float, str, int]]:
    sides = ["buy" if side > 0 else "sell" for side in trades.side.tolist()]
    symbols = [SYMBOLS[number] for number in trades.market.tolist()]
    numbers = (trades.price.tolist(), trades.size.tolist())
    yield from zip(symbols, trades.time.tolist(), *numbers, sides, trades.id.tolist(), strict=True)


def _arrow(trades: Trades) -> bytes:
    symbols = pyarrow.DictionaryArray.from_arrays(trades.market, list(SYMBOLS))
    columns = {name: getattr(trades, name) for name in ("time", "price", "size", "side", "id")}
    table = pyarrow.table({"symbol": symbols, **columns})
    sink = io.BytesIO()
    with pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


KINDS = (
    Kind("JSON lines", "/api/v1/trades", "application/x-ndjson", _lines, 1_000, 600, 50_000),
    Kind("JSON lines", "/api/v1/trades", "application/x-ndjson", _lines, 10_000, 100, 50_000),
    Kind("line protocol", "/api/v2/write", "text/plain", _line_protocol, 5_000, 100, 50_000),
    Kind("Arrow", "/api/v1/trades", ARROW, _arrow, 50_000, 80, 500_000),
)


def batches(kind: Kind) -> list[Trades]:
    """Return trades of the last hour, in order of time, of a market each."""
    random = np.random.default_rng(1)
    count = kind.rows * kind.bodies
    first_us = SystemClock().now_us() - 3_600_000_000
    moments = first_us + np.arange(count) * (3_000_000_000 // count)
    made = []
    for first in range(0, count, kind.rows):
        rows = slice(first, first + kind.rows)
        made.append(
            Trades.of(
                market=(len(SYMBOLS) ** random.random(kind.rows)).astype(np.int32) - 1,
                time=moments[rows],
                price=np.round(100 + random.standard_normal(kind.rows), 2),
                size=np.round(random.lognormal(0, 1, kind.rows) + 0.001, 3),
                side=random.choice((-1, 1), kind.rows),
                sequence=np.zeros(kind.rows),
                id=np.arange(first, first + kind.rows),
            )
        )
    return made


def bare(made: Sequence[Trades]) -> float:
    """Append batches to a plain table, a durable commit each; return trades a second."""
    with tempfile.TemporaryDirectory(dir=data.folder()) as folder:
        con = duckdb.connect(f"{folder}/bare.db", config={"threads": 2})
        columns = dict(made[0].columns())
        con.register("batch", columns)
        con.execute("CREATE TABLE trades AS SELECT * FROM batch LIMIT 0")
        began = time.perf_counter()
        for batch in made:
            columns.update(batch.columns())
            con.execute("INSERT INTO trades FROM batch")
        seconds = time.perf_counter() - began
        con.close()
    return sum(map(len, made)) / seconds


@contextmanager
def server() -> Iterator[str]:
    """Run a server of its own; yield its address."""
    with tempfile.TemporaryDirectory(dir=data.folder()) as folder:
        command = [sys.executable, "-m", "benchmarks.push", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None  # noqa: S101 - it is a pipe
                yield process.stdout.readline().strip()
            finally:
                process.terminate()
                process.wait()


class Senders:
    """Send bodies over some connections at a time."""

    def __init__(self, kind: Kind, bodies: Sequence[bytes], url: str) -> None:
        self._kind = kind
        self._waiting = iter(bodies)
        self._host = urlsplit(url).netloc
        self._lock = threading.Lock()
        self.faults: list[str] = []

    def run(self) -> float:
        """Send all; return the seconds until the last is durable."""
        threads = [threading.Thread(target=self._send) for _ in range(SENDERS)]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - began

    def _send(self) -> None:
        connection = http.client.HTTPConnection(self._host)
        while (body := self._next()) is not None:
            headers = {"Content-Type": self._kind.media_type}
            connection.request("POST", self._kind.path, body, headers)
            answer = connection.getresponse()
            told = answer.read()
            if answer.status != 204 and json.loads(told).get("accepted") != self._kind.rows:
                self.faults.append(f"{answer.status} {told.decode()[:200]}")
        connection.close()

    def _next(self) -> bytes | None:
        with self._lock:
            return next(self._waiting, None)


def pushed(kind: Kind, bodies: Sequence[bytes]) -> float:
    """Send bodies to a server of its own; return trades a second, all of them durable."""
    with server() as url:
        senders = Senders(kind, bodies, url)
        seconds = senders.run()
    if senders.faults:
        raise AssertionError(senders.faults[0])
    return kind.rows * kind.bodies / seconds


def run(rounds: int = 3) -> Sequence[Figure]:
    """Measure in turns and take the medians."""
    figures = []
    for kind in KINDS:
        made = batches(kind)
        bodies = [kind.write(batch) for batch in made]
        ours, theirs = [], []
        for _ in range(rounds):
            theirs.append(bare(made))
            ours.append(pushed(kind, bodies))
        rate, plain = sorted(ours)[rounds // 2], sorted(theirs)[rounds // 2]
        name = f"push, {kind.name}, {kind.rows:,} rows a body, {SENDERS} senders"
        figures.append(
            at_least(name, f"{rate:,.0f} /s", f"{kind.expected:,} /s", rate / kind.expected, 1)
        )
        share = f"{name}: of bare appends of the same rows"
        figures.append(Figure(share, f"{rate:,.0f} /s", f"{plain:,.0f} /s", round(rate / plain, 3)))
    return figures


async def _told(url: str) -> None:
    print(url, flush=True)


def main(folder: Path) -> None:
    """Serve until SIGTERM."""
    settings, clock = settings_of(folder, None, {"http.port": 0}), SystemClock()
    with open_engine(settings) as engine:
        running = server_of(settings, engine, clock)
        protection = protection_of(settings, engine.store, clock, is_demo=True)
        serve(Serving(running, settings, protection, [], _told).run())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
